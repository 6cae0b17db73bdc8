import type { IncomingMessage, ServerResponse } from 'node:http';
import { LIMITS } from './limits.ts';

/** True when the request says itself that it is too large. */
export function saysTooLarge(req: IncomingMessage): boolean {
  const length = req.headers['content-length'];
  return length !== undefined && Number(length) > LIMITS.bodyBytes;
}

/**
 * Holds whoever reads the body to the limit, with whatever it reads: the bytes are counted where they come in. What is
 * too large is answered and cut off, and the reader sees a request that broke off.
 */
export function capBody(req: IncomingMessage, res: ServerResponse): void {
  let size = 0;
  const push = req.push.bind(req);
  req.push = (chunk: unknown, encoding?: BufferEncoding) => {
    size += chunk instanceof Uint8Array ? chunk.byteLength : 0;
    if (size <= LIMITS.bodyBytes) return push(chunk, encoding);
    req.push = () => true;
    if (!res.headersSent) res.writeHead(413, { connection: 'close' });
    res.end(() => req.destroy());
    return true;
  };
}

/** The bytes as they came, for checking a signature. @throws when the request breaks off */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** Answers without a word: what was wrong is nothing for strangers. */
export function answer(res: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  if (res.headersSent) return;
  res.writeHead(status, { 'content-length': '0', ...headers }).end();
}
