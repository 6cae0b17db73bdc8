import type { Readable, Writable } from 'node:stream';
import { PulseError } from '../core/errors.ts';
import {
  type JsonRpcId,
  type JsonRpcMessage,
  RPC,
  readMessage,
  refusal,
  refuseOversize,
} from './json-rpc.ts';
import { type Line, lineSplitter } from './lines.ts';

/** The protocol layer's end of a connection; the SDK's `Transport` has the same shape. */
export interface StdioTransport {
  /** Starts reading. Set the callbacks first. */
  start(): Promise<void>;
  /** Writes one message and waits while the reader is slow. After close it does nothing. */
  send(message: JsonRpcMessage): Promise<void>;
  /** Answers a request with what is JSON already: the member `result` or `error` as text. */
  reply(id: JsonRpcId, member: string): Promise<void>;
  close(): Promise<void>;
  onmessage?: ((message: JsonRpcMessage) => void) | undefined;
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
}

export type StdioOptions = {
  input?: Readable;
  output?: Writable;
  /** Longest accepted line in bytes. */
  maxLineBytes?: number;
  /** How long, in ms, requests already read may still answer after the input has ended. */
  drainMs?: number;
};

const MAX_LINE_BYTES = 10 * 1024 * 1024;
const DRAIN_MS = 2_000;

/**
 * MCP over stdin and stdout: one JSON message per line. Every malformed line is answered (the SDK's own
 * transport leaves it unanswered) and only valid messages are handed on. Lines over 10 MB are skipped.
 */
export function stdioTransport(options: StdioOptions = {}): StdioTransport {
  const { input = process.stdin, output = process.stdout } = options;
  const { maxLineBytes = MAX_LINE_BYTES, drainMs = DRAIN_MS } = options;
  const transport: StdioTransport = { start, send, reply, close };
  const unanswered = new Set<JsonRpcId>();
  const lines = lineSplitter(maxLineBytes, receive);
  let state: 'new' | 'open' | 'ending' | 'closed' = 'new';
  let writes: Promise<void> = Promise.resolve();
  let stopWaiting: (() => void) | undefined;
  let deadline: NodeJS.Timeout | undefined;

  async function start(): Promise<void> {
    if (state !== 'new') {
      throw new PulseError('conflict', 'This connection was already started.', 'Make a new transport.');
    }
    state = 'open';
    // Never taken off again: a late EPIPE must not end the process with a stack trace.
    output.on('error', fail);
    input.on('error', fail);
    input.on('end', end);
    input.on('close', end);
    input.on('data', take);
  }

  function take(chunk: Buffer | string): void {
    lines.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  }

  function receive(line: Line): void {
    if (state === 'closed') return;
    if (line.kind === 'oversize') {
      refuse(refuseOversize(line.head, line.tail, maxLineBytes));
      return;
    }
    if (isBlank(line.bytes)) return;
    const reading = readMessage(line.bytes);
    if (reading.kind === 'message') deliver(reading.message);
    else if (reading.kind === 'refused') refuse(reading.reply);
    else complain(reading.why);
  }

  function deliver(message: JsonRpcMessage): void {
    const request = message.method !== undefined && message.id !== undefined ? message.id : undefined;
    if (request !== undefined) unanswered.add(request);
    try {
      transport.onmessage?.(message);
    } catch (error) {
      transport.onerror?.(error instanceof Error ? error : new Error(String(error)));
      if (request !== undefined) void write(refusal(request, RPC.internal, 'Internal error'), request);
    }
    // A cancelled request gets no answer, so the end of input must not wait for one.
    if (message.method === 'notifications/cancelled') answered(message.params?.requestId);
  }

  function refuse(reply: ReturnType<typeof refusal>): void {
    complain(reply.error.message);
    void write(reply, undefined);
  }

  function complain(what: string): void {
    transport.onerror?.(new PulseError('invalid_input', what, 'Send one JSON-RPC 2.0 message per line.'));
  }

  async function send(message: JsonRpcMessage): Promise<void> {
    await write(message, message.method === undefined ? message.id : undefined);
  }

  async function reply(id: JsonRpcId, member: string): Promise<void> {
    await writeText(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},${member}}\n`, id);
  }

  async function write(message: object, answers: JsonRpcId | undefined): Promise<void> {
    await writeText(`${JSON.stringify(message)}\n`, answers);
  }

  async function writeText(line: string, answers: JsonRpcId | undefined): Promise<void> {
    writes = writes.then(() => writeLine(line));
    await writes;
    answered(answers);
  }

  async function writeLine(line: string): Promise<void> {
    if (state === 'closed' || output.destroyed || output.write(line)) return;
    await new Promise<void>((resolve) => {
      stopWaiting = resolve;
      output.once('drain', resolve);
    });
    stopWaiting = undefined;
  }

  function answered(id: unknown): void {
    if (typeof id === 'string' || typeof id === 'number') unanswered.delete(id);
    if (state === 'ending' && unanswered.size === 0) void writes.then(close);
  }

  function end(): void {
    if (state !== 'open') return;
    lines.end();
    if (state !== 'open') return;
    state = 'ending';
    deadline = setTimeout(close, drainMs);
    answered(undefined);
  }

  function fail(error: Error): void {
    if (state === 'closed') return;
    transport.onerror?.(error);
    void close();
  }

  async function close(): Promise<void> {
    if (state === 'closed') return;
    state = 'closed';
    clearTimeout(deadline);
    input.off('data', take);
    input.off('end', end);
    input.off('close', end);
    input.pause();
    if (stopWaiting) output.off('drain', stopWaiting);
    stopWaiting?.();
    unanswered.clear();
    transport.onclose?.();
  }

  return transport;
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
