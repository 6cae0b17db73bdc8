import { cleanText } from '../core/untrusted.ts';
import type { Foreground } from '../tools/tool.ts';
import type { Io } from './io.ts';

/** A terminal waits as long as the work takes: people read how far it is, and Ctrl-C stops it in an orderly way. */
export function foregroundOf(io: Io): Foreground {
  return {
    progress: (line) => io.stderr.write(`${cleanText(line)}\n`),
    async run(work) {
      const controller = new AbortController();
      const release = io.onInterrupt(() => controller.abort());
      try {
        return await work(controller.signal);
      } finally {
        release();
      }
    },
  };
}
