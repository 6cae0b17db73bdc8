// How long find_suspect_changes takes over 20,000 commits, as a ratio to one `git log --name-only` over the same
// range, measured in one run. Usage: node bench/suspects.mjs [commits] [rounds]
// Wanted (issue 4): below 3.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const commits = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 5);
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-bench-')));
const repo = join(folder, 'repo');
const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  XDG_STATE_HOME: folder,
};
Object.assign(process.env, env);
const git = (...args) => execFileSync('git', args, { cwd: repo, env, encoding: 'utf8', maxBuffer: 1 << 30 });

const END = Date.parse('2026-03-10T12:00:00Z') / 1000;

/** A stream for git fast-import: 400 folders of files, every seventh commit a merge, one fault near the end. */
function history() {
  const lines = [];
  let mark = 0;
  const file = (path, text) => lines.push(`M 100644 inline ${path}`, `data ${Buffer.byteLength(text)}`, text);
  const commit = (ref, at, message, parents) => {
    mark += 1;
    const by = `committer Ana <ana@example.com> ${at} +0000`;
    lines.push(`commit ${ref}`, `mark :${mark}`, by, `data ${Buffer.byteLength(message)}`, message);
    for (const [index, parent] of parents.entries())
      lines.push(`${index === 0 ? 'from' : 'merge'} :${parent}`);
    return mark;
  };
  let tip = 0;
  for (let n = 0; mark < commits; n++) {
    const at = END - (commits - mark) * 60;
    const parents = tip === 0 ? [] : [tip];
    if (n % 7 === 6) {
      const work = [`src/topic-${n % 60}/work.js`, `export const work = ${n};\n`];
      const topic = commit('refs/heads/topic', at - 30, `Work on part ${n}`, parents);
      file(...work);
      tip = commit('refs/heads/main', at, `Merge pull request #${n}`, [tip, topic]);
      file(...work);
      continue;
    }
    const isFault = mark === commits - 50 || mark === commits - 51;
    tip = commit('refs/heads/main', at, isFault ? 'Show prices with currency' : `Change part ${n}`, parents);
    for (let i = 0; i < 1 + (n % 4); i++) {
      const part = (n * 31 + i * 97) % 400;
      file(
        `src/part-${part}/file-${(n + i) % 9}.js`,
        `export function part${part}(x) {\n  return x + ${n};\n}\n`,
      );
    }
    if (isFault)
      file(
        'src/cart/total.js',
        `export function total(items) {\n  return items[0].price.amount; // ${n}\n}\n`,
      );
  }
  return `${lines.join('\n')}\n`;
}

const entry = `
  export { createDeps } from './src/wire.ts';
  export { callTool } from './src/tools/support/call.ts';
  export { default as open } from './src/tools/create-hotfix-task.ts';
  export { default as find } from './src/tools/find-suspect-changes.ts';
`;

try {
  mkdirSync(repo);
  git('init', '-q', '-b', 'main');
  const stream = join(folder, 'stream');
  writeFileSync(stream, history());
  spawnSync('sh', ['-c', 'git fast-import --quiet < "$0"', stream], { cwd: repo, env, stdio: 'inherit' });
  git('branch', '-D', '-q', 'topic');
  git('tag', 'v1.0.0', git('rev-list', '--max-parents=0', 'main').trim());
  git('checkout', '-q', 'main');
  const outfile = join(folder, 'tool.mjs');
  const bundled = { stdin: { contents: entry, resolveDir: root, loader: 'ts' }, outfile, bundle: true };
  // A package in CommonJS form asks for Node's modules with require.
  const banner = {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  };
  await build({
    ...bundled,
    banner,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    define: { __VERSION__: '"bench"' },
  });
  const { createDeps, callTool, open, find } = await import(pathToFileURL(outfile).href);
  const deps = await createDeps({ root: repo, actor: { kind: 'agent', name: 'bench' }, env });
  await callTool(
    open,
    { description: 'Prices are missing', started_at: new Date(END * 1000).toISOString() },
    deps,
  );
  const hints =
    "TypeError: Cannot read properties of undefined (reading 'amount')\n    at total (/srv/app/src/cart/total.js:2:25)";
  const times = { floor: [], ours: [] };
  let last;
  for (let round = 0; round < rounds; round++) {
    let from = performance.now();
    git('log', '--name-only', 'v1.0.0..main');
    times.floor.push(performance.now() - from);
    from = performance.now();
    last = await callTool(find, { hints }, deps);
    times.ours.push(performance.now() - from);
  }
  const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const [floor, ours] = [median(times.floor), median(times.ours)];
  const ratio = ours / floor;
  process.stdout.write(
    `${JSON.stringify({
      commits,
      rounds,
      changes: last.data.range.changes,
      git_log_name_only_ms: Math.round(floor),
      find_suspect_changes_ms: Math.round(ours),
      ratio: Number(ratio.toFixed(2)),
      below_3: ratio < 3,
      planted_is_first: last.data.suspects[0]?.untrusted.subject === 'Show prices with currency',
    })}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
