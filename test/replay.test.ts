import { expect, it } from 'vitest';
import { join } from 'node:path';
import { enterAll, replay } from './support/replay.ts';
import { logRows, postmortemRows, statusRows } from './support/replay-data.ts';
import { describeIf, SHARED } from './support/requires.ts';

const data = join(SHARED, 'data');
const group = (u: { document: string; line: number; number: string; why: string }[]) => { const m = new Map<string, number>(); for (const x of u) { const k = x.document.replace(/hotfix-\d+/, 'h') + ' :' + x.line + ' ' + x.number + ' ' + x.why; m.set(k, (m.get(k) ?? 0) + 1); } return [...m].sort((a, b) => b[1] - a[1]).slice(0, 60).map(([k, n]) => n + ' ' + k).join('\n'); };
describeIf('shared')('a sample of real incidents', () => {
  it('plays', async () => {
    const rows = statusRows(data).filter((_, i) => i % 40 === 7);
    const t = Date.now();
    const out = await replay(rows);
    console.log(Date.now() - t, out.played.length, out.documents, out.messages, out.untraced.length);
    console.log(out.played.flatMap((p) => [...p.problems, ...p.refused].map((x) => p.id + ' ' + x)).slice(0, 30));
    console.log(out.untraced.map((x) => JSON.stringify(x)).join("\n"));
    const e = await enterAll(logRows(data), postmortemRows(data));
    console.log(Date.now() - t, e.documents, e.untraced.length, e.logs.flatMap((x) => x.refused), e.postmortems.flatMap((x) => x.refused));
    console.log(group(e.untraced));
    expect(1).toBe(1);
  }, 120000);
});
