import { forCopying } from '../messages.ts';
import { capText, mdBlock, mdInline, oneLine } from '../untrusted.ts';

/** Texts of people and logs in an issue: they read as they were and do nothing. */

/** GitHub takes 65,536 characters. Source: its answer to a longer one, `body is too long`. */
export const BODY_CHARS = 60_000;
export const MORE = '… more in the record';

/** A joiner: invisible, and what is searched for in the shown text no longer matches. */
const BREAK = '\u200D';
/** Pages whose address alone is a reference: the other issue would say who mentions it. */
const PAGES =
  /(\/(?:issues|pull|pulls|discussions|commit|commits|compare|milestone|releases\/tag)\/)(?=[0-9A-Za-z])/gi;

function outOfForce(text: string): string {
  return text.replace(PAGES, `$1${BREAK}`);
}

/** One line of Markdown at most `max` characters long; empty stays empty. */
export function issueLine(text: string, max: number): string {
  return outOfForce(mdInline(oneLine(text, max)));
}

/** Several lines of Markdown; what is over `maxBytes` is left to the record. */
export function issueText(text: string, maxBytes: number): string {
  const { text: short, dropped_bytes: dropped } = capText(text, maxBytes);
  const block = outOfForce(mdBlock(short));
  return dropped > 0 ? `${block}\n\n${MORE}` : block;
}

/** A title is plain text that GitHub searches for references all the same. */
export function issueTitle(text: string, max: number): string {
  return outOfForce(forCopying(oneLine(text.replace(/\bhttps?:\/\//gi, ''), max)));
}

/** The body with its marker at the end, within what GitHub takes. Finished Markdown in, so it is cut at a line. */
export function withMarker(body: string, marker: string): string {
  const room = BODY_CHARS - marker.length - MORE.length - 4;
  if (body.length <= room) return `${body}\n\n${marker}`;
  const cut = body.lastIndexOf('\n', room);
  return `${body.slice(0, cut < 1 ? room : cut).trimEnd()}\n\n${MORE}\n\n${marker}`;
}
