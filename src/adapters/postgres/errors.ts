import { PulseError } from '../../core/errors.ts';

/** What a failed statement means for the caller. */
export type Failure =
  /** The answer may be lost and the statement done all the same: look before doing it again. */
  | 'lost'
  /** The database undid it to let another one pass. */
  | 'clash'
  /** A row of that place or id is there already. */
  | 'taken'
  | 'other';

/** Of the network and of the client. */
const LOST = new Set([
  ...['CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT'],
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ],
  ...['ENOENT', 'NO_ANSWER'],
  // Shut down, crashed, starting up; too many connections. Source: PostgreSQL, appendix A.
  ...['57P01', '57P02', '57P03', '57P05', '53300'],
]);
const CLASH = new Set(['40001', '40P01', '55P03']);

/** Errors of the operating system and of the database carry a code; nothing else of them is ever shown. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

export function failureOf(error: unknown): Failure {
  const code = codeOf(error);
  if (LOST.has(code) || code.startsWith('08')) return 'lost';
  if (CLASH.has(code)) return 'clash';
  return code === '23505' ? 'taken' : 'other';
}

const SETTING = 'HOTFIX_PULSE_DATABASE_URL';

/** By error code, longest first where one begins with another: what happened and what to do. */
const TOLD: readonly (readonly [RegExp, 'not_configured' | 'upstream', string, string])[] = [
  [
    /^28/,
    'not_configured',
    'The database refused the sign-in.',
    `Check user and password in ${SETTING}, and what the server lets in (pg_hba.conf).`,
  ],
  [
    /^3D000$/,
    'not_configured',
    'There is no database of that name.',
    `Create it, or mend the name in ${SETTING}.`,
  ],
  [
    /^(?:3F000|42P01|42703)$/,
    'not_configured',
    'The database is not set up for hotfix-pulse.',
    `Run hotfix-pulse migrate once, as a role that may create a schema (docs/postgres.md).`,
  ],
  [
    /^42501$/,
    'not_configured',
    'The database role may not do this.',
    'Let the owner of the tables run: hotfix-pulse migrate --grant ROLE (docs/postgres.md, roles).',
  ],
  [
    /^(?:CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL)/,
    'not_configured',
    'The certificate of the database was not accepted.',
    'Let Node know the authority (NODE_EXTRA_CA_CERTS=FILE), or name the host as the certificate does.',
  ],
  [
    /^25006$/,
    'upstream',
    'The database only reads at the moment: it is a standby or in recovery.',
    `Name the primary in ${SETTING}, then repeat the call.`,
  ],
  [
    /^57014$/,
    'upstream',
    'The database took too long and the statement was stopped.',
    'Nothing of it was recorded. Look at locks and load of the database, then repeat the call.',
  ],
  [
    /^53/,
    'upstream',
    'The database has run out of something (disk, memory or connections).',
    'Nothing of it was recorded. Make room, then repeat the call with the same idempotency key.',
  ],
];

/** A failure in our own words. Neither the address nor a text of the database is in it. */
export function asPulseError(error: unknown): unknown {
  if (error instanceof PulseError) return error;
  const code = codeOf(error);
  if (code === '') return error;
  const [, kind, message, hint] = TOLD.find(([pattern]) => pattern.test(code)) ?? [];
  if (kind !== undefined && message !== undefined && hint !== undefined)
    return new PulseError(kind, message, hint, { code });
  if (failureOf(error) !== 'lost')
    return new PulseError(
      'upstream',
      'The database refused a statement.',
      'Look into the log of the database server for this code, then repeat the call.',
      { code },
    );
  return new PulseError(
    'upstream',
    'The database cannot be reached.',
    `Nothing was acknowledged: keep the text by hand, check ${SETTING} and the server, then repeat the same call with the same idempotency key.`,
    { code },
  );
}
