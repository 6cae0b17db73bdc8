import type { PulseError } from '../core/errors.ts';
import { cleanText } from '../core/untrusted.ts';
import { createPaint, type Paint, wantsColour } from './colour.ts';
import type { Io } from './io.ts';

/** The two ways out: data on stdout, words for people on stderr. */
export interface Output {
  json: boolean;
  paint: Paint;
  /** Finished text, already cleaned and painted. */
  text(text: string): void;
  /** The one JSON value of a command: one line, or indented on a terminal. */
  value(value: unknown): void;
  /** One JSON value of a stream, always on one line. */
  record(value: unknown): void;
  notice(text: string): void;
  warning(text: string): void;
  refusal(error: PulseError): void;
  bell(): void;
}

/** What JSON leaves as it is although a terminal obeys it or hides it: DEL, C1 controls, direction and zero-width marks. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

function safeJson(value: unknown, pretty: boolean): string {
  return JSON.stringify(value, null, pretty ? 2 : 0).replace(
    UNSAFE_IN_JSON,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function createOutput(io: Io, options: { json: boolean; noColour: boolean }): Output {
  const paint = createPaint(wantsColour(io.stdout, io.env, options.noColour));
  const people = createPaint(wantsColour(io.stderr, io.env, options.noColour));
  const value = (data: unknown) => io.stdout.write(`${safeJson(data, io.stdout.isTTY)}\n`);
  return {
    json: options.json,
    paint,
    value,
    record: (data) => io.stdout.write(`${safeJson(data, false)}\n`),
    text: (text) => io.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`),
    notice: (text) => io.stderr.write(`${people.dim(`notice: ${cleanText(text)}`)}\n`),
    warning: (text) => io.stderr.write(`${people.yellow(`warning: ${cleanText(text)}`)}\n`),
    refusal(error) {
      if (options.json) {
        const { code, message, hint, details } = error;
        value({ error: { ...details, code, message, hint } });
        return;
      }
      io.stderr.write(`${people.red(`${error.code}: ${cleanText(error.message)}`)}\n`);
      io.stderr.write(`next: ${cleanText(error.hint)}\n`);
    },
    bell() {
      if (io.stderr.isTTY) io.stderr.write('\x07');
    },
  };
}
