/** What a front matter field may hold: JSON scalars and lists of texts, nothing that YAML could read in two ways. */
export type FrontValue = string | number | boolean | null | readonly string[];

/** Characters that YAML does not allow raw, or that end a line somewhere. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/gu;
const KEY = /^[a-z][a-z0-9_]*$/;

/**
 * Our own front matter as YAML 1.1 and 1.2 both read it: every text is double-quoted in JSON's way, so that
 * `12345e6`, `0123`, `12:30:45` and `no` stay text. Ends with a newline. Keys that are not plain
 * snake_case are left out: none of ours are.
 */
export function renderFrontMatter(fields: Readonly<Record<string, FrontValue>>): string {
  const lines = Object.entries(fields)
    .filter(([key]) => KEY.test(key))
    .map(([key, value]) => `${key}: ${scalar(value)}`);
  return ['---', ...lines, '---', ''].join('\n');
}

function scalar(value: FrontValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : quoted(String(value));
  if (value === null || typeof value === 'boolean') return String(value);
  return `[${value.map(quoted).join(', ')}]`;
}

/** `JSON.stringify` already turns lone surrogates into escapes; the rest of what YAML refuses follows here. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    UNSAFE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
