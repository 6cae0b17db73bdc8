import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { hasErrno } from '../core/errors.ts';
import type { Io, Sink } from './io.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The real terminal, files and clock. Touches standard input only when something is read from it. */
export function processIo(): Io {
  const handlers = new Set<() => void>();
  const interrupt = () => {
    for (const handler of handlers) handler();
  };
  return {
    env: process.env,
    cwd: workingFolder(),
    stdout: sinkOf(process.stdout, 1, interrupt),
    stderr: sinkOf(process.stderr, 2, interrupt),
    stdin: { isTTY: isatty(0), chunks: () => process.stdin },
    file: (path) => createReadStream(resolve(path)),
    newFile: (path, text) => writeFile(resolve(path), text, { flag: 'wx' }),
    ask,
    osUser,
    now: () => Date.now(),
    sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    onInterrupt(handler) {
      handlers.add(handler);
      for (const signal of SIGNALS) process.on(signal, handler);
      return () => {
        handlers.delete(handler);
        for (const signal of SIGNALS) process.off(signal, handler);
      };
    },
  };
}

/** When nobody reads any more (`| head`), the rest is dropped quietly and a watch ends. */
function sinkOf(stream: NodeJS.WriteStream, fd: number, interrupt: () => void): Sink {
  let closed = false;
  stream.on('error', (error) => {
    closed = true;
    interrupt();
    if (hasErrno(error, 'EPIPE', 'ERR_STREAM_DESTROYED', 'EIO')) return;
    process.exitCode = 1;
    const code = 'code' in error ? String(error.code) : 'unknown error';
    if (fd === 1) process.stderr.write(`The output could not be written (${code}); it is not complete.\n`);
  });
  return {
    isTTY: isatty(fd),
    write(text) {
      if (!closed) stream.write(text);
    },
  };
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  lines.once('close', () => ended.abort());
  try {
    return await lines.question(question, { signal: ended.signal });
  } catch {
    process.stderr.write('\n');
    return '';
  } finally {
    lines.close();
  }
}

function workingFolder(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}

function osUser(): string | null {
  try {
    return userInfo().username || null;
  } catch {
    // No entry for this user id, as in some containers.
    return null;
  }
}
