import { canonicalJson } from '../canonical.ts';
import { LEVELS, type Level } from '../severity.ts';
import { type AdfDoc, adfDoc, adfParagraph, adfParagraphs, adfText } from './adf.ts';
import type { JiraDraft } from './jira-draft.ts';

/** Bodies of requests to Jira. */

/** Issue property that says whose issue it is; people neither see nor edit it. */
export const PROPERTY = 'hotfix-pulse';
const LABEL = 'hotfix-pulse';

/** Jira searches by labels, not by properties of ours. Labels are compared case by case. */
export const labelOf = (uid: string): string => `${LABEL}-${uid.toLowerCase()}`;

/** Names of Jira's own scheme, highest first. */
const PRIORITIES: Record<Level, string> = { P0: 'Highest', P1: 'High', P2: 'Medium', P3: 'Low' };

const labelsOf = ({ uid, severity }: JiraDraft): string[] => [
  ...[LABEL, labelOf(uid)],
  ...(severity === null ? [] : [severity]),
];

export interface NewIssue {
  project: string;
  issueType: string;
  draft: JiraDraft;
  /** False where the project does not take one. */
  priority: boolean;
}

export function createBody({ project, issueType, draft, priority }: NewIssue) {
  const { summary, description, severity, uid } = draft;
  return {
    fields: {
      ...{ project: { key: project }, issuetype: { name: issueType }, summary, description },
      labels: labelsOf(draft),
      ...(priority && severity !== null ? { priority: { name: PRIORITIES[severity] } } : {}),
    },
    properties: [{ key: PROPERTY, value: { uid } }],
  };
}

/** What of the issue is compared. */
export interface IssueNow {
  summary: string;
  description: unknown;
  labels: readonly string[];
}

/**
 * What differs, as the body of an edit; null when nothing does. Labels of the team stay. The priority follows when the
 * severity changes and is the team's otherwise.
 */
export function editBody(now: IssueNow, draft: JiraDraft, priority: boolean) {
  const { summary, description, severity } = draft;
  const missing = labelsOf(draft).filter((label) => !now.labels.includes(label));
  const stale = severity === null ? [] : LEVELS.filter((one) => one !== severity && now.labels.includes(one));
  const isNewSeverity = severity !== null && missing.includes(severity);
  const fields = {
    ...(now.summary === summary ? {} : { summary }),
    ...(canonicalJson(now.description) === canonicalJson(description) ? {} : { description }),
    ...(priority && isNewSeverity ? { priority: { name: PRIORITIES[severity] } } : {}),
  };
  const labels = [...stale.map((remove) => ({ remove })), ...missing.map((add) => ({ add }))];
  if (Object.keys(fields).length === 0 && labels.length === 0) return null;
  return { fields, ...(labels.length === 0 ? {} : { update: { labels } }) };
}

/** Last line of a comment of ours. */
export const commentMark = (uid: string, key: string): string => `hotfix-pulse:${uid}:${key}`;

/** The JSM property keeps it from customers where the project is a service desk; others ignore it. */
export function commentBody(text: string, mark: string) {
  const body: AdfDoc = adfDoc(adfParagraphs(text), [adfParagraph(...adfText(mark, 'small'))]);
  return { body, properties: [{ key: 'sd.public.comment', value: { internal: true } }] };
}

/** Names of statuses are compared as people read them. */
export const sameName = (a: string, b: string): boolean =>
  a.normalize('NFC').trim().toLowerCase() === b.normalize('NFC').trim().toLowerCase();
