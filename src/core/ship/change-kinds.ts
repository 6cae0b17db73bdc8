import { isMigration } from './migration-signs.ts';
import { kindsOf } from './suspect-kinds.ts';

/** Parts of a system that a change can touch. A fix stays in few of them. */
export type Layer =
  | 'api'
  | 'ui'
  | 'db'
  | 'logic'
  | 'config'
  | 'dependency'
  | 'ci'
  | 'test'
  | 'docs'
  | 'other';

/** Endings of program text, by language. */
const LANGUAGES: Readonly<Record<string, RegExp>> = {
  javascript: /\.[cm]?jsx?$/i,
  typescript: /\.[cm]?tsx?$/i,
  python: /\.pyi?$/i,
  ruby: /\.(?:rb|rake|erb)$|(?:^|\/)Rakefile$/i,
  go: /\.go$/i,
  rust: /\.rs$/i,
  java: /\.java$/i,
  kotlin: /\.kts?$/i,
  scala: /\.scala$/i,
  php: /\.php$/i,
  csharp: /\.cs$/i,
  c: /\.(?:c|h|cc|cpp|cxx|hpp|m|mm)$/i,
  swift: /\.swift$/i,
  elixir: /\.exs?$/i,
  dart: /\.dart$/i,
  vue: /\.vue$/i,
  svelte: /\.svelte$/i,
  shell: /\.(?:sh|bash|zsh)$/i,
  sql: /\.sql$/i,
  css: /\.(?:css|scss|sass|less)$/i,
  html: /\.html?$/i,
};

/** The language of a file by its name; null for what is no program text. */
export function languageOf(path: string): string | null {
  return Object.entries(LANGUAGES).find(([, ending]) => ending.test(path))?.[0] ?? null;
}

const GENERATED =
  /(?:^|\/)(?:dist|build|out|\.next|\.nuxt|target|coverage|__snapshots__|__generated__|generated|node_modules|vendor\/bundle)\/|\.min\.(?:js|css)$|\.(?:js|css)\.map$|\.generated\.\w+$|\.g\.(?:dart|cs)$|\.pb\.(?:go|cc|h)$|_pb2(?:_grpc)?\.pyi?$|_pb\.(?:js|ts)$|\.designer\.cs$|\.snap$|(?:^|\/)schema\.rb$/i;

const LEFTOVER = /\.(?:orig|rej|bak|swp|swo)$|~$|(?:^|\/)(?:\.DS_Store|Thumbs\.db)$/i;

/** What decides which programs run on the machines of those who check out the change, or what an agent is told there. */
const RUNS_HERE =
  /(?:^|\/)(?:hotfix-pulse\.config\.json|\.mcp\.json|mcp\.json|opencode\.jsonc?|AGENTS\.md|CLAUDE\.md|GEMINI\.md|\.cursorrules|copilot-instructions\.md|\.pre-commit-config\.yaml|lefthook\.ya?ml|\.lintstagedrc[\w.]*|\.gitattributes|\.gitmodules|\.npmrc|\.yarnrc(?:\.yml)?|\.envrc|\.tool-versions|\.mise\.toml)$|(?:^|\/)(?:\.claude|\.cursor|\.codex|\.gemini|\.opencode|\.husky|\.githooks|\.vscode|\.devcontainer)\//i;

const LAYER_PATHS: readonly (readonly [Layer, RegExp])[] = [
  ['db', /(?:^|\/)(?:db|database|models?|entit(?:y|ies)|repositor(?:y|ies)|dao|prisma|schemas?)\//i],
  [
    'ui',
    /(?:^|\/)(?:ui|components?|pages|views?|templates?|layouts?|public|static|styles?|frontend|client|web|screens)\/|\.(?:[jt]sx|vue|svelte|css|scss|sass|less|html?|erb|haml|ejs|hbs|twig)$/i,
  ],
  [
    'api',
    /(?:^|\/)(?:api|routes?|routers?|controllers?|handlers?|endpoints?|resolvers?|graphql|grpc|rpc|rest|middlewares?)\/|\.(?:proto|graphql|gql)$|(?:^|\/)(?:openapi|swagger)[\w.-]*\.(?:ya?ml|json)$/i,
  ],
];

const BY_KIND: Readonly<Record<string, Layer>> = {
  documentation: 'docs',
  tests: 'test',
  dependency: 'dependency',
  ci: 'ci',
  shipping: 'ci',
  configuration: 'config',
  feature_flag: 'config',
  migration: 'db',
};

/** The kind of one file, as the search for suspects names it. */
export function kindOfPath(path: string): string | null {
  return kindsOf({ files: [path] })[0] ?? null;
}

/** The part of a system that a file belongs to, by its path alone. */
export function layerOf(path: string): Layer {
  if (isTestFile(path)) return 'test';
  if (isMigration(path)) return 'db';
  const kind = kindOfPath(path);
  const isCode = languageOf(path) !== null;
  // `src/config/load.ts` is program text all the same; its folder says what it is about.
  const known = kind === null ? undefined : BY_KIND[kind];
  if (known !== undefined && !(known === 'test' && isCode)) return known;
  const row = LAYER_PATHS.find(([, pattern]) => pattern.test(path));
  return row?.[0] ?? (isCode ? 'logic' : 'other');
}

/** Test code, by the usual names; not what lies in the folder of an incident. */
export function isTestFile(path: string): boolean {
  if (/^specs\/hotfix-/.test(path)) return false;
  return kindOfPath(path) === 'tests';
}

export const isTestCode = (path: string): boolean => isTestFile(path) && languageOf(path) !== null;
export const isGeneratedPath = (path: string): boolean => GENERATED.test(path);
export const isLeftover = (path: string): boolean => LEFTOVER.test(path);
export const decidesWhatRuns = (path: string): boolean => RUNS_HERE.test(path);

/** Program text that users of production run: not a test, not generated, no document. */
export function isProductCode(path: string): boolean {
  return (
    languageOf(path) !== null && !['test', 'docs', 'ci'].includes(layerOf(path)) && !GENERATED.test(path)
  );
}

/** A manifest and the files that pin what it asks for. Source: documentation of the package managers. */
const PAIRS: readonly { manifest: string; locks: readonly string[] }[] = [
  {
    manifest: 'package.json',
    locks: [
      'package-lock.json',
      'npm-shrinkwrap.json',
      'yarn.lock',
      'pnpm-lock.yaml',
      'bun.lock',
      'bun.lockb',
    ],
  },
  { manifest: 'Cargo.toml', locks: ['Cargo.lock'] },
  { manifest: 'pyproject.toml', locks: ['poetry.lock', 'uv.lock', 'pdm.lock'] },
  { manifest: 'Pipfile', locks: ['Pipfile.lock'] },
  { manifest: 'Gemfile', locks: ['Gemfile.lock'] },
  { manifest: 'composer.json', locks: ['composer.lock'] },
  { manifest: 'go.mod', locks: ['go.sum'] },
  { manifest: 'mix.exs', locks: ['mix.lock'] },
  { manifest: 'pubspec.yaml', locks: ['pubspec.lock'] },
  { manifest: 'Podfile', locks: ['Podfile.lock'] },
  { manifest: 'deno.json', locks: ['deno.lock'] },
  { manifest: 'flake.nix', locks: ['flake.lock'] },
];

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

export const isLock = (path: string): boolean => PAIRS.some(({ locks }) => locks.includes(nameOf(path)));
export const isManifest = (path: string): boolean =>
  PAIRS.some(({ manifest }) => manifest === nameOf(path)) ||
  /(?:^|\/)requirements[\w.-]*\.(?:txt|in)$/i.test(path);

/** The counterparts of a manifest (its locks) or of a lock (its manifest), in its folder and in those above. */
export function counterparts(path: string): string[] {
  const name = nameOf(path);
  const pair = PAIRS.find(({ manifest, locks }) => manifest === name || locks.includes(name));
  if (pair === undefined) return [];
  const wanted = pair.manifest === name ? pair.locks : [pair.manifest];
  const parts = folderOf(path)
    .split('/')
    .filter((part) => part !== '');
  const folders = parts.map((_, at) => `${parts.slice(0, at + 1).join('/')}/`);
  return ['', ...folders].flatMap((folder) => wanted.map((one) => `${folder}${one}`));
}
