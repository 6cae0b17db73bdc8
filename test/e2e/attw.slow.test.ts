import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from '../support/repo.ts';
import { ATTW, describeIf } from '../support/requires.ts';
import { packTarball } from '../support/tarball.ts';

/** What "Are the types wrong" says of a tarball; types from elsewhere would be asked of the registry. */
function checked(tarball: string) {
  const args = [ATTW, tarball, '--no-definitely-typed', '--no-color', '--format', 'json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    ...{ encoding: 'utf8', maxBuffer: 1e8 },
    env: { PATH: process.env.PATH, NODE_OPTIONS: process.env.NODE_OPTIONS },
  });
  return { status, stderr, said: Object(JSON.parse(stdout)) };
}

describeIf('attw')('types', () => {
  // It is a program and exports nothing but its package.json, so there is nothing that types could be wrong about.
  it('are not promised by our package, and so none is wrong', () => {
    const { status, stderr, said } = checked(packTarball(tempFolder()).file);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(said.analysis).toMatchObject({ packageName: 'hotfix-pulse', types: false });
    expect(said.problems ?? {}).toEqual({});
  });

  it('that are wrong would be noticed', () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'package'));
    const put = (name: string, text: string) => writeFileSync(join(folder, 'package', name), text);
    const exported = { types: './index.d.ts', default: './index.cjs' };
    put('package.json', JSON.stringify({ name: 'x', version: '1.0.0', type: 'module', exports: exported }));
    put('index.d.ts', 'export declare const a: number;\n');
    put('index.cjs', 'exports.a = 1;\n');
    const tarball = join(folder, 'x.tgz');
    execFileSync('tar', ['-czf', tarball, '-C', folder, 'package']);
    const { status, said } = checked(tarball);
    expect(status).toBe(1);
    expect(Object.keys(said.problems)).not.toEqual([]);
  });
});
