/** Every way a request can be refused. The order fixes the CLI exit codes (2 to 8). */
export const ERROR_CODES = [
  'invalid_input',
  'not_found',
  'conflict',
  'not_configured',
  'gate_closed',
  'upstream',
  'unsafe',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The one error of this project. `message` says what happened, `hint` says what to do next.
 * Both are our own words: an agent reads them as instructions, so neither may carry text
 * from a user, a log or an upstream answer.
 */
export class PulseError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  /** Machine-readable details for the answer (ids, lists of names); never upstream text. */
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, hint: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = 'PulseError';
    this.code = code;
    this.hint = hint;
    this.details = details;
  }
}

/** Exit code of the CLI for a refusal: 2 for the first code, 8 for the last. */
export function exitCodeOf(code: ErrorCode): number {
  return ERROR_CODES.indexOf(code) + 2;
}

/** True for an `Error` with a Node-style `code` such as `ENOENT`; keeps `any` out of every catch. */
export function hasErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
