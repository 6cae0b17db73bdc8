import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY, HARM, type Story } from './suspect-repo.ts';

const HOUR = 3_600_000;

/** A seeded generator of numbers below 1, so that a failing history can be made again. Source: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Planted {
  /** The change that broke it: one of these has to be among the first three. */
  commits: string[];
  /** What a bisection finds; null where the fault comes and goes. */
  bisectable: string | null;
  hints: string;
  description: string;
}

/** The fault in its files; a test command looks for it. */
export const FAULT = 'XFAULTX';
export const COMMAND = ['sh', '-c', `! grep -rq --exclude-dir=.git ${FAULT} .`];

const PARTS = ['auth', 'cart', 'search', 'profile', 'mail', 'billing'];
const VERBS = ['Add', 'Rename', 'Simplify', 'Speed up', 'Extend', 'Fix typo in'];

const codeOf = (part: string, version: number): string =>
  [
    `import { log } from '../log.js';`,
    `export function ${part}Total(items) {`,
    `  log('${part} ${version}');`,
    '  let sum = 0;',
    '  for (const item of items) sum += item.price;',
    '  return sum;',
    '}',
    `export function ${part}Label(item) {`,
    `  return 'v${version} ' + item.name;`,
    '}',
    '',
  ].join('\n');

/** One ordinary change: mostly code, sometimes tests, documents, configuration, dependencies. */
function noise(story: Story, random: () => number, at: number, n: number): void {
  const part = PARTS[Math.floor(random() * PARTS.length)] ?? 'auth';
  const verb = VERBS[Math.floor(random() * VERBS.length)] ?? 'Add';
  const dice = random();
  const files: Record<string, string> =
    dice < 0.55
      ? { [`src/${part}/${part}.js`]: codeOf(part, n) }
      : dice < 0.68
        ? { [`src/${part}/view-${n % 5}.js`]: codeOf(part, n), [`test/${part}.test.js`]: `// ${n}\n` }
        : dice < 0.78
          ? { [`docs/${part}.md`]: `# ${part} ${n}\n` }
          : dice < 0.86
            ? { 'config/default.yml': `pool: 10\nround: ${n}\n` }
            : dice < 0.93
              ? { 'package-lock.json': lock({ 'left-lib': `1.0.${n}` }) }
              : { '.github/workflows/test.yml': `on: push\n# ${n}\n` };
  // A fault stays until somebody finds it: later changes of its file are made around it.
  const kept = Object.entries(files).map(([name, text]): [string, string] => {
    const now = existsSync(join(story.root, name)) ? readFileSync(join(story.root, name), 'utf8') : '';
    return [name, now.includes(FAULT) ? `${now}// ${n}\n` : text];
  });
  story.commit(at, `${verb} ${part} ${n}`, Object.fromEntries(kept));
}

const lock = (versions: Record<string, string>): string =>
  `${JSON.stringify({ lockfileVersion: 3, packages: Object.fromEntries(Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }])) }, null, 2)}\n`;

type Plant = (story: Story, at: number, random: () => number) => Planted;
const simple = (commit: string, hints: string, description = 'Errors since this morning'): Planted => ({
  ...{ commits: [commit], bisectable: commit, hints, description },
});
const broken = (part: string): string =>
  codeOf(part, 7).replace('item.price', `item.price.amount /* ${FAULT} */`);
const trace = (part: string): string =>
  `TypeError: Cannot read properties of undefined (reading 'amount')\n    at ${part}Total (/srv/app/src/${part}/${part}.js:5:48)\n    at handle (/srv/app/src/server.js:88:11)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)`;

/** Kinds of fault, each as people meet them: with the excerpt that they would have. */
export const PLANTS: Record<string, Plant> = {
  code_in_stack_trace: (story, at) =>
    simple(
      story.commit(at, 'Show prices with currency', { 'src/cart/cart.js': broken('cart') }),
      trace('cart'),
    ),
  python_trace: (story, at) =>
    simple(
      story.commit(at, 'Tidy the job', {
        'jobs/export.py': `def export_rows(rows):\n    return rows[0]  # ${FAULT}\n`,
      }),
      'Traceback (most recent call last):\n  File "/app/jobs/export.py", line 2, in export_rows\n    return rows[0]\nIndexError: list index out of range',
    ),
  configuration: (story, at) =>
    simple(
      story.commit(at, 'Tune production', { 'config/production.yml': `pool: 1\n# ${FAULT}\n` }),
      'Error: connect ETIMEDOUT 10.0.0.5:5432\nTimeoutError: ResourceRequest timed out, pool is exhausted',
    ),
  migration: (story, at) =>
    simple(
      story.commit(at, 'Clean up users', {
        'db/migrations/20260310_users.sql': `ALTER TABLE users DROP COLUMN last_seen; -- ${FAULT}\n`,
      }),
      'error: column users.last_seen does not exist\n  code: 42703, SQLSTATE 42703',
    ),
  lock_file: (story, at) =>
    simple(
      story.commit(at, 'Bump fast-rows', {
        'package-lock.json': lock({ 'left-lib': '1.0.1', 'fast-rows': `3.0.0-${FAULT}` }),
      }),
      'TypeError: rows.parse is not a function\n    at Object.<anonymous> (/srv/app/node_modules/fast-rows/index.js:3:1)',
    ),
  feature_flag: (story, at) =>
    simple(
      story.commit(at, 'Turn it on for everybody', { 'config/flags.json': `{ "new_prices": "${FAULT}" }\n` }),
      'warn: variant new_prices served to 100 %, price is NaN',
    ),
  ci: (story, at) =>
    simple(
      story.commit(at, 'Smaller images', {
        Dockerfile: `FROM alpine:3\n# ${FAULT}\nENTRYPOINT ["/entrypoint.sh"]\n`,
      }),
      'exec /entrypoint.sh: no such file or directory\nBack-off restarting failed container, CrashLoopBackOff',
    ),
  merge: (story, at) => {
    const main = story.git('symbolic-ref', '--short', 'HEAD');
    story.git('checkout', '-q', '-b', 'topic');
    story.commit(at - 3 * HOUR, 'Prepare', { 'src/mail/queue.js': 'export const queue = [];\n' });
    const culprit = story.commit(at - 2 * HOUR, 'Use amounts', { 'src/mail/mail.js': broken('mail') });
    story.commit(at - HOUR, 'Polish', { 'src/mail/queue.js': 'export const queue = [1];\n' });
    story.git('checkout', '-q', main);
    story.commit(at - HOUR / 2, 'Meanwhile', { 'docs/meanwhile.md': 'x\n' });
    story.git('merge', '-q', '--no-ff', '-m', 'Merge pull request #12', 'topic');
    return { ...simple(culprit, trace('mail')), commits: [culprit, story.head()] };
  },
  squash: (story, at) => {
    const files: Record<string, string> = { 'src/billing/billing.js': broken('billing') };
    for (let i = 0; i < 25; i++) files[`src/billing/part-${i}.js`] = codeOf(`part${i}`, i);
    return simple(
      story.commit(at, 'Billing rework (#77)', files),
      'billingTotal failed: amount of undefined',
    );
  },
  revert_of_revert: (story, at) => {
    const first = story.commit(at - 20 * HOUR, 'Faster search', { 'src/search/search.js': broken('search') });
    story.git('revert', '--no-edit', first);
    const revert = story.head();
    story.commit(at - 10 * HOUR, 'Something else', { 'docs/else.md': 'x\n' });
    story.git('revert', '--no-edit', revert);
    return { ...simple(story.head(), trace('search')), bisectable: null };
  },
  fix_of_fix: (story, at) => {
    const good = codeOf('profile', 3);
    story.commit(at - 30 * HOUR, 'Fix rounding in profile', {
      'src/profile/profile.js': good.replace('let sum = 0', 'let sum = 0.0'),
    });
    return simple(
      story.commit(at, 'Fix rounding again', { 'src/profile/profile.js': broken('profile') }),
      'profile totals are NaN',
      'Profile totals are wrong',
    );
  },
  removed_function: (story, at) => {
    story.commit(HARM - 9 * DAY, 'Add tax', {
      'src/lib/tax.js': 'export function taxRateFor(c) { return 1; }\n',
      'src/shop.js': 'taxRateFor("x");\n',
    });
    return simple(
      story.commit(at, 'Remove dead code', { 'src/lib/tax.js': `// empty ${FAULT}\n` }),
      'ReferenceError: taxRateFor is not defined',
    );
  },
};

/** A release, thirty ordinary changes, and the fault somewhere in the second half of them. */
export function plant(story: Story, kind: string, seed: number): Planted {
  const random = seeded(seed);
  const files = Object.fromEntries(PARTS.map((part) => [`src/${part}/${part}.js`, codeOf(part, 0)]));
  story.commit(HARM - 10 * DAY, 'Start', {
    ...files,
    'config/production.yml': 'pool: 20\n',
    'config/flags.json': '{}\n',
    Dockerfile: 'FROM debian\n',
  });
  story.git('tag', '-a', 'v1.0.0', '-m', 'v1.0.0');
  const count = 30;
  const turn = 14 + Math.floor(random() * 13);
  let planted: Planted | undefined;
  for (let n = 0; n < count; n++) {
    const at = HARM - 4 * DAY + (n * (4 * DAY - 2 * HOUR)) / count;
    if (n === turn) planted = PLANTS[kind]?.(story, at + HOUR / 2, random);
    noise(story, random, n === turn ? at + HOUR : at, n);
  }
  if (!planted) throw new Error(`no such kind: ${kind}`);
  return planted;
}
