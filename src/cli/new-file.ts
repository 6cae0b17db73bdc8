import { hasErrno, PulseError } from '../core/errors.ts';
import type { Session } from './command.ts';

/**
 * Puts a text where the caller said: `-` is standard output. Never over a file or a link that is there already.
 * @param what names it in refusals and notices
 */
export async function putText(
  path: string,
  text: string,
  what: string,
  { io, out }: Pick<Session, 'io' | 'out'>,
): Promise<void> {
  if (path === '-') {
    io.stdout.write(text);
    return;
  }
  try {
    await io.newFile(path, text);
  } catch (error) {
    if (hasErrno(error, 'EEXIST'))
      throw new PulseError(
        'conflict',
        `A file of that name is there already; ${what} was not written.`,
        'Name another file, or remove that one first.',
      );
    throw new PulseError(
      'invalid_input',
      `${what} could not be written there.`,
      'Name a file in a folder that exists and that you may write to, or - for standard output.',
    );
  }
  out.notice(`written: ${path}`);
}
