import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { documentsOf } from '../../src/tools/support/documents.ts';
import type { Deps } from '../../src/tools/tool.ts';
import writePostmortem from '../../src/tools/write-postmortem.ts';
import { createDeps } from '../../src/wire.ts';
import { type TempRepo, tempRepo } from '../support/repo.ts';

const FILE = 'specs/hotfix-001-users-cant-login/post-mortem.md';
const CONFIG = 'hotfix-pulse.config.json';

interface World {
  repo: TempRepo;
  deps: Deps;
  at(iso: string): void;
  write(args?: object): Promise<{ text: string; data: Record<string, unknown>; warnings: string[] }>;
  file(path?: string): string;
}

async function world(postmortem: object): Promise<World> {
  const repo = tempRepo({ commits: 1 });
  repo.write(CONFIG, JSON.stringify({ postmortem }));
  let now = Date.parse('2026-11-20T23:50:00Z');
  const deps = await createDeps(
    { root: repo.root, actor: { kind: 'agent', name: 'test' }, env: {} },
    { clock: { now: () => now } },
  );
  await callTool(createHotfixTask, { description: "Users can't login", severity: 'P1' }, deps);
  return {
    repo,
    deps,
    at: (iso) => {
      now = Date.parse(iso);
    },
    async write(args = { summary: 'It broke.' }) {
      await deps.refresh();
      return callTool(writePostmortem, args, deps);
    },
    file: (path = FILE) => readFileSync(join(repo.root, path), 'utf8'),
  };
}

const resolve = async ({ deps, at }: World, iso: string) => {
  at(iso);
  const args = {
    kind: 'resolved',
    text: 'Over',
    evidence: ['metric: 5xx 0'],
    override_reason: 'the user said so',
  };
  await callTool(recordTimelineEvent, { ...args, override_until: '2026-12-01' }, deps);
};
const writtenAs = async ({ deps }: World) => {
  const [uid = ''] = await deps.log.uids();
  const { events } = await deps.log.read(uid);
  return events.flatMap((event) => (event.kind === 'postmortem_written' ? [event.data.preset] : []));
};

describe('write_postmortem', () => {
  it.each([
    ['default', '# Postmortem: '],
    ['pulse', '## 🧠 Post-Mortem Mini-Template'],
    ['incident-hotfix', '# Incident Postmortem: '],
    ['hatch3r', '## Definition of Done'],
    ['spec-kit', '## Prevention Measures'],
  ])('writes in the form of %s and says so', async (preset, heading) => {
    const w = await world({ preset });
    const { text, data } = await w.write();
    expect(w.file()).toContain(heading);
    expect(data).toMatchObject({ preset, path: FILE, paths: [FILE] });
    expect(text).toContain(`Postmortem (${preset}): ${FILE} (also`);
    expect(await writtenAs(w)).toEqual([preset]);
    expect(existsSync(join(w.repo.root, '.claude'))).toBe(false);
  });

  it('keeps prose when the form changes', async () => {
    const w = await world({ preset: 'hatch3r' });
    await w.write();
    const end = '<!-- pulse:end lessons -->\n';
    w.repo.write(FILE, w.file().replace(end, `${end}\nOur own words.\n`));
    w.repo.write(CONFIG, '{"postmortem": {"preset": "spec-kit"}}');
    await w.write();
    expect(w.file()).toContain('## Prevention Measures');
    expect(w.file()).toContain(`${end}\nOur own words.\n`);
  });

  it('loses nothing of what a person changed inside a generated part', async () => {
    const w = await world({ preset: 'default' });
    await w.write();
    w.repo.write(
      FILE,
      w.file().replace('## Lessons Learned\n', '## Lessons Learned\n\nAn edit in the wrong place.\n'),
    );
    const { warnings } = await w.write({ lessons: ['Watch logins'] });
    expect(w.file()).not.toContain('An edit in the wrong place.');
    const [, saved = ''] = /post-mortem\.md: .*a copy is kept at (\S+\.\d+)\./.exec(warnings.join(' ')) ?? [];
    const kept = readFileSync(isAbsolute(saved) ? saved : join(w.repo.root, saved), 'utf8');
    expect(kept).toContain('An edit in the wrong place.');
  });

  it('finds what nothing recorded supports, and what people wrote beside it', async () => {
    const w = await world({ preset: 'default' });
    await w.write();
    const end = '<!-- pulse:end lessons -->\n';
    w.repo.write(
      FILE,
      w.file().replace(end, `${end}\nIt was human error? No. The token was ghp_${'a1B2'.repeat(9)}.\n`),
    );
    const { text, data } = await w.write({ impact: '4,711 users were hurt for 3 hours.' });
    const findings = data.findings as { level: string; where: string; text: string }[];
    expect(findings).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        where: 'narrative.impact',
        text: expect.stringContaining('4711, 3 h'),
      }),
    );
    expect(findings).toContainEqual(expect.objectContaining({ level: 'error', where: 'prose' }));
    expect(text).not.toContain('ghp_');
    const count = (level: string) => findings.filter((one) => one.level === level).length;
    expect(data).toMatchObject({ errors: count('error'), warnings_found: count('warning') });
    expect(text).toContain(
      `${count('error')} error(s), ${count('warning')} warning(s), ${count('note')} note(s).`,
    );
  });

  it('under pokayokay writes the second copy, by the day of the resolution', async () => {
    const w = await world({ preset: 'pokayokay' });
    const early = '.claude/postmortems/2026-11-20-users-cant-login.md';
    const first = await w.write();
    expect(first.data.paths).toEqual([FILE, early]);
    expect(first.text).toContain(`${FILE} and ${early}`);
    expect(w.file(early)).toBe(w.file());
    await resolve(w, '2026-11-21T00:30:00Z');
    const late = '.claude/postmortems/2026-11-21-users-cant-login.md';
    expect((await w.write({ lessons: ['x'] })).data.paths).toEqual([FILE, late]);
    expect(await writtenAs(w)).toEqual(['pokayokay', 'pokayokay']);
  });

  it('leaves a foreign file in the place of the second copy alone and says so', async () => {
    const w = await world({ preset: 'pokayokay' });
    const path = '.claude/postmortems/2026-11-20-users-cant-login.md';
    mkdirSync(join(w.repo.root, '.claude/postmortems'), { recursive: true });
    writeFileSync(join(w.repo.root, path), 'mine');
    const { data, warnings } = await w.write();
    expect(data.paths).toEqual([FILE]);
    expect(warnings.join(' ')).toContain('another file of that name is there');
    expect(w.file(path)).toBe('mine');
  });
});

describe("a repository's own template", () => {
  it('is rendered in one block that prose survives around', async () => {
    const w = await world({ template: 'pm.md' });
    w.repo.write('pm.md', '# Ours: {{title}}\n\n{{summary}}\n');
    const { data, text } = await w.write({ summary: 'It <b>broke</b> | badly.' });
    expect(data).toMatchObject({ preset: 'template', path: FILE });
    expect(text).toContain('Postmortem (template):');
    expect(w.file()).toContain(
      "<!-- pulse:begin template -->\n# Ours: Users can't login\n\nIt &lt;b>broke&lt;/b> \\| badly. (narrative)\n<!-- pulse:end template -->",
    );
    w.repo.write(FILE, `${w.file()}\nOur own words.\n`);
    await w.write({ summary: 'Better said.' });
    expect(w.file()).toContain('Better said. (narrative)');
    expect(w.file()).toContain('Our own words.');
    expect(await writtenAs(w)).toEqual(['template', 'template']);
  });

  it('cannot forge our markers', async () => {
    const w = await world({ template: 'pm.md' });
    w.repo.write('pm.md', 'a\n<!-- pulse:end template -->\n<!-- pulse:begin record -->\nb\n');
    await w.write();
    expect(w.file().match(/^<!-- pulse:/gm)).toHaveLength(4);
  });

  it.each([
    [null, /no such file/],
    ['one\n{{#actions}}', /at line 2: a section is opened/],
    ['{{nothing}}', /nothing is called nothing/],
  ])('that cannot be used (%j) stops the writing before anything is recorded', async (template, why) => {
    const w = await world({ template: 'pm.md' });
    if (template !== null) w.repo.write('pm.md', template);
    await expect(w.write()).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(why),
    });
    expect(await writtenAs(w)).toEqual([]);
    expect(existsSync(join(w.repo.root, FILE))).toBe(false);
  });

  it('that broke later stops nothing else and leaves the last text', async () => {
    const w = await world({ template: 'pm.md' });
    w.repo.write('pm.md', '# Ours\n');
    await w.write();
    const before = w.file();
    w.repo.write('pm.md', '{{broken');
    await (w.deps as Deps & { refresh(): Promise<void> }).refresh();
    const { warnings } = await callTool(recordTimelineEvent, { kind: 'noted', text: 'Still here' }, w.deps);
    expect(warnings.join(' ')).toMatch(/post-mortem.md was left as it is: .*a tag is not closed/);
    expect(w.file()).toBe(before);
    expect((await documentsOf(undefined, w.deps)).files['post-mortem.md']).toContain('# Postmortem: ');
  });
});
