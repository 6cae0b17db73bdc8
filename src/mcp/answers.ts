import { PulseError } from '../core/errors.ts';
import type { Answer } from '../tools/tool.ts';

/** The result of tools/call. Some agents show their model only the text, some only the structured content. */
export interface CallResult {
  [member: string]: unknown;
  content: { type: 'text'; text: string }[];
  structuredContent: Record<string, unknown>;
  isError?: true;
}

export function answerResult({ text, data, warnings }: Answer<Record<string, unknown>>): CallResult {
  // Most operations place their warnings in the text themselves; none may be missing there.
  const untold = warnings.filter((warning) => !text.includes(warning));
  return {
    content: [{ type: 'text', text: [text, ...untold.map((warning) => `! ${warning}`)].join('\n') }],
    structuredContent: warnings.length > 0 ? { ...data, warnings } : data,
  };
}

const INTERNAL = {
  code: 'internal',
  message: 'internal error, details on stderr',
  hint: 'call get_incident to see what was recorded, then try once more',
};

/** A refusal in our own words. Whatever is not a PulseError is our bug, and its text may hold anything. */
export function errorResult(error: unknown): CallResult {
  const { code, message, hint } = error instanceof PulseError ? error : INTERNAL;
  const details = error instanceof PulseError ? error.details : {};
  return {
    content: [{ type: 'text', text: `${code}: ${message}\nNext: ${hint}` }],
    structuredContent: { error: { ...details, code, message, hint } },
    isError: true,
  };
}

/** An error of the protocol itself; the SDK sends `code`, `message` and `data` as they are. */
export function protocolError(code: number, message: string, data?: Record<string, unknown>): Error {
  return Object.assign(new Error(message), { code, ...(data ? { data } : {}) });
}
