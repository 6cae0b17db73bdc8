import { type Finding, type FindingRule, PERSONAL } from './finding.ts';
import { hotfixTrailer } from './hotfix-start.ts';

/** Findings about the commits of the hotfix branch. Subjects are outside text and are not shown. */

const FORM = /^fix(?:\([^()]{1,60}\))?!?: \[HOTFIX\] \S/;

const form: FindingRule = ({ commits }, { number }) => {
  const trailer = hotfixTrailer(number);
  const value = trailer.slice(trailer.indexOf(' ') + 1);
  const own = commits.filter(({ parents, firstParent }) => parents < 2 && firstParent);
  return own.flatMap(({ commit, subject, trailers }): Finding[] => [
    ...(FORM.test(subject.slice(0, 2_000))
      ? []
      : [
          {
            ...{ id: 'commit_form', level: 'note' as const, commit },
            says: 'its message has not the form "fix: [HOTFIX] <description>"',
            do: 'amend it before anybody has it, so that people and tools find the hotfix',
          },
        ]),
    ...(trailers.includes(value)
      ? []
      : [
          {
            ...{ id: 'commit_trailer', level: 'warn' as const, commit },
            says: `it has no trailer "${trailer}"`,
            do: `add it (git commit --amend --no-edit --trailer "${trailer}"): backports are recognised by it`,
          },
        ]),
  ]);
};

const merges: FindingRule = ({ commits }) =>
  commits
    .filter(({ parents }) => parents > 1)
    .map(({ commit }) => ({
      ...{ id: 'merge_commit', level: 'warn', commit },
      says: 'a merge inside the hotfix: what it brings goes live too, and a revert needs a side to be chosen',
      do: 'cherry-pick what is needed on the hotfix branch in place of the merge',
    }));

const riders: FindingRule = ({ commits, riders: before }, { number }) => {
  const { commits: listed, count } = before;
  const trailer = hotfixTrailer(number);
  const value = trailer.slice(trailer.indexOf(' ') + 1);
  const merged = commits.filter(
    ({ firstParent, parents, trailers }) => !firstParent && parents < 2 && !trailers.includes(value),
  );
  const found = [...listed, ...merged.map(({ commit }) => commit)];
  const total = Math.max(count, listed.length) + merged.length;
  return found.map(
    (commit, at): Finding => ({
      ...{ id: 'rode_along', level: 'warn', commit },
      says: 'production has it not, and it is not the fix: it would go live with it',
      do: 'start the hotfix from production (start_hotfix) and cherry-pick the fix',
      ...(at === found.length - 1 && total > found.length ? { more: total - found.length } : {}),
    }),
  );
};

const place: FindingRule = ({ onBase, behind }) => [
  ...(onBase
    ? []
    : [
        {
          ...{ id: 'not_on_base', level: 'warn' as const },
          says: 'it is not built on the commit that the hotfix was started from',
          do: 'name the right commit, or rebase the hotfix branch onto production',
        },
      ]),
  ...(behind > 0
    ? [
        {
          ...{ id: 'behind_production', level: 'note' as const },
          says: `production has ${behind} commit(s) that this one has not`,
          do: 'deploying merges them; to have them in the checks, merge production into the hotfix branch first',
        },
      ]
    : []),
];

/** What a commit added and a later one took out is gone from the files and not from the history. */
const pastSecrets: FindingRule = ({ passing, files }, { secrets }) => {
  const last = new Set(files.flatMap(({ addedLines }) => addedLines.map(({ text }) => text)));
  return passing.flatMap(({ commit, added }): Finding[] => {
    const gone = added.filter((text) => !last.has(text));
    const types = new Set(secrets(gone.join('\n')).filter((type) => !PERSONAL.includes(type)));
    return [...types].map((type) => ({
      ...{ id: 'secret_in_history', level: 'stop', commit },
      says: `a commit added what looks like a secret (${type}) and a later one took it out; whoever gets the branch gets it`,
      do: 'rotate the secret first; then make the branch anew without that commit (git rebase)',
    }));
  });
};

export const COMMIT_RULES: readonly FindingRule[] = [place, form, merges, riders, pastSecrets];
