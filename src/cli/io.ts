/** A stream that people or programs read. */
export interface Sink {
  isTTY: boolean;
  write(text: string): void;
}

/** All that the command line touches outside the operations, so that a test needs no terminal and no clock. */
export interface Io {
  env: Readonly<Record<string, string | undefined>>;
  /** Null when the working directory is gone. */
  cwd: string | null;
  /** Data: what was asked for, and nothing else. */
  stdout: Sink;
  /** People: progress, notices, warnings, refusals. */
  stderr: Sink;
  stdin: { isTTY: boolean; chunks(): AsyncIterable<Uint8Array> };
  /** A file's bytes; the path is relative to `cwd`. Errors carry Node's `code`. */
  file(path: string): AsyncIterable<Uint8Array>;
  /** Writes a file; the path is relative to `cwd`. Never over a file or a link that is there: `EEXIST`. */
  newFile(path: string, text: string): Promise<void>;
  /** Asks on the terminal and gives the typed line; empty when the input ends. */
  ask(question: string): Promise<string>;
  /** Name of the person logged in on this machine. */
  osUser(): string | null;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Ends early, without an error, when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `handler` on Ctrl-C, a polite kill, or when nobody reads the output any more; the result takes it back. */
  onInterrupt(handler: () => void): () => void;
}
