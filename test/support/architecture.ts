/**
 * The arrows between folders, checked on the text of the imports.
 * Source: docs/architecture.md. A file under src that fits no layer is itself a fault.
 */

type Layer = {
  files: RegExp;
  may: readonly string[];
  mayTypes?: readonly string[];
  /** Only by `import()`, so that nothing of it is read at start. */
  mayLater?: readonly string[];
  packages: RegExp | null;
};

const ZOD = /^zod\/v4$/;
const ANY = /^/;
const DOOR = ['core', 'ports', 'tools', 'wire', 'config', 'version', 'node'] as const;

/** Per layer: which other layers it may import (`node` = Node's own modules), and which packages. */
const LAYERS: Record<string, Layer> = {
  core: { files: /^src\/core\//, may: ['core'], packages: ZOD },
  ports: {
    files: /^src\/ports(-git|-ship|-tracker|-outward|-team)?\.ts$/,
    may: ['core'],
    mayTypes: ['ports'],
    packages: null,
  },
  version: { files: /^src\/version\.ts$/, may: [], packages: null },
  // Runs the built program; put in by the build.
  load: { files: /^src\/load\.ts$/, may: ['node'], packages: null },
  config: { files: /^src\/config\.ts$/, may: ['core'], packages: ZOD },
  adapters: { files: /^src\/adapters\//, may: ['core', 'ports', 'adapters', 'node'], packages: ANY },
  tools: {
    files: /^src\/tools\//,
    may: ['core', 'ports', 'tools'],
    mayTypes: ['config'],
    packages: ZOD,
  },
  wire: {
    files: /^src\/wire\.ts$/,
    may: ['core', 'ports', 'adapters', 'config'],
    mayTypes: ['tools'],
    packages: null,
  },
  // What MCP says whichever way it comes in: read by both of its doors, and knows neither.
  words: {
    files: /^src\/mcp\/(answers|definitions|instructions|json-rpc|operations|prompts|resources)\.ts$/,
    may: ['core', 'tools', 'words', 'node'],
    packages: ZOD,
  },
  mcp: {
    files: /^src\/mcp\//,
    may: [...DOOR, 'mcp', 'words'],
    packages: /^(zod\/v4|@modelcontextprotocol\/sdk\/.+)$/,
  },
  cli: {
    files: /^src\/cli\//,
    may: [...DOOR, 'cli', 'install'],
    mayTypes: ['hub'],
    mayLater: ['hub'],
    packages: ZOD,
  },
  hub: { files: /^src\/hub\//, may: [...DOOR, 'hub', 'words'], packages: ANY },
  // The GitHub Action: a program of its own, in a bundle of its own.
  action: {
    files: /^src\/action\//,
    may: ['core', 'version', 'node', 'action'],
    packages: /^@actions\/(?:core|github)$/,
  },
  install: {
    files: /^src\/install\//,
    may: ['core', 'install', 'node', 'version'],
    packages: /^(?:smol-toml|jsonc-parser)$/,
  },
};

/** Things that only named files may import. */
const ONLY_IN: readonly { imports: RegExp; files: readonly string[] }[] = [
  { imports: /^gray-matter$/, files: ['src/adapters/front-matter.ts'] },
  { imports: /^mustache$/, files: ['src/adapters/mustache.ts'] },
  { imports: /^minisearch$/, files: ['src/adapters/text-search.ts'] },
  { imports: /^(node:)?child_process$/, files: ['src/adapters/git.ts', 'src/adapters/checks.ts'] },
  { imports: /^@modelcontextprotocol\/sdk(\/|$)/, files: ['src/mcp/server.ts'] },
  { imports: /^@modelcontextprotocol\/server(\/|$)/, files: ['src/hub/mcp.ts'] },
  { imports: /^pino$/, files: ['src/hub/hub-log.ts'] },
  { imports: /^prom-client$/, files: ['src/hub/metrics.ts'] },
];

/** Text that may not stand in the code (comments left out) of the files that `where` matches. */
const BANNED: readonly { what: string; text: RegExp; where: RegExp; except?: readonly string[] }[] = [
  {
    what: 'calls fetch',
    text: /(?<![\w$.])(?:globalThis\s*\.\s*)?fetch\s*\(/,
    where: /^src\//,
    except: ['src/adapters/http.ts'],
  },
  { what: 'calls console.log', text: /\bconsole\s*\.\s*log\b/, where: /^src\// },
  { what: 'imports a name made at run time', text: /\b(?:import|require)\s*\(\s*[^\s'"]/, where: /^src\// },
  {
    what: 'reads the clock',
    text: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?![\w\s(]))/,
    where: /^src\/core\//,
  },
  { what: 'reads the clock', text: /\bperformance\s*\.\s*now\b/, where: /^src\/core\// },
  { what: 'is random', text: /\bMath\s*\.\s*random\b|\bcrypto\s*\./, where: /^src\/core\// },
];

const MAX_LINES = 250;

type Import = { specifier: string; typeOnly: boolean; later?: true };

/** Every static, dynamic and re-exporting import in a TypeScript source. */
export function importsOf(source: string): Import[] {
  const code = withoutComments(source);
  const found: Import[] = [];
  const from = /\b(?:import|export)\s+(type\s+)?(?:[\w$*\s{},]+?\s*from\s*)?['"]([^'"]+)['"]/g;
  for (const [, type, specifier = ''] of code.matchAll(from))
    found.push({ specifier, typeOnly: Boolean(type) });
  for (const [, specifier = ''] of code.matchAll(/\b(?:import|require)\s*\(\s*['"]([^'"]+)['"]/g)) {
    found.push({ specifier, typeOnly: false, later: true });
  }
  return found;
}

/** One line per fault, empty when all is well. `files` maps a path such as `src/core/x.ts` to its text. */
export function architectureFaults(files: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  for (const [path, source] of files) {
    const from = layerOf(path);
    if (!from) {
      faults.push(`${path}: is in no layer`);
      continue;
    }
    const lines = source.replace(/\n$/, '').split('\n').length;
    if (lines > MAX_LINES) faults.push(`${path}: has ${lines} lines, more than ${MAX_LINES}`);
    for (const found of importsOf(source)) {
      const fault = importFault(path, from, found);
      if (fault) faults.push(`${path}: ${fault}`);
    }
    const code = withoutComments(source);
    for (const { what, text, where, except } of BANNED) {
      if (where.test(path) && !except?.includes(path) && text.test(code)) faults.push(`${path}: ${what}`);
    }
  }
  return faults;
}

function importFault(path: string, from: string, { specifier, typeOnly, later }: Import): string | null {
  const layer = LAYERS[from];
  if (!layer) return null;
  if (ONLY_IN.some(({ imports, files }) => imports.test(specifier) && !files.includes(path))) {
    return `may not import ${specifier}`;
  }
  if (!specifier.startsWith('.')) {
    const ok = isNodeModule(specifier) ? layer.may.includes('node') : layer.packages?.test(specifier);
    return ok ? null : `${from} may not import ${specifier}`;
  }
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  const to = layerOf(target);
  if (!to) return `imports ${specifier}, which is in no layer`;
  const ok =
    layer.may.includes(to) ||
    (typeOnly && layer.mayTypes?.includes(to)) ||
    (later && layer.mayLater?.includes(to));
  return ok ? null : `${from} may not import ${to} (${specifier})`;
}

function layerOf(path: string): string | undefined {
  return Object.keys(LAYERS).find((name) => LAYERS[name]?.files.test(path));
}

const BARE_NODE =
  /^(assert|buffer|child_process|crypto|events|fs|http|https|net|os|path|process|stream|tty|url|util|vm|worker_threads|zlib)(\/|$)/;

function isNodeModule(specifier: string): boolean {
  return specifier.startsWith('node:') || BARE_NODE.test(specifier);
}

/** Drops comments, keeps strings (an address such as https://x is not a comment). */
function withoutComments(source: string): string {
  const stringOrComment =
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return source.replace(stringOrComment, (_, text?: string) => text ?? ' ');
}
