import { type LevelWithSilent, pino } from 'pino';

type Level = Extract<LevelWithSilent, 'info' | 'warn' | 'error'>;

/** Everything that a line may say besides its message; anything else is left out. docs/hub.md has this table. */
export const FIELDS = {
  door: 'the door, by its name in this program; `none` for a path that is nobody’s',
  status: 'status of the answer; 0 when the caller went away before one',
  ms: 'milliseconds from the head of a request to the end of its answer',
  address: 'where the hub listens',
  doors: 'paths of the doors, at the start',
  proxy: 'whether it was started with `--behind-proxy`',
  of: 'whose tick failed: a door, or `sync`',
  kind: 'kind of an error, never its message',
  code: 'code of an error that Node or a package numbers, such as `ECONNREFUSED`',
  where: 'the function of ours in which it happened',
} as const;
type Fields = Readonly<Partial<Record<keyof typeof FIELDS, string | number | boolean>>>;

/** One line per thing that happened, in our own words: never a text, a name or an address from a request. */
export type HubLog = (level: Level, message: string, fields?: Fields) => void;

/**
 * Plain lines, or pino's: one JSON value per line. Neither is written by a thread of its own: a line that was logged
 * before a crash is out, and the bundle needs no file for a worker beside it.
 */
export function createHubLog(
  write: (line: string) => void,
  { json, now }: { json: boolean; now(): number },
): HubLog {
  const logger = pino(
    {
      base: null,
      messageKey: 'message',
      timestamp: () => `,"at":"${new Date(now()).toISOString()}"`,
      formatters: { level: (level) => ({ level }), log: allowed },
    },
    { write: (line) => write(json ? line : plain(line)) },
  );
  return (level, message, fields = {}) => logger[level](fields, message);
}

/** A list of what may be said holds where a list of what may not (pino's `redact`) has to know every name before. */
function allowed(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => Object.hasOwn(FIELDS, name)));
}

function plain(line: string): string {
  const { at, level, message, ...fields }: Record<string, unknown> = JSON.parse(line);
  const told = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(String(value))}`);
  return `${at} ${level} ${message}${told.join('')}\n`;
}

const shown = (value: string): string => (/^[\w./:,[\]-]+$/.test(value) ? value : JSON.stringify(value));

/** What may be said of an error: its kind and where in our code, never its message, which may quote a request. */
export function kindOf(error: unknown): Fields {
  if (!(error instanceof Error)) return { kind: typeof error };
  const code = 'code' in error ? String(error.code) : '';
  const where = /\n\s+at (?:async )?([\w$.<>]+) /.exec(error.stack ?? '')?.[1];
  return {
    kind: error.name.slice(0, 40),
    ...(/^\w{1,40}$/.test(code) ? { code } : {}),
    ...(where === undefined ? {} : { where }),
  };
}
