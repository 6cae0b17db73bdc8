type Level = 'info' | 'warn' | 'error';
type Fields = Readonly<Record<string, string | number | boolean>>;

/** One line per thing that happened, in our own words: never a text, a name or an address from a request. */
export type HubLog = (level: Level, message: string, fields?: Fields) => void;

/** Plain lines, or one JSON value per line. */
export function createHubLog(
  write: (line: string) => void,
  { json, now }: { json: boolean; now(): number },
): HubLog {
  return (level, message, fields = {}) => {
    const at = new Date(now()).toISOString();
    if (json) return write(`${JSON.stringify({ at, level, message, ...fields })}\n`);
    const told = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(value)}`);
    write(`${at} ${level} ${message}${told.join('')}\n`);
  };
}

const shown = (value: string | number | boolean): string =>
  /^[\w./:,[\]-]+$/.test(String(value)) ? String(value) : JSON.stringify(value);

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
