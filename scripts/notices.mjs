// The licence texts of everything that ended up in the bundles.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';

const PACKAGE_ROOT = /^.*\/node_modules\/(?:@[^/]+\/)?[^/.@][^/]*(?=\/)/;

/** Absolute folders of the packages that gave at least one byte to an output; paths in `metafile` start at `root`. */
export function bundledPackages(root, metafile) {
  const folders = new Set();
  for (const output of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = PACKAGE_ROOT.exec(resolve(root, path).replaceAll(sep, '/'))?.[0];
      if (folder && bytesInOutput > 0) folders.add(folder);
    }
  }
  return [...folders];
}

/** The text of THIRD_PARTY_NOTICES.txt. */
export function thirdPartyNotices(folders) {
  const notices = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const title = `${name} ${version} (${license ?? 'licence not stated'})`;
    notices.set(title, `${title}\n\n${licenceText(folder)}`);
  }
  const rule = `\n\n${'-'.repeat(72)}\n\n`;
  const intro = 'hotfix-pulse contains code of the packages below, each under its own licence.';
  const sorted = [...notices].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `${[intro, ...sorted].join(rule)}\n`;
}

function licenceText(folder) {
  const files = readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice)/i.test(name))
    .sort();
  if (files.length === 0) return 'The package has no licence file.';
  return files.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n');
}
