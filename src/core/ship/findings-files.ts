import type { ChangedFile } from './change-diff.ts';
import { isGenerated } from './change-facts.ts';
import {
  decidesWhatRuns,
  isGeneratedPath,
  isLeftover,
  isLock,
  isProductCode,
  isTestCode,
  isTestFile,
  kindOfPath,
  languageOf,
  layerOf,
} from './change-kinds.ts';
import { type Finding, type FindingRule, perFile } from './finding.ts';
import { pathFit } from './suspect-hints.ts';

/** Findings that a path, a mode or a size alone gives. */

const LARGE_BYTES = 500_000;
const SUBMODULE = '160000';
const LINK = '120000';
const SPLIT = 'leave the rest for a normal change after the incident';

const size: FindingRule = (_, { limits }, { weighed }) => [
  ...(weighed.files > limits.files
    ? [
        {
          ...{ id: 'many_files', level: 'warn' as const },
          says: `changes ${weighed.files} files (limit ${limits.files}; tests, lock and generated files not counted)`,
          do: `reduce it to the smallest change that ends the harm; ${SPLIT}`,
        },
      ]
    : []),
  ...(weighed.lines > limits.lines
    ? [
        {
          ...{ id: 'many_lines', level: 'warn' as const },
          says: `changes ${weighed.lines} lines (limit ${limits.lines}; tests, lock and generated files not counted)`,
          do: `reduce it to the smallest change that ends the harm; ${SPLIT}`,
        },
      ]
    : []),
];

const layers: FindingRule = (_, { limits }, facts) => {
  const touched = facts.layers.filter((layer) => !['test', 'docs', 'other'].includes(layer));
  if (touched.length <= limits.layers) return [];
  return [
    {
      ...{ id: 'several_layers', level: touched.length > limits.layers + 1 ? 'warn' : 'note' },
      says: `touches ${touched.length} parts of the system: ${touched.join(', ')}`,
      do: 'see whether one of them is enough; if not, say in the record why, and in which order they go live',
    },
  ];
};

const empty: FindingRule = (diff) =>
  diff.files.length > 0
    ? []
    : [
        {
          ...{ id: 'no_change', level: 'stop' },
          says: 'nothing differs between the base and this commit',
          do: 'commit the fix on the hotfix branch, or name the right commit',
        },
      ];

const notWhole: FindingRule = (diff) => {
  const cut = diff.files.filter((file) => file.cut).length;
  return diff.whole && cut === 0
    ? []
    : [
        {
          ...{ id: 'not_all_read', level: 'warn' },
          says: `too large to be read whole: ${cut} file(s) were read in part or not at all`,
          do: 'look at these yourself (git diff), above all for secrets, or make the change smaller',
        },
      ];
};

const missingTest: FindingRule = ({ files }) => {
  const isCode = files.some(
    (file) => isProductCode(file.path) && file.added + file.removed > 0 && !isGenerated(file),
  );
  const hasTest = files.some(
    ({ path, added, status }) => isTestCode(path) && added > 0 && status !== 'deleted',
  );
  return isCode && !hasTest
    ? [
        {
          ...{ id: 'missing_test', level: 'warn' },
          says: 'changes code and no test',
          do: 'add a test that fails without the fix, then prove_regression; if it has to wait, it is debt that blocks close',
        },
      ]
    : [];
};

/** Only what the record names can tell what belongs to the incident. */
const unrelated: FindingRule = ({ files }, { named }) => {
  if (named.length === 0) return [];
  const folder = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
  const isNamed = (path: string): boolean =>
    named.some((one) => pathFit(path, one) !== null || (folder(one) !== '' && folder(path) === folder(one)));
  const judged = files.filter(
    ({ path }) => !['test', 'docs', 'dependency'].includes(layerOf(path)) && !isGeneratedPath(path),
  );
  return judged
    .filter(({ path, oldPath }) => !isNamed(path) && !(oldPath !== null && isNamed(oldPath)))
    .map(({ path }) => ({
      ...{ id: 'unrelated_file', path, level: 'note' as const },
      says: 'neither cause nor suspects in the record name this file or its folder',
      do: 'take it out, or record why it belongs to the fix (cause_identified with the file)',
    }));
};

/** What a file is, and what that asks for. */
const KINDS: readonly (Omit<Finding, 'path' | 'line'> & { found(file: ChangedFile): boolean })[] = [
  {
    ...{ id: 'generated_file', level: 'warn' },
    found: (file) => isGenerated(file) && !isLock(file.path),
    says: 'a generated file: a change by hand is lost when it is generated again',
    do: 'change its source and generate it; leave it out if the build makes it',
  },
  {
    ...{ id: 'ci_changed', level: 'warn' },
    found: ({ path }) => ['ci', 'shipping'].includes(kindOfPath(path) ?? ''),
    says: 'changes how it is built, checked or shipped',
    do: 'leave the pipeline alone in a hotfix unless it is the cause; otherwise have it read by somebody who owns it',
  },
  {
    ...{ id: 'feature_flag', level: 'note' },
    found: ({ path, addedLines }) =>
      kindOfPath(path) === 'feature_flag' ||
      (languageOf(path) !== null &&
        !isTestFile(path) &&
        addedLines.some(({ text }) => FLAG_CALL.test(text.slice(0, 2_000)))),
    says: 'touches a feature flag',
    do: 'say which value production has, and how it is turned back',
  },
  {
    ...{ id: 'what_runs_changed', level: 'warn' },
    found: ({ path }) => decidesWhatRuns(path),
    says: 'changes what runs on the machines of those who work with it, or what agents are told',
    do: 'read it line by line; a hotfix rarely needs it',
  },
  {
    ...{ id: 'submodule_changed', level: 'warn' },
    found: ({ oldMode, newMode }) => oldMode === SUBMODULE || newMode === SUBMODULE,
    says: 'moves a submodule: its whole history since then goes live with it',
    do: 'look at what lies between the two commits there, and that the new one is pushed',
  },
  {
    ...{ id: 'link_changed', level: 'warn' },
    found: ({ newMode, oldMode }) => newMode === LINK && oldMode !== LINK,
    says: 'a symbolic link takes the place of a file, or is new',
    do: 'see that it points inside of the repository',
  },
  {
    ...{ id: 'mode_changed', level: 'warn' },
    found: ({ oldMode, newMode }) => /^100/.test(oldMode) && /^100/.test(newMode) && oldMode !== newMode,
    says: 'the executable bit changed',
    do: 'put it back unless that is the fix (git update-index --chmod)',
  },
  {
    ...{ id: 'binary_file', level: 'warn' },
    found: ({ binary, status }) => binary && status !== 'deleted',
    says: 'binary, or marked so in .gitattributes: its content was not looked at',
    do: 'leave it out unless it is the fix; say where it comes from',
  },
  {
    ...{ id: 'large_file', level: 'warn' },
    found: ({ bytes, path, status }) =>
      bytes !== null && bytes > LARGE_BYTES && (status === 'added' || status === 'renamed') && !isLock(path),
    says: `larger than ${LARGE_BYTES / 1_000} kB`,
    do: 'leave it out: it stays in the history for good',
  },
  {
    ...{ id: 'leftover_file', level: 'warn' },
    found: ({ path, status }) => status !== 'deleted' && isLeftover(path),
    says: 'left over from a merge, a patch or an editor',
    do: 'remove it from the commit',
  },
  {
    ...{ id: 'renamed_file', level: 'warn' },
    found: ({ status }) => status === 'renamed' || status === 'copied',
    says: 'renamed, moved or copied: backports and reverts conflict more easily',
    do: `keep it where it was; ${SPLIT}`,
  },
  {
    ...{ id: 'test_removed', level: 'warn' },
    found: ({ path, status }) => status === 'deleted' && isTestCode(path),
    says: 'a test was deleted',
    do: 'put it back, or record why what it showed no longer counts',
  },
];

const FLAG_CALL =
  /\b(?:isFeatureEnabled|is_feature_enabled|feature_enabled|featureEnabled|useFeatureFlag|useFlag|useFeature|boolVariation|stringVariation|ldClient|launchdarkly|unleash|growthbook|flipper|featureFlags?|feature_flags?|FEATURE_\w+)\b/i;

const kinds: FindingRule = perFile((file) =>
  KINDS.filter(({ found }) => found(file)).map(({ id, level, says, do: todo }) => ({
    ...{ id, level, path: file.path, says, do: todo },
  })),
);

export const FILE_RULES: readonly FindingRule[] = [
  ...[empty, notWhole, size, layers, missingTest, unrelated, kinds],
];
