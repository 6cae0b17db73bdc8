import type { Trigger } from './facts.ts';

/**
 * Hidden comments by which the action knows what it has done. They count only in what its own account wrote, and
 * only on a line of their own: foreign text is always one line with something else on it.
 */
const TOLD = /^<!-- run:(\d+:\d+) -->$/gm;
const RECOVERED = /^<!-- recovered:(\d+:\d+) -->$/gm;

/** The generated part of an issue; the rest belongs to people. */
export const BEGIN = '<!-- pulse:begin ci -->';
export const END = '<!-- pulse:end ci -->';

/** Says which workflow and branch an issue is about: the first line of its body. */
export function issueMarker({
  workflowId,
  defaultBranch,
}: Pick<Trigger, 'workflowId' | 'defaultBranch'>): string {
  // Two dashes or a bracket would end the comment.
  const branch = encodeURIComponent(defaultBranch).replaceAll('%2F', '/').replaceAll('--', '-%2D');
  return `<!-- hotfix-pulse:${workflowId}:${branch} -->`;
}

export const runMarker = (key: string): string => `<!-- run:${key} -->`;
export const recoveredMarker = (key: string): string => `<!-- recovered:${key} -->`;

const lines = (text: string): string => text.replace(/\r\n?/g, '\n');

export const hasMarker = (body: string, marker: string): boolean => lines(body).split('\n')[0] === marker;

/** What a text of ours tells, in its order. */
export function toldIn(text: string): { failures: string[]; recovered: boolean } {
  const clean = lines(text);
  return {
    failures: [...clean.matchAll(TOLD)].map(([, key = '']) => key),
    recovered: [...clean.matchAll(RECOVERED)].length > 0,
  };
}

/** The generated part of a body; null when a person took it out. */
export function partOf(body: string): string | null {
  const clean = lines(body);
  const from = clean.indexOf(BEGIN);
  const to = clean.indexOf(END, from);
  return from === -1 || to === -1 ? null : clean.slice(from, to + END.length);
}

/** The body with another generated part; every other byte stays. */
export function withPart(body: string, part: string): string {
  const from = body.indexOf(BEGIN);
  const to = body.indexOf(END, from);
  if (from === -1 || to === -1) return body;
  return body.slice(0, from) + part + body.slice(to + END.length);
}
