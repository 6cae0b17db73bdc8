// How long redaction of one megabyte takes, as a ratio to one JSON.parse of the same bytes, measured in one run.
// Usage: node bench/redact.mjs [rounds]   Wanted (issue 6): below 10 for log lines as JSON.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const rounds = Number(process.argv[2] ?? 15);
const root = fileURLToPath(new URL('..', import.meta.url));
const { outputFiles } = await build({
  stdin: { contents: "export { createRedactor } from './redact.ts';", resolveDir: join(root, 'src', 'core') },
  ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', write: false },
});
const encoded = Buffer.from(outputFiles[0].contents).toString('base64');
const { createRedactor } = await import(`data:text/javascript;base64,${encoded}`);

const hash = (text, kind = 'sha256') => createHash(kind).update(String(text)).digest('hex');
const { redact } = createRedactor({
  hash4: (value) => hash(value).slice(0, 4),
  known_values: Array.from({ length: 20 }, (_, index) => ({
    name: `SECRET_${index}`,
    value: hash(index).slice(0, 24),
  })),
});

/** About a megabyte of records, one per line, as one JSON array. */
function records(recordOf) {
  const lines = [];
  for (let size = 0, n = 0; size < 1_000_000; n += 1) {
    lines.push(JSON.stringify(recordOf(n)));
    size += lines[n].length + 2;
  }
  return `[\n${lines.join(',\n')}\n]`;
}

const log = (n) => ({
  time: `2026-11-20T14:00:00.${String(n % 1000).padStart(3, '0')}Z`,
  level: n % 9 ? 'info' : 'error',
  service: 'checkout',
  host: `web-${n % 7}`,
  trace_id: hash(n, 'md5'),
  msg: `GET /api/v1/orders/${n} 200 in ${n % 300} ms`,
  user: `u_${n}`,
  ip: `10.0.3.${n % 255}`,
  retry: n % 3,
  ok: n % 2 === 0,
});
const PROSE =
  'We are investigating reports of degraded performance for some requests. A fix has been deployed and we are watching the error rate. ';
const TEXTS = {
  'log lines': records(log),
  'log lines, a secret in every thousandth': records((n) =>
    n % 1000 === 500 ? { ...log(n), msg: `login with gh${'p_'}${hash(n).slice(0, 36)} failed` } : log(n),
  ),
  'log lines, a secret in every tenth': records((n) =>
    n % 10 === 5 ? { ...log(n), msg: `retry with password=${hash(n).slice(0, 12)}` } : log(n),
  ),
  'long prose': records((n) => ({ n, text: PROSE.repeat(8) })),
};

const took = (work) => {
  const started = performance.now();
  work();
  return performance.now() - started;
};
const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];

let worst = 0;
for (const [name, text] of Object.entries(TEXTS)) {
  const parses = [];
  const redactions = [];
  for (let round = 0; round < rounds; round += 1) {
    parses.push(took(() => JSON.parse(text)));
    redactions.push(took(() => redact(text)));
  }
  const ratio = median(redactions) / median(parses);
  if (name === 'log lines') worst = ratio;
  process.stdout.write(
    `${name}: ${(text.length / 1e6).toFixed(2)} MB, parse ${median(parses).toFixed(1)} ms, redact ${median(redactions).toFixed(1)} ms, ratio ${ratio.toFixed(1)}, taken ${redact(text).removed.length}\n`,
  );
}
if (worst >= 10) process.exitCode = 1;
