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

/** The text of THIRD_PARTY_NOTICES.txt. A licence in the very same words stands once, below all whose it is. */
export function thirdPartyNotices(folders) {
  const titles = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const title = `${name} ${version} (${license ?? 'licence not stated'})`;
    const text = licenceText(folder);
    titles.set(text, (titles.get(text) ?? new Set()).add(title));
  }
  const rule = `\n\n${'-'.repeat(72)}\n\n`;
  const intro = 'hotfix-pulse contains code of the packages below, each under its own licence.';
  const notices = [...titles].map(([text, names]) => `${[...names].sort().join('\n')}\n\n${text}`);
  return `${[intro, ...notices.sort()].join(rule)}\n`;
}

function licenceText(folder) {
  const files = readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice)/i.test(name))
    .sort();
  if (files.length === 0) return 'The package has no licence file.';
  return files
    .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n');
}
