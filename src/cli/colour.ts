import type { Sink } from './io.ts';

/** Marks text for a terminal; every one is the identity where colour is off. */
export interface Paint {
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

const CODES = { red: [31, 39], yellow: [33, 39], green: [32, 39], dim: [2, 22], bold: [1, 22] } as const;

/**
 * Whether a stream gets colour. `--no-color` and NO_COLOR (any text) win over FORCE_COLOR (`0` and `false` mean
 * off), and that over the terminal; `TERM=dumb` counts as no terminal.
 */
export function wantsColour(
  sink: Pick<Sink, 'isTTY'>,
  env: Readonly<Record<string, string | undefined>>,
  noColour: boolean,
): boolean {
  if (noColour || (env.NO_COLOR ?? '') !== '') return false;
  if (env.FORCE_COLOR !== undefined) return !['0', 'false'].includes(env.FORCE_COLOR);
  return sink.isTTY && env.TERM !== 'dumb';
}

/** Codes are put on each line by itself, so that a pager or a cut line never leaves the colour on. */
export function createPaint(on: boolean): Paint {
  const mark = (name: keyof typeof CODES) => (text: string) =>
    on ? text.replace(/[^\n]+/g, `\x1b[${CODES[name][0]}m$&\x1b[${CODES[name][1]}m`) : text;
  return {
    red: mark('red'),
    yellow: mark('yellow'),
    green: mark('green'),
    dim: mark('dim'),
    bold: mark('bold'),
  };
}
