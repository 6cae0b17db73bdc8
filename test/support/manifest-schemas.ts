import * as z from 'zod/v4';

/**
 * The published schemas of the manifests, as closed as the strictest reader is. Sources: agent-plugins.org 1.0.0
 * (plugin.schema.json, mcp.schema.json), MCP registry server.schema.json 2025-12-11, the extension reference
 * that Gemini CLI 0.61 ships, Kimi Code's plugins page and reader (2.1.0), Claude Code's manifest reference.
 */
const semver = z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/);
const words = z.array(z.string().min(1));
const author = z.strictObject({ name: z.string().min(1) });
const identity = {
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  version: semver,
  description: z.string().min(1),
  author,
  homepage: z.url().optional(),
  repository: z.url().optional(),
  license: z.literal('MIT'),
  keywords: words,
};
const oneServer = <T extends z.ZodType>(server: T) => z.strictObject({ 'hotfix-pulse': server });
const command = z.literal('node');
const milliseconds = z.int().min(1).max(2_147_483_647);

export const MANIFESTS: Record<string, z.ZodType> = {
  '.claude-plugin/plugin.json': z.strictObject({
    ...identity,
    // Empty on purpose: the folder commands/ would be read otherwise.
    commands: z.tuple([]),
    mcpServers: oneServer(z.strictObject({ command, args: words })),
  }),
  '.claude-plugin/marketplace.json': z.strictObject({
    name: identity.name,
    description: identity.description,
    owner: author,
    plugins: z.tuple([
      z.strictObject({
        name: identity.name,
        source: z.literal('./'),
        description: identity.description,
      }),
    ]),
  }),
  'plugin.json': z.strictObject({
    $schema: z.literal('https://agent-plugins.org/schemas/1.0.0/plugin.schema.json'),
    ...identity,
    name: z
      .string()
      .max(64)
      .regex(/^(?!.*(?:--|\.\.))[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/),
  }),
  'mcp.json': z.strictObject({
    $schema: z.literal('https://agent-plugins.org/schemas/1.0.0/mcp.schema.json'),
    mcpServers: oneServer(z.strictObject({ type: z.literal('stdio'), command, args: words })),
  }),
  'gemini-extension.json': z.strictObject({
    name: identity.name,
    version: semver,
    description: identity.description,
    mcpServers: oneServer(z.strictObject({ command, args: words, cwd: z.literal('${workspacePath}') })),
  }),
  'kimi.plugin.json': z.strictObject({
    ...identity,
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
    skills: z.string().startsWith('./'),
    mcpServers: oneServer(
      z.strictObject({
        command,
        args: words,
        startupTimeoutMs: milliseconds,
        toolTimeoutMs: milliseconds,
      }),
    ),
  }),
  'server.json': z.strictObject({
    $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
    name: z.string().regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
    title: z.string().min(1).max(100),
    description: z.string().min(1).max(100),
    version: semver,
    websiteUrl: z.url().optional(),
    repository: z.strictObject({ url: z.url(), source: z.string() }).optional(),
    packages: z.tuple([
      z.strictObject({
        registryType: z.literal('npm'),
        registryBaseUrl: z.literal('https://registry.npmjs.org'),
        identifier: z.string(),
        version: semver,
        runtimeHint: z.literal('npx'),
        transport: z.strictObject({ type: z.literal('stdio') }),
        packageArguments: z.tuple([
          z.strictObject({ type: z.literal('positional'), value: z.literal('mcp') }),
        ]),
      }),
    ]),
  }),
};
