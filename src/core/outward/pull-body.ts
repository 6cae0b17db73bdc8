import { stack, UNKNOWN } from '../documents/md.ts';
import { type Incident, lastOf, severityLabel, standingProof } from '../incident.ts';
import { COMMIT_FORM } from '../ship/hotfix-start.ts';
import { type Plan, showCommand } from '../ship/plan.ts';
import { sameCommit } from '../task-rules.ts';
import { cleanText, oneLine } from '../untrusted.ts';
import { isAboutSecurity, markerFor } from './audience.ts';
import { BODY_CHARS, issueLine, issueTitle, MORE } from './github-text.ts';

/** What a pull request says: the evidence that whoever reviews it would ask for. */

const SUBJECT = 100;
/** GitHub takes 256 characters. */
const TITLE = 240;
const TEXT = 600;
const EVIDENCE = 200;
const MOST_EVIDENCE = 5;
const PATH = 160;

/**
 * Hidden in the text of the pull request: which incident, attempt and branch it is about. One per base, also when
 * another plan goes on with it.
 */
export function pullMarker(uid: string, attempt: number, base: string): string {
  return markerFor(uid, `pull/${attempt}/${encodeURIComponent(base)}`);
}

/** `fix: [HOTFIX] <description>`, mentions and references out of force. */
export function pullTitle(incident: Incident, base: string | null = null): string {
  const title = isAboutSecurity(incident) ? incident.label : oneLine(incident.title, SUBJECT);
  const words = COMMIT_FORM.replace('<description>', () => title);
  const drill = incident.drill ? '[DRILL] ' : '';
  const about = base === null ? '' : ` (backport to ${oneLine(base, 80)})`;
  return issueTitle(`${drill}${words}${about}`, TITLE);
}

export interface PullView {
  incident: Incident;
  plan: Plan;
  planId: string;
  /** What the pull request is to get into. */
  base: string;
  /** The commit that is reviewed. */
  commit: string;
  /** Takes secrets and personal data out. */
  redact(text: string): string;
}

/** For whoever approves a pull request about a security incident. */
export const SECURITY_NOTE =
  'This is about security: whoever can read the repository can read the branch and the pull request, whose text names no cause.';

/**
 * Markdown without the marker. Everything that people or the repository wrote shows as text only. Of a security
 * incident it says what the change is, and nothing of what is wrong: who can read it is not known here.
 */
export function pullBody(view: PullView): string {
  const isQuiet = isAboutSecurity(view.incident);
  const body = isQuiet
    ? stack(...quietParts(view))
    : stack(
        headPart(view),
        changePart(view),
        checksPart(view),
        wayBackPart(view),
        passedPart(view),
        afterPart(view),
        `Plan \`${view.planId}\` of ${view.incident.label}. An approving review counts for exactly the commit above; another commit needs another plan.`,
      );
  return body.length <= BODY_CHARS ? body : `${body.slice(0, BODY_CHARS)}\n\n${MORE}`;
}

function quietParts({ incident, base, commit, planId }: PullView): string[] {
  return [
    `Hotfix for incident ${incident.label}`,
    [row('Severity', severityLabel(incident)), row('Into', base), `- **Commit**: \`${commit}\``].join('\n'),
    `Cause, evidence and way back are in the record of the incident: ask its commander. Plan \`${planId}\`; an approving review counts for exactly the commit above.`,
  ];
}

/** One bullet: the label is ours, the text somebody's. */
function row(label: string, text: string | null): string {
  const line = text === null ? '' : issueLine(text, TEXT);
  return `- **${label}**: ${line === '' ? UNKNOWN : line}`;
}

const shortOf = (commit: string): string => commit.slice(0, 12);

function headPart({ incident, base, commit, plan, redact }: PullView): string {
  const what = plan.action === 'backport' ? 'Backport of the hotfix' : 'Hotfix';
  return stack(
    incident.drill ? '**This is a drill.**' : '',
    `${what} for incident ${incident.label}: ${issueLine(redact(incident.title), SUBJECT)}`,
    [
      row('Severity', severityLabel(incident)),
      row('Into', base),
      `- **Commit**: \`${commit}\``,
      row('Cause', toldText(incident.cause?.text, redact)),
      ...evidenceOf(incident.cause?.evidence ?? [], redact),
    ],
  );
}

function changePart({ incident, plan, redact }: PullView): string {
  const fix = lastOf(incident, 'fix_committed', ({ id }) => id > incident.attemptSince);
  const more = plan.file_count - plan.files.length;
  const files = [
    ...plan.files.map(({ path, change }) => oneLine(redact(`${change} ${path}`), PATH)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
  return stack(
    '## What it changes',
    [row('The fix', toldText(fix?.text, redact))],
    files.length === 0 ? '' : block(files),
  );
}

function checksPart({ incident, plan, redact }: PullView): string {
  const { commit } = plan;
  const ran = lastOf(incident, 'checks_run', ({ data, live }) => live && sameCommit(data.commit, commit));
  const read = lastOf(
    incident,
    'checks_run',
    ({ data, live }) => live && data.findings !== undefined && sameCommit(data.commit, commit),
  );
  const { stop = 0, warn = 0, note = 0 } = read?.data.findings ?? {};
  const proof = standingProof(incident, ({ data }) => sameCommit(data.commit, commit));
  const how = (basis: string): string => (basis === 'measured' ? '' : ' (stated, not measured)');
  return stack('## Evidence', [
    row(
      `Checks on ${shortOf(commit)}`,
      ran === null ? null : `${ran.data.outcome.replaceAll('_', ' ')}, ${ran.at}${how(ran.basis)}`,
    ),
    row('Findings', read === null ? null : `${stop} stop, ${warn} warn, ${note} note`),
    row(
      'Regression',
      proof === null ? null : `${toldText(proof.text, redact) ?? 'proven'}${how(proof.basis)}`,
    ),
    ...evidenceOf(proof?.evidence ?? [], redact),
  ]);
}

function wayBackPart({ incident, plan, redact }: PullView): string {
  if (plan.action === 'backport') return '';
  const way = lastOf(
    incident,
    'rollback_planned',
    ({ live, id, data }) => live && id > incident.attemptSince && data.target !== 'release',
  );
  const rehearsed = way === null ? null : way.data.rehearsed === true ? 'yes' : 'no';
  return stack('## Way back', [
    row('Plan', toldText(way?.text, redact)),
    row('Rehearsed', rehearsed),
    ...(way?.data.plan === undefined
      ? []
      : way.data.plan.commands.map((words) => commandLine(words, redact))),
  ]);
}

function passedPart({ plan, redact }: PullView): string {
  const { skips, override, skip_hooks: hooks, notes = [] } = plan;
  const because = override === undefined ? [] : [row('Because', toldText(override.reason, redact))];
  const rows = [
    ...skips.map((skip) => `- passed over: ${issueLine(skip.replaceAll('_', ' '), TEXT)}`),
    ...because,
    ...(override?.until === undefined ? [] : [row('Until', override.until)]),
    ...(hooks === true ? ["- the repository's hooks were passed over"] : []),
    ...notes.map((note) => `- ${issueLine(redact(note), TEXT)}`),
  ];
  return rows.length === 0 ? '' : stack('## Weigh this', rows);
}

function afterPart({ plan, redact }: PullView): string {
  const [, ...commands] = plan.action === 'deploy' ? plan.commands : [];
  const rows = [
    ...commands.map((words) => commandLine(words, redact)),
    ...(plan.verify === null ? [] : ['then, to verify it:', commandLine(plan.verify, redact)]),
  ];
  return rows.length === 0 ? '' : stack('## After the merge', rows);
}

const commandLine = (words: readonly string[], redact: (text: string) => string): string =>
  block([oneLine(redact(showCommand(words)), TEXT)]);

function toldText(text: string | undefined, redact: (text: string) => string): string | null {
  return text === undefined || text.trim() === '' ? null : oneLine(redact(text), TEXT);
}

function evidenceOf(evidence: readonly string[], redact: (text: string) => string): string[] {
  return evidence.slice(0, MOST_EVIDENCE).map((item) => `  - ${issueLine(redact(item), EVIDENCE)}`);
}

/** Lines as they are: in a fence longer than any run of backticks or tildes in them nothing acts. */
function block(lines: readonly string[]): string {
  const text = cleanText(lines.join('\n'));
  const longest = (text.match(/`+|~+/g) ?? []).reduce((length, run) => Math.max(length, run.length), 2);
  const bars = '`'.repeat(longest + 1);
  return `${bars}text\n${text}\n${bars}`;
}
