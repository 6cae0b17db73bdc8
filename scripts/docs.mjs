// Writes the generated parts of README.md and docs/tools.md. Usage: node scripts/docs.mjs [--check]
// The transcript is what `npm run demo` prints, the tables are what the built server lists.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Identities and times differ from run to run; everything else must be the same. */
export function stable(text) {
  return (
    text
      .replace(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, '01JEXAMPLE0000000000000000')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '2026-01-05T09:30:00.000Z')
      .replace(/due in [^\n·]+/g, 'due in 15 minutes')
      // Objects that carry the time they were made at, plans, codes, temporary folders, durations.
      .replace(/\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b/g, (name) =>
        '1a2b3c4d5e'.repeat(7).slice(0, name.length),
      )
      .replace(/\b\d{10,12}\b/g, (name) => '1a2b3c4d5e6f'.slice(0, name.length))
      .replace(/Type \w{4} to approve/g, 'Type 4F7K to approve')
      .replace(/\/\S*hotfix-pulse-demo-\w{6}/g, '/tmp/demo')
      .replace(/\b\d+ s\b/g, '1 s')
      .replace(/^\S+\.(md|jsonl) +\d+ lines$/gm, (line) => line.replace(/\d+ lines/, 'n lines'))
      .trimEnd()
  );
}

export function transcript() {
  // The demo leaves its repositories for people to look at; here nobody does.
  const folder = mkdtempSync(join(tmpdir(), 'hotfix-pulse-docs-'));
  try {
    return stable(
      execFileSync(process.execPath, [join(root, 'scripts', 'demo.mjs')], {
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1', TMPDIR: folder },
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const WIDTH = 150;
const cut = (line) => (line.length > WIDTH ? `${line.slice(0, WIDTH - 3)}...` : line);

/** The story of a transcript: titles, calls, and of each answer one line: where the incident stands, or what was found. */
export function story(text) {
  let left = 0;
  let isRecord = false;
  return text
    .split('\n')
    .filter((line) => {
      if (line.startsWith('> ')) {
        left = 1;
        isRecord = line.startsWith('> record_');
      }
      if (!line.startsWith('  ')) return !/ (?:n|\d+) lines$/.test(line);
      if (line.startsWith('  hotfix-') && !isRecord) return false;
      left -= 1;
      return left >= 0 || /^ {2}(?:fails at|Checks|Pushed| {2}develop: has the fix|\| Type)/.test(line);
    })
    .map(cut)
    .join('\n');
}

/** One row per agent that can be set up, from the table that the installer works with. */
async function agentRows() {
  const { outputFiles } = await build({
    stdin: {
      contents: "export { HOSTS } from './hosts.ts'; export { spotOf } from './places.ts';",
      resolveDir: join(root, 'src', 'install'),
    },
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', write: false },
  });
  const encoded = Buffer.from(outputFiles[0].contents).toString('base64');
  const { HOSTS, spotOf } = await import(`data:text/javascript;base64,${encoded}`);
  const where = { repo: '', home: '~', env: {}, platform: 'linux' };
  const shown = (place) => {
    const { base, path } = spotOf(place, where);
    return `\`${[base, path].filter(Boolean).join('/')}\``;
  };
  const file = (target) => (target === null ? 'printed' : shown(target.files[0]));
  return [
    '| agent | server entry: project, user | skills | you type | known from |',
    '|---|---|---|---|---|',
    ...HOSTS.map(
      (host) =>
        `| ${host.label} | ${file(host.mcp.project)}, ${file(host.mcp.user)} | ${shown(host.skills.project[0])} | \`${host.typed.replace('{name}', 'hotfix').replace(/ <.*/, ' ...')}\` | ${host.evidence === 'tested' ? 'the real agent' : 'documentation'} |`,
    ),
  ].join('\n');
}

async function tools() {
  const client = new Client({ name: 'docs', version: '1' });
  const args = [join(root, 'dist', 'hotfix-pulse.js'), 'mcp', '--repo', root];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
  const listed = (await client.listTools()).tools;
  await client.close();
  return listed;
}

const cell = (text) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

function toolRows(listed) {
  return [
    '| tool | what it does |',
    '|---|---|',
    ...listed.map((tool) => `| \`${tool.name}\` | ${cell(tool.description)} |`),
  ].join('\n');
}

function toolPages(listed) {
  return listed
    .map((tool) => {
      const required = new Set(tool.inputSchema.required ?? []);
      const rows = Object.entries(tool.inputSchema.properties ?? {}).map(
        ([name, schema]) =>
          `| \`${name}\`${required.has(name) ? ' (required)' : ''} | ${cell(typeOf(schema))} | ${cell(schema.description ?? '')} |`,
      );
      return [
        `## ${tool.name}`,
        '',
        tool.description,
        '',
        '| argument | type | meaning |',
        '|---|---|---|',
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}

function typeOf(schema) {
  if (schema.enum) return schema.enum.join(', ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  return schema.type === 'array' ? `list of ${typeOf(schema.items)}` : String(schema.type);
}

/** Replaces what stands between two markers. */
function between(text, name, body) {
  const [begin, end] = [`<!-- ${name}:begin (generated by npm run docs) -->`, `<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the markers of "${name}" are missing`);
  return `${text.slice(0, from + begin.length)}\n${body}\n${text.slice(to)}`;
}

/** The generated files as they should be. */
export async function generated() {
  const listed = await tools();
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const page = readFileSync(join(root, 'docs', 'tools.md'), 'utf8');
  const demo = readFileSync(join(root, 'docs', 'demo.md'), 'utf8');
  const told = transcript().trim();
  const block = (text) => `\`\`\`text\n${text}\n\`\`\``;
  return {
    'README.md': between(
      between(between(readme, 'agents', await agentRows()), 'tools', toolRows(listed)),
      'transcript',
      block(story(told)),
    ),
    'docs/demo.md': between(demo, 'transcript', block(told)),
    'docs/tools.md': between(page, 'tools', toolPages(listed)),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = [];
  for (const [file, text] of Object.entries(await generated())) {
    if (readFileSync(join(root, file), 'utf8') === text) continue;
    stale.push(file);
    if (!process.argv.includes('--check')) writeFileSync(join(root, file), text);
  }
  if (stale.length > 0)
    process.stderr.write(
      `${process.argv.includes('--check') ? 'out of date' : 'written'}: ${stale.join(', ')}\n`,
    );
  if (stale.length > 0 && process.argv.includes('--check')) process.exitCode = 1;
}
