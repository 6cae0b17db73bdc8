import type { ChangedFile, DiffLine } from './change-diff.ts';
import { isGenerated } from './change-facts.ts';
import { isLock, isTestFile, languageOf, layerOf } from './change-kinds.ts';
import { type Finding, type FindingRule, PERSONAL, perFile } from './finding.ts';
import { classifyMigration, isMigration, type MigrationSign } from './migration-signs.ts';

/** Findings in the lines that a change adds. Every pattern is linear, and sees this much of a line. */
const LONGEST_LINE = 2_000;

interface LineRule extends Omit<Finding, 'path' | 'line' | 'commit' | 'more'> {
  /** Languages of `languageOf`; without them any text. */
  languages?: readonly string[];
  pattern: RegExp;
  where?: (file: ChangedFile) => boolean;
  /** Also in comments; otherwise a line that is one is passed over. */
  comments?: true;
}

const JS = ['javascript', 'typescript', 'vue', 'svelte'] as const;
/** Programs that write to a terminal for a living. */
const PRINTS =
  /(?:^|\/)(?:cli|bin|scripts?|cmd|tools?|examples?|bench|seeds?)\/|(?:^|\/)(?:cli|logger|logging)\.\w+$|(?:^|\/)manage\.py$/i;
const mayNotPrint = ({ path }: ChangedFile): boolean => !PRINTS.test(path);

const breakpoint = (languages: readonly string[], pattern: RegExp): LineRule => ({
  ...{ id: 'breakpoint', level: 'warn', languages, pattern },
  says: 'a breakpoint: whoever reaches it waits for a debugger',
  do: 'remove it',
});
const printed = (languages: readonly string[], pattern: RegExp): LineRule => ({
  ...{ id: 'debug_output', level: 'warn', languages, pattern, where: mayNotPrint },
  says: 'debug output',
  do: "remove it, or use the program's own log",
});

const LINE_RULES: readonly LineRule[] = [
  breakpoint(JS, /^\s*debugger\b/),
  breakpoint(
    ['python'],
    /\b(?:pdb|ipdb|pudb)\.set_trace\(|^\s*breakpoint\(\)|^\s*(?:import|from) (?:pdb|ipdb|pudb)\b/,
  ),
  breakpoint(['ruby'], /\bbinding\.(?:pry|irb|break)\b|^\s*(?:byebug|debugger)\b/),
  breakpoint(['csharp'], /\bDebugger\.(?:Break|Launch)\(/),
  breakpoint(['elixir'], /\bIEx\.pry\b/),
  breakpoint(['php'], /\bxdebug_break\(/),
  printed(JS, /(?:^|[^\w.$])console\.(?:log|debug|dir|table|trace)\s*\(/),
  printed(['python'], /^\s*print\(/),
  printed(['ruby'], /^\s*(?:puts|pp?)\s+\S/),
  printed(['php'], /\b(?:var_dump|print_r|var_export|debug_zval_refcount)\(|^\s*(?:dd|dump)\(/),
  printed(['rust'], /\bdbg!\(/),
  printed(['go'], /\bspew\.(?:Dump|Printf)\(|\bfmt\.Println\(/),
  printed(['java', 'kotlin', 'scala'], /\bSystem\.(?:out|err)\.print|\.printStackTrace\(\)|^\s*println\(/),
  printed(['csharp'], /\bConsole\.WriteLine\(/),
  printed(['swift'], /^\s*(?:print|dump|debugPrint)\(/),
  printed(['elixir'], /\bIO\.inspect\b|\|> dbg\(/),
  {
    ...{ id: 'test_focused', level: 'warn', where: ({ path }) => isTestFile(path) },
    pattern:
      /\b(?:describe|it|test|context|suite|specify|Scenario)\.only\b|^\s*(?:fit|fdescribe|fcontext|ftest)\s*\(|, :focus\b|\bfocus: true\b/,
    says: 'only this test runs: the others are passed over in silence',
    do: 'remove it and run all tests',
  },
  {
    ...{ id: 'test_skipped', level: 'warn', where: ({ path }) => isTestFile(path) },
    pattern:
      /\b(?:describe|it|test|context|suite|specify)\.(?:skip|todo|failing)\b|^\s*(?:xit|xdescribe|xtest|xcontext|xspecify)\s*\(|@(?:pytest\.mark\.(?:skip|xfail)|unittest\.(?:skip|expectedFailure)|Ignore\b|Disabled\b)|\bt\.Skip(?:Now|f)?\(|#\[ignore\b|\bmarkTestSkipped\(|\[(?:Fact|Theory|Test)\(Skip\b/,
    says: 'a test is skipped',
    do: 'let it run, or record why it must not',
  },
  {
    ...{ id: 'check_disabled', level: 'warn', comments: true },
    pattern:
      /\b(?:eslint-disable|biome-ignore|prettier-ignore|tslint:disable|stylelint-disable|istanbul ignore|c8 ignore|v8 ignore|phpcs:ignore|phpcs:disable|rubocop:disable|swiftlint:disable|shellcheck disable|pylint: ?disable|mypy: ?ignore|pragma: no cover|nolint|NOSONAR|NOLINT|nosec|nosemgrep|noinspection)\b|@ts-(?:ignore|nocheck|expect-error)\b|@(?:phpstan|psalm)-(?:ignore|suppress)|#\s*(?:noqa|type: ?ignore)\b|@SuppressWarnings\b|@Suppress\(|#!?\[allow\(|#pragma warning disable/,
    says: 'switches a check off',
    do: 'mend what it complains about; if it is wrong here, say so beside it',
  },
  {
    ...{ id: 'security_disabled', level: 'warn' },
    pattern:
      /\bNODE_TLS_REJECT_UNAUTHORIZED\b|\brejectUnauthorized:\s*false\b|\bverify\s*=\s*False\b|\bInsecureSkipVerify:\s*true\b|\bCURLOPT_SSL_VERIFY(?:PEER|HOST),\s*(?:false|0)\b|\bVERIFY_NONE\b|\bcsrf_exempt\b|\bskip_before_action :(?:verify_authenticity_token|authenticate)|\bstrict-?ssl\s*=?\s*false\b/,
    says: 'switches a protection off',
    do: 'find another way: this outlives the incident',
  },
  {
    ...{ id: 'todo', level: 'note', comments: true },
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/,
    says: 'work left for later',
    do: 'do it now, or record it as an action item (action_added) with owner and date',
  },
];

/** Beginning of a comment, by language. */
const SLASHES = /^\s*(?:\/\/|\/\*|\*(?:\s|\/|$)|<!--)/;
const HASH = /^\s*(?:#|"""|''')/;
const HASH_LANGUAGES: readonly string[] = ['python', 'ruby', 'elixir', 'shell'];
const isComment = (language: string | null, text: string): boolean =>
  (language !== null && HASH_LANGUAGES.includes(language) ? HASH : SLASHES).test(text);

const lines: FindingRule = perFile((file) => {
  if (file.binary || isGenerated(file) || isLock(file.path)) return [];
  const language = languageOf(file.path);
  const isText = layerOf(file.path) === 'docs';
  const rules = LINE_RULES.filter(
    ({ languages, where }) =>
      !isText &&
      (languages === undefined || (language !== null && languages.includes(language))) &&
      (where === undefined || where(file)),
  );
  return file.addedLines.flatMap(({ line, text: whole }) => {
    const text = whole.slice(0, LONGEST_LINE);
    const isRemark = isComment(language, text);
    return rules
      .filter(({ pattern, comments }) => (comments || !isRemark) && pattern.test(text))
      .map(
        ({ id, level, says, do: todo }): Finding => ({ id, level, path: file.path, line, says, do: todo }),
      );
  });
});

const MARK = /^(?:<{7}|>{7}|\|{7})(?: |\r?$)/;

const conflicts: FindingRule = perFile(({ path, addedLines }) =>
  addedLines
    .filter(({ text }) => MARK.test(text.slice(0, LONGEST_LINE)))
    .map(({ line }) => ({
      ...{ id: 'conflict_marker', level: 'stop', path, line },
      says: 'a conflict marker of a merge',
      do: 'resolve the conflict and commit again',
    })),
);

const SLASH_CODE =
  /^\s*\/\/\s*(?:(?:const|let|var)\s+[\w{[]|(?:return|throw|import|export|await)\b.*;\s*$|(?:if|for|while|switch)\s*\(.*\)\s*\{|\}\s*(?:else\b.*)?$|[\w$.[\]]+\s*(?:=|\+=|-=)\s*\S.*;\s*$|[\w$.]+\([^)]*\)[;,{]\s*$)/;
const HASH_CODE =
  /^\s*#\s*(?:(?:def|class)\s+\w+.*[:(]|(?:if|for|while|elif)\s.*:\s*$|(?:from\s+[\w.]+\s+)?import\s+[\w.]+\s*$|return\s+[\w.]+\(|[\w.]+\s=\s\S+\s*$|[\w.]+\([^)\s]*\)\s*$)/;

const commentedOut: FindingRule = perFile((file) => {
  const language = languageOf(file.path);
  if (language === null || isGenerated(file) || ['html', 'css', 'sql', 'shell'].includes(language)) return [];
  const pattern = HASH_LANGUAGES.includes(language) ? HASH_CODE : SLASH_CODE;
  return file.addedLines
    .filter(({ text }) => pattern.test(text.slice(0, LONGEST_LINE)))
    .map(({ line }) => ({
      ...{ id: 'commented_out_code', level: 'note', path: file.path, line },
      says: 'code that was commented out',
      do: 'delete it: the history keeps it',
    }));
});

/** The lines one by one, once the whole shows that there is something to find. */
const secrets: FindingRule = perFile(({ path, addedLines }, context) => {
  const whole = context.secrets(addedLines.map(({ text }) => text).join('\n'));
  if (whole.length === 0) return [];
  const at = addedLines.flatMap(({ line, text }) => context.secrets(text).map((type) => ({ type, line })));
  // A key over several lines shows in none of them.
  const hidden = [...new Set(whole)].filter((type) => !at.some((one) => one.type === type));
  const first: DiffLine['line'] = addedLines[0]?.line ?? 1;
  return [...at, ...hidden.map((type) => ({ type, line: first }))].map(
    ({ type, line }): Finding =>
      PERSONAL.includes(type)
        ? {
            ...{ id: 'personal_data', level: 'warn', path, line, says: `looks like personal data (${type})` },
            do: 'use made-up data, for example an address at example.com',
          }
        : {
            ...{
              id: 'secret',
              level: 'stop',
              path,
              line,
              says: `looks like a secret (${type}); its value is not shown`,
            },
            do: 'take it out of every commit of the branch and rotate it; if it is none, list it under redaction.allow in hotfix-pulse.config.json',
          },
  );
});

const WEIGHT: Record<MigrationSign['class'], string> = {
  destructive:
    'data that is gone does not come back with a rollback: keep it out of the hotfix, or have a backup and a person who says yes',
  forward_only: 'see that the code before the fix runs with it too, or plan the way back before deploying',
};

/** The added lines alone: a migration that ran is never changed, so what is added is all. */
const migrations: FindingRule = perFile(({ path, status, addedLines }) => {
  if (!isMigration(path) || status === 'deleted') return [];
  const { class: kind, signs } = classifyMigration(path, addedLines.map(({ text }) => text).join('\n'));
  const changed: Finding = {
    ...{ id: 'migration', level: kind === 'reversible' ? 'note' : 'warn', path },
    says: `a database change, ${kind.replace('_', ' ')} by its text`,
    do: 'ship it before or after the code, not with it, and plan its way back',
  };
  return [
    changed,
    ...signs.map(
      (sign): Finding => ({
        ...{ id: `migration_${sign.class}`, level: 'warn', path, says: sign.says, do: WEIGHT[sign.class] },
        ...lineOf(addedLines[sign.line - 1]),
      }),
    ),
  ];
});

function lineOf(found: DiffLine | undefined): { line?: number } {
  return found === undefined ? {} : { line: found.line };
}

export const LINE_FINDINGS: readonly FindingRule[] = [secrets, conflicts, migrations, lines, commentedOut];
