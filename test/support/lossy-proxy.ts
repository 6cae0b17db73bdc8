import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What happens to the next answer of the server; once, then all is well again. */
type Mood = 'fine' | 'cut' | 'swallow';

export interface LossyProxy {
  port: number;
  /** The next answer never arrives: the connection breaks (`cut`), or stays silent (`swallow`). */
  next(mood: Mood): void;
  /** Messages from the client so far: what was sent in one go counts once. */
  sent(): number;
}

/** Stands between a client and a server on the loopback interface and loses answers when told. */
export async function lossyProxy(to: number): Promise<LossyProxy> {
  let mood: Mood = 'fine';
  let sent = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    let isSilent = false;
    client.on('data', (data) => {
      sent += 1;
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (isSilent) return;
      if (mood === 'fine') client.write(data);
      else if (mood === 'cut') client.destroy();
      else isSilent = true;
      mood = 'fine';
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    next: (wanted) => {
      mood = wanted;
    },
    sent: () => sent,
  };
}
