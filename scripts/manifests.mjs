// Writes the manifests of every plugin system from package.json, so that names and versions cannot differ.
// Usage: node scripts/manifests.mjs [--check] [--root <folder>]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const AGENT_PLUGINS = 'https://agent-plugins.org/schemas/1.0.0';
const REGISTRY_SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
/** Must be a namespace of whoever publishes, and be `mcpName` in the published package.json. */
const REGISTRY_NAME = 'io.github.hotfix-pulse/hotfix-pulse';
/** Kimi's limit is 60 s for both; a first start may fetch the package. In milliseconds. */
const KIMI_LIMITS = { startupTimeoutMs: 60_000, toolTimeoutMs: 90_000 };

/** Starts plugin/start.mjs; `folder` is how an agent writes the plugin's own folder, with its separator. */
const start = (folder, separator = '/') => ({
  command: 'node',
  args: [[folder, 'plugin', 'start.mjs'].join(separator), 'mcp'],
});

/** `[path, value]` of every manifest. Formats and sources: docs/packaging.md. */
function manifests(pkg) {
  const { name, version, description, license, keywords } = pkg;
  const author = { name: `${name} contributors` };
  const links = linksOf(pkg);
  const identity = { name, version, description, author, ...links, license, keywords };
  const servers = (entry) => ({ mcpServers: { [name]: entry } });
  return [
    // commands/ is left out: a command would stand beside the skill of the same name.
    ['.claude-plugin/plugin.json', { ...identity, commands: [], ...servers(start('${CLAUDE_PLUGIN_ROOT}')) }],
    [
      '.claude-plugin/marketplace.json',
      { name, description, owner: author, plugins: [{ name, source: './', description }] },
    ],
    ['plugin.json', { $schema: `${AGENT_PLUGINS}/plugin.schema.json`, ...identity }],
    [
      'mcp.json',
      {
        $schema: `${AGENT_PLUGINS}/mcp.schema.json`,
        ...servers({ type: 'stdio', ...start('${PLUGIN_ROOT}') }),
      },
    ],
    [
      'gemini-extension.json',
      {
        name,
        version,
        description,
        ...servers({ ...start('${extensionPath}', '${/}'), cwd: '${workspacePath}' }),
      },
    ],
    ['kimi.plugin.json', { ...identity, skills: './skills/', ...servers({ ...start('.'), ...KIMI_LIMITS }) }],
    ['server.json', registryEntry(pkg, links)],
  ];
}

function linksOf({ homepage, repository }) {
  const url = (typeof repository === 'string' ? repository : repository?.url)?.replace(/^git\+|\.git$/g, '');
  return { ...(homepage ? { homepage } : {}), ...(url ? { repository: url } : {}) };
}

/** The registry allows a description of 100 characters: the part before the colon. */
function registryEntry({ name, version, description, mcpName = REGISTRY_NAME }, { homepage, repository }) {
  return {
    $schema: REGISTRY_SCHEMA,
    name: mcpName,
    title: name,
    description: `${description.split(':')[0]}.`,
    version,
    ...(homepage ? { websiteUrl: homepage } : {}),
    ...(repository
      ? { repository: { url: repository, source: new URL(repository).hostname.split('.')[0] } }
      : {}),
    packages: [
      {
        registryType: 'npm',
        registryBaseUrl: 'https://registry.npmjs.org',
        identifier: name,
        version,
        runtimeHint: 'npx',
        transport: { type: 'stdio' },
        packageArguments: [{ type: 'positional', value: 'mcp' }],
      },
    ],
  };
}

/** JSON as the formatter of this repository writes it: a list of plain values takes one line. */
function jsonText(value, indent = '') {
  const deeper = `${indent}  `;
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) {
    return `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
  }
  if (Array.isArray(value))
    return block(
      '[',
      value.map((item) => jsonText(item, deeper)),
      ']',
      indent,
    );
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${jsonText(item, deeper)}`,
  );
  return block('{', members, '}', indent);
}

const block = (open, lines, close, indent) =>
  `${open}\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}${close}`;

/** Something a person can put right: printed without a stack. */
class ManifestProblem extends Error {}

async function main(args) {
  const at = args.indexOf('--root');
  const root = at === -1 ? fileURLToPath(new URL('..', import.meta.url)) : resolve(args[at + 1] ?? '.');
  const pkg = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const stale = [];
  for (const [path, value] of manifests(pkg)) {
    const text = `${jsonText(value)}\n`;
    const current = await readFile(join(root, path), 'utf8').catch(() => null);
    if (current === text) continue;
    stale.push(current === null ? `${path} is missing` : `${path} differs`);
    if (args.includes('--check')) continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  if (args.includes('--check') && stale.length > 0) {
    throw new ManifestProblem(`${stale.join('; ')}. Run: node scripts/manifests.mjs`);
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    const text = error instanceof ManifestProblem ? error.message : (error?.stack ?? error);
    process.stderr.write(`manifests: ${text}\n`);
    process.exitCode = 1;
  }
}
