import type { Moment, MomentKind } from './imported.ts';

/** The labels that the five forms give to points of a timeline. They stand at the beginning of the line. */
const SAID: readonly [MomentKind, RegExp][] = [
  ['started', /^(?:incident|issue|problem|outage|impact) (?:began|begins|started|start)\b/i],
  ['detected', /^(?:(?:incident|issue) )?(?:first )?detect(?:ed|ion)\b(?!.{0,40}\bfailed\b)/i],
  ['alerted', /^(?:team|on-?call) (?:alerted|paged)\b|^incident opened\b/i],
  ['acknowledged', /^investigations? (?:into .{0,40}?)?(?:started|start|commenced|began)\b|^response\b/i],
  ['mitigated', /^mitigation(?: applied\b|:)/i],
  ['cause', /^root cause (?:identified|found)\b/i],
  ['deployed', /^fix(?: deployed\b|$)/i],
  ['verified', /^(?:verification complete|verified in production)\b/i],
  ['resolved', /^(?:incident|issue) (?:resolved|end(?:ed)?)\b|^(?:resolved|restore)\b|^resolution:/i],
  ['closed', /^incident closed\b/i],
];

/** Words anywhere in the line that can mean nothing else. */
const INFERRED: readonly [MomentKind, RegExp][] = [
  ['started', /\((?:problem|incident|issue|outage) started\)/i],
  [
    'ended',
    /\((?:resolved|fixed)\)|\b(?:everything|all) (?:is )?back to normal\b|\bservice (?:restored|operational)\b|^recovery\b|\bissue resolved\b|\bconfirmed issue resolved\b|\ball systems verified operational\b/i,
  ],
  ['detected', /\b(?:issue|problem|outage)\b.{0,60}\bdetected\b/i],
];

export function kindOf(text: string): Pick<Moment, 'kind' | 'how'> {
  const said = SAID.find(([, pattern]) => pattern.test(text))?.[0];
  if (said !== undefined) return { kind: said, how: 'said' };
  const inferred = INFERRED.find(([, pattern]) => pattern.test(text))?.[0];
  return inferred === undefined ? { kind: 'note', how: 'said' } : { kind: inferred, how: 'inferred' };
}
