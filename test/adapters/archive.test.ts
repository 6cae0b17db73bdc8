import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { fileCase } from '../support/file-log-kit.ts';
import { ANA, newUid, note, opened, request } from '../support/log-kit.ts';
import { tempFolder } from '../support/repo.ts';

const FILES = { 'hotfix.md': '# one\n', 'timeline.jsonl': '' };

async function closed() {
  const kit = await fileCase();
  await kit.log.append(request(kit.uid, opened(1), note('a secret')));
  const archive = join(kit.places.live, kit.uid, 'archive');
  return { ...kit, archive, name: newUid() };
}

describe('an archive', () => {
  it('of the same name is kept as it was first', async () => {
    const { log, uid, archive, name } = await closed();
    await log.archive(uid, name, FILES);
    await log.archive(uid, name, { 'hotfix.md': '# two\n' });
    expect(readFileSync(join(archive, name, 'hotfix.md'), 'utf8')).toBe('# one\n');
    expect(await log.verify(uid)).toEqual([]);
  });

  it('is there once, whole, when many keep it at the same moment', async () => {
    const { uid, archive, name, another } = await closed();
    const logs = Array.from({ length: 8 }, () => another());
    await Promise.all(logs.map((log) => log.archive(uid, name, FILES)));
    expect(readdirSync(archive)).toEqual([name]);
    expect(readdirSync(join(archive, name)).sort()).toEqual(['hotfix.md', 'manifest.json', 'timeline.jsonl']);
  });

  it('holds no file whose name is not one of an incident folder', async () => {
    const { log, uid, archive, name } = await closed();
    await log.archive(uid, name, { ...FILES, '../evil.md': 'x', 'a/b.md': 'x', '.gitignore': '*' });
    expect(readdirSync(join(archive, name)).sort()).toEqual(['hotfix.md', 'manifest.json', 'timeline.jsonl']);
    expect(existsSync(join(archive, 'evil.md'))).toBe(false);
  });

  it('is never written through a link', async () => {
    const { log, uid, archive, name } = await closed();
    const elsewhere = tempFolder();
    symlinkSync(elsewhere, archive);
    await expect(log.archive(uid, name, FILES)).rejects.toMatchObject({ code: 'unsafe' });
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('leaves nothing half written when the disk refuses', async () => {
    const { uid, archive, name, another } = await closed();
    let count = 0;
    const nonce = () => {
      count += 1;
      // The folder of the draft is there already: making it fails.
      if (count === 1) mkdirSync(join(archive, '.taken'), { recursive: true });
      return 'taken';
    };
    const log = another({ ids: { ...systemIds, nonce } });
    await expect(log.archive(uid, name, FILES)).rejects.toThrow();
    expect(existsSync(join(archive, name))).toBe(false);
  });

  it('loses to a purge everything but its log, half-written ones too', async () => {
    const { log, uid, archive, name } = await closed();
    const { events } = await log.read(uid);
    await log.archive(uid, name, { 'hotfix.md': 'a secret', 'timeline.jsonl': await log.lines(uid) });
    mkdirSync(join(archive, '.half'));
    writeFileSync(join(archive, '.half', 'hotfix.md'), 'a secret');
    await log.purge(uid, events[1]?.id ?? '', ANA, 'leaked');
    expect(readdirSync(archive)).toEqual([name]);
    expect(readdirSync(join(archive, name)).sort()).toEqual(['manifest.json', 'timeline.jsonl']);
    expect(readFileSync(join(archive, name, 'timeline.jsonl'), 'utf8')).not.toContain('a secret');
    expect(await log.verify(uid)).toEqual([]);
  });

  it('stays as it is when a purge finds nothing', async () => {
    const { log, uid, archive, name } = await closed();
    await log.archive(uid, name, FILES);
    await expect(log.purge(uid, newUid(), ANA, 'x')).rejects.toMatchObject({ code: 'not_found' });
    expect(readdirSync(join(archive, name))).toContain('hotfix.md');
  });

  it.runIf(process.getuid?.() !== 0)(
    'goes to the fallback when the live folder cannot be written',
    async () => {
      const { log, uid, places, name } = await closed();
      chmodSync(join(places.live, uid), 0o500);
      await log.archive(uid, name, FILES);
      chmodSync(join(places.live, uid), 0o700);
      expect(existsSync(join(places.fallback, uid, 'archive', name, 'manifest.json'))).toBe(true);
      expect(await log.verify(uid)).toEqual([]);
    },
  );
});
