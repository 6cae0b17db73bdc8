import { afterEach, beforeAll, describe, it, vi } from 'vitest';
import * as repos from '../support/bench-repos.ts';
import { type Bench, copyOf, put, service, settings } from '../support/bench-repos.ts';
import { playRow, type Row } from '../support/bench-way.ts';
import { git } from '../support/repo.ts';

/** Histories as people have them, each from the incident to the way back. Source: issue 4, "Shown by". */
let usual: Bench;
beforeAll(() => {
  usual = service();
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const ROWS: Row[] = [
  { name: 'release tags with v', bench: () => copyOf(usual), takenBack: true },
  {
    name: 'release tags without v',
    bench: () => service({ tag: (version) => version }),
    expect: { start: 'at 1.1.0', deploy_plan: 'planned: main, 1.1.1', deploy: 'deployed: main, 1.1.1' },
  },
  {
    name: 'a prefixed family of tags beside another: which one is production is asked, then set',
    bench: () =>
      service({
        tag: (version) => `app@${version}`,
        late: (to) => to.git('tag', '-a', 'web@3.0.0', '-m', 'release'),
      }),
    again: {
      start: {
        mend: ({ root }) => {
          put(root, settings({ git: { release_tags: 'app@*' } }));
          git(root, ['commit', '-q', '-a', '-m', 'Say which family is production']);
        },
      },
    },
    expect: {
      start: [
        /^not_configured: what is in production could not be found.* for example one of: .*app@1\.1\.0.* set git\.production/,
        'at app@1.1.0',
      ],
      deploy_plan: 'planned: main, app@1.1.1',
      deploy: 'deployed: main, app@1.1.1',
    },
  },
  { name: 'squashed pull requests', bench: () => service({ plant: repos.squashed }) },
  { name: 'merge commits', bench: () => service({ plant: repos.merged }), takenBack: true },
  { name: 'an octopus merge', bench: () => service({ plant: repos.octopus }) },
  { name: 'a revert of a revert', bench: () => service({ plant: repos.revertOfRevert }) },
  {
    name: 'a trunk that has gone on since the release: the tag alone ships, the trunk gets a backport',
    bench: () => service({ late: (to) => to.commit('feat: next', { 'src/next.js': 'x;\n' }) }),
    again: { suspects: { args: { bad: 'v1.1.0' } } },
    expect: {
      suspects: [/^not found; .*If production runs v1\.1\.0, repeat with bad: v1\.1\.0/, 'found'],
      release: 'applies, reversible',
      deploy_plan: 'planned: v1.1.1',
      deploy: 'deployed: v1.1.1',
      backport_plan: 'develop: missing, main: missing, planned',
      backport: 'develop: pushed, main: pushed; moved develop, main',
      rollback_plan: 'by_hand: hotfix, by by_hand',
    },
  },
];

describe('from the incident to the way back', () => {
  it.each(ROWS)('$name', playRow, 60_000);
});
