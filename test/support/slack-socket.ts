import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** The other end of Socket Mode: one connection, text frames. Source: RFC 6455; docs.slack.dev, Socket Mode. */

export interface SocketStand {
  url: string;
  /** Sends an envelope and waits for its acknowledgement. */
  deliver(type: 'slash_commands' | 'interactive' | 'events_api', payload: unknown): Promise<unknown>;
  connected(): number;
  /** The line breaks. */
  cut(): void;
}

export async function socketStand(): Promise<SocketStand> {
  const sockets = new Set<Socket>();
  const waiting = new Map<string, (payload: unknown) => void>();
  let count = 0;
  const server = createServer();
  server.on('upgrade', (req, socket: Socket) => {
    const key = createHash('sha1')
      .update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
    );
    sockets.add(socket);
    count += 1;
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      const { frames, left } = framesIn(Buffer.concat([rest, chunk]));
      rest = left;
      for (const { opcode, data } of frames) {
        if (opcode === 8) socket.end();
        if (opcode === 9) socket.write(frame(data, 10));
        if (opcode === 1) acknowledged(JSON.parse(data.toString('utf8')));
      }
    });
    socket.write(frame(Buffer.from(JSON.stringify({ type: 'hello', num_connections: 1 }))));
  });
  function acknowledged({ envelope_id, payload }: { envelope_id?: string; payload?: unknown }): void {
    waiting.get(envelope_id ?? '')?.(payload);
  }
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  let envelopes = 0;
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connected: () => count,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    deliver(type, payload) {
      envelopes += 1;
      const envelope_id = `e${envelopes}`;
      const text = JSON.stringify({ envelope_id, type, payload, accepts_response_payload: true });
      const answer = new Promise<unknown>((done) => waiting.set(envelope_id, done));
      for (const socket of sockets) socket.write(frame(Buffer.from(text)));
      return answer;
    },
  };
}

function frame(data: Buffer, opcode = 1): Buffer {
  const head =
    data.length < 126
      ? [0x80 | opcode, data.length]
      : [0x80 | opcode, 126, data.length >> 8, data.length & 255];
  return Buffer.concat([Buffer.from(head), data]);
}

/** Whole frames of a client, unmasked, and what is left over. */
function framesIn(bytes: Buffer): { frames: { opcode: number; data: Buffer }[]; left: Buffer } {
  const frames: { opcode: number; data: Buffer }[] = [];
  let at = 0;
  for (;;) {
    if (bytes.length < at + 2) break;
    const short = bytes.readUInt8(at + 1) & 127;
    const wide = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (bytes.length < at + 2 + wide + 4) break;
    const length = wide === 0 ? short : wide === 2 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
    const mask = at + 2 + wide;
    if (bytes.length < mask + 4 + length) break;
    const data = Buffer.from(bytes.subarray(mask + 4, mask + 4 + length));
    for (let i = 0; i < length; i++) data[i] = (data[i] ?? 0) ^ (bytes[mask + (i % 4)] ?? 0);
    frames.push({ opcode: bytes.readUInt8(at) & 15, data });
    at = mask + 4 + length;
  }
  return { frames, left: bytes.subarray(at) };
}
