import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createWorkspace } from '../../src/adapters/workspace.ts';
import { buildPostmortem } from '../../src/core/documents/postmortem.ts';
import { renderPreset } from '../../src/core/documents/presets.ts';
import type { RecordedEvent } from '../../src/core/events.ts';
import type { Workspace } from '../../src/ports.ts';
import { tempFolder } from '../support/repo.ts';
import { openedOnly, SAMPLE_UID, sampleEvents, sampleOf } from '../support/sample-incident.ts';

const PATH = '.claude/postmortems/2026-11-20-users-cant-login.md';

function textOf(events: readonly RecordedEvent[]): string {
  const { incident, view } = sampleOf(events);
  return renderPreset(buildPostmortem(incident, {}, view), 'pokayokay');
}
const EARLY = textOf(openedOnly());
const LATER = textOf(sampleEvents());

let root: string;
let workspace: Workspace;
const at = (path = PATH) => join(root, path);
const read = () => readFileSync(at(), 'utf8');
const put = (text: string) => {
  mkdirSync(dirname(at()), { recursive: true });
  writeFileSync(at(), text);
};
const write = async (text = EARLY, path = PATH, uid = SAMPLE_UID) => {
  const { files, notices } = await workspace.writeExtra(path, text, uid);
  return { result: files[0]?.result, notice: notices.join(' ') };
};

beforeEach(() => {
  root = tempFolder();
  const live = join(tempFolder(), 'live');
  mkdirSync(join(live, SAMPLE_UID), { recursive: true });
  workspace = createWorkspace({ root, places: { live, fallback: `${live}-2`, git: false } });
});

describe('the second copy of the postmortem', () => {
  it('is written, left alone when nothing changed, and written again', async () => {
    expect(await write()).toEqual({ result: 'written', notice: '' });
    expect(read()).toBe(EARLY);
    expect(await write()).toEqual({ result: 'unchanged', notice: '' });
    expect(await write(LATER)).toEqual({ result: 'written', notice: '' });
    expect(read()).toBe(LATER);
    expect(readdirSync(dirname(at()))).toEqual(['2026-11-20-users-cant-login.md']);
  });

  it('keeps what a person wrote around the generated parts', async () => {
    await write();
    const prose = 'We also thank the night shift.';
    writeFileSync(
      at(),
      read().replace('<!-- pulse:end lessons -->\n', `<!-- pulse:end lessons -->\n\n${prose}\n`),
    );
    expect((await write(LATER)).result).toBe('prose_saved');
    expect(read()).toContain(`${prose}\n`);
    expect(read()).toContain('Ana took the page');
  });

  it('is ours without its front matter too, once we wrote it', async () => {
    await write();
    writeFileSync(at(), read().replace(/^---\n[\s\S]*?\n---\n/, ''));
    expect((await write(LATER)).result).not.toBe('refused');
  });

  it.each([
    ['a note of a person', '# My own postmortem\n'],
    ['the postmortem of another incident', EARLY.replace(SAMPLE_UID, '01KA7Q00000000000000000999')],
    ['generated parts that we never wrote here', EARLY.replace(/^---\n[\s\S]*?\n---\n/, '')],
    ['an empty file', ''],
  ])('never replaces %s', async (_, text) => {
    put(text);
    expect(await write()).toEqual({
      result: 'refused',
      notice: expect.stringContaining('another file of that name is there'),
    });
    expect(read()).toBe(text);
  });

  it.each(['.claude', '.claude/postmortems'])('is not written through a link at %s', async (link) => {
    const outside = tempFolder();
    mkdirSync(dirname(at(link)), { recursive: true });
    symlinkSync(outside, at(link));
    expect(await write()).toMatchObject({
      result: 'refused',
      notice: expect.stringContaining('symbolic link'),
    });
    expect(readdirSync(outside)).toEqual([]);
  });

  it('is not written through a link in its own place', async () => {
    const outside = join(tempFolder(), 'x.md');
    writeFileSync(outside, EARLY);
    mkdirSync(dirname(at()), { recursive: true });
    symlinkSync(outside, at());
    expect((await write(LATER)).result).toBe('refused');
    expect(readFileSync(outside, 'utf8')).toBe(EARLY);
  });

  it.each([
    '.claude/settings.md',
    '.claude/postmortems/x.md',
    '.claude/postmortems/2026-11-20-../../x.md',
    '.claude/postmortems/2026-11-20-a/b.md',
    '.claude/commands/2026-11-20-a.md',
    'docs/2026-11-20-a.md',
    '/tmp/.claude/postmortems/2026-11-20-a.md',
    '.claude/postmortems/2026-11-20-A.md',
    '.claude/postmortems/2026-11-20-a.sh',
    '.claude/postmortems/2026-11-20-a.md\n',
    '',
  ])('goes nowhere else: %j', async (path) => {
    expect((await write(EARLY, path)).result).toBe('refused');
    expect(existsSync(join(root, '.claude'))).toBe(false);
    expect(readdirSync(root)).toEqual([]);
  });

  it('that cannot be written is a notice, not an error', async () => {
    writeFileSync(join(root, '.claude'), 'a file');
    expect(await write()).toMatchObject({
      result: 'refused',
      notice: expect.stringContaining('not written'),
    });
  });
});
