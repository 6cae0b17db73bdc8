import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

export interface Tarball {
  /** The archive as `npm publish` would send it. */
  file: string;
  paths: string[];
  /** In bytes: what is downloaded, and what lies on the disk then. */
  packedSize: number;
  unpackedSize: number;
}

/** `npm pack` of the checkout as it is built now; dist/ is not built again. */
export function packTarball(into: string): Tarball {
  mkdirSync(into, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', into];
  const [made] = JSON.parse(execFileSync('npm', args, { cwd: checkout, encoding: 'utf8', stdio: 'pipe' }));
  return {
    file: join(into, made.filename),
    paths: made.files.map(({ path }: { path: string }) => path).sort(),
    packedSize: made.size,
    unpackedSize: made.unpackedSize,
  };
}

/** The archive's own folder below `into`: what a plugin folder holds. */
export function unpackTarball({ file }: Tarball, into: string): string {
  mkdirSync(into, { recursive: true });
  execFileSync('tar', ['-xzf', file, '-C', into]);
  return join(into, 'package');
}
