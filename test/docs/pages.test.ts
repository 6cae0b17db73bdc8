import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('docs/dependencies.md', () => {
  it('has one line with a reason for every package, and for no other', () => {
    const pkg = JSON.parse(read('package.json'));
    const packages = [pkg.dependencies, pkg.devDependencies, pkg.optionalDependencies].flatMap((d) =>
      Object.keys(d ?? {}),
    );
    const lines = [...read('docs/dependencies.md').matchAll(/^- `([^`]+)`: \S+ .{15,}$/gm)].map(
      ([, name]) => name,
    );
    expect(lines.toSorted()).toEqual(packages.toSorted());
  });
});

describe('pages', () => {
  it.each([
    ['AGENTS.md', 80],
    ['docs/architecture.md', 120],
  ])('%s stays under %d lines', (path, max) => {
    expect(read(path).split('\n').length).toBeLessThan(max);
  });

  it.each([
    'AGENTS.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
    'docs/architecture.md',
    'docs/dependencies.md',
    'docs/packaging.md',
    'docs/services.md',
    'docs/threats.md',
    'docs/team.md',
    'docs/team-setup.md',
    'docs/postgres.md',
    'docs/board.md',
    'docs/github.md',
    'docs/github-action.md',
    'docs/pull-requests.md',
    'docs/slack.md',
    'docs/clickup.md',
    'docs/jira.md',
    'docs/statuspage.md',
    'docs/pagerduty.md',
    'docs/hub.md',
    'docs/shipping.md',
    'docs/security.md',
    'docs/demo.md',
    'docs/doctor.md',
    'docs/interchange.md',
    'docs/postmortem.md',
    'docs/redaction.md',
    'docs/review.md',
  ])('%s: links lead somewhere and npm scripts exist', (path) => {
    const text = read(path);
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, to = '']) =>
      join(root, dirname(path), to),
    );
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
    const { scripts } = JSON.parse(read('package.json'));
    const used = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(used.filter((name) => !(name in scripts))).toEqual([]);
  });
});
