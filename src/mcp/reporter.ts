/** Longest report in characters: a loop of errors must not fill a disk with one line. */
const LONGEST = 4_000;
const FRAMES = 8;

/**
 * Reports for people, one JSON string per line. What was thrown may quote anything: its message goes through
 * `redact`, and is left out while there is none.
 */
export function createReporter(
  write: (line: string) => void,
  redact: () => ((text: string) => string) | undefined,
): (what: string, error: unknown) => void {
  return (what, error) => {
    const parts = [`${what}:`, ...partsOf(error, redact())];
    // As JSON, so that nothing in it can move a cursor or fake a second line.
    write(`hotfix-pulse: ${JSON.stringify(parts.join(' ').slice(0, LONGEST))}\n`);
  };
}

function partsOf(error: unknown, redact: ((text: string) => string) | undefined): string[] {
  if (!(error instanceof Error)) return ['thrown value', redact?.(String(error)) ?? ''];
  // By name: the front and the server behind it are two bundles, and each has a class of its own.
  if (error.name === 'PulseError' && 'code' in error) return [String(error.code), error.message];
  const code = 'code' in error ? ` (${String(error.code)})` : '';
  const frames = (error.stack ?? '').split('\n    at ').slice(1, FRAMES + 1);
  return [
    `${error.name}${code}`,
    redact?.(error.message) ?? '',
    ...frames.map((frame) => `| at ${frame.trim()}`),
  ];
}
