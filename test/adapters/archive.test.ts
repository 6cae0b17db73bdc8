import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { findPlaces } from '../../src/adapters/log-places.ts';
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

  it('leaves nothing half written when it fails on the way', async () => {
    const { uid, archive, name, another } = await closed();
    const sha256 = () => {
      throw new Error('on the way');
    };
    const log = another({ ids: { ...systemIds, sha256 } });
    await expect(log.archive(uid, name, FILES)).rejects.toThrow('on the way');
    expect(readdirSync(archive)).toEqual([]);
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

  it('goes to the fallback when the live folder cannot be written', async () => {
    const inTheWay = join(tempFolder(), 'file');
    writeFileSync(inTheWay, '');
    const root = tempFolder();
    const places = { ...(await findPlaces(root, { stateHome: tempFolder() })), live: join(inTheWay, 'live') };
    const { log, uid } = await fileCase(root, { places });
    const name = newUid();
    await log.append(request(uid, opened(1)));
    await log.archive(uid, name, FILES);
    const manifest = join(places.fallback, uid, 'archive', name, 'manifest.json');
    expect(existsSync(manifest)).toBe(true);
    expect(await log.verify(uid)).toEqual([]);
    rmSync(manifest);
    expect(await log.verify(uid)).toMatchObject([{ problem: 'archive_changed' }]);
  });
});
