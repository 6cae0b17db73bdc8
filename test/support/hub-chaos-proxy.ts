import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { pick, type Random } from './hub-chaos-client.ts';

export interface ChaosProxy {
  port: number;
  /** How many of the messages are lost: before they arrive, and on the way back after they did. */
  lose(share: number): void;
  /** Cuts a connection that is open. */
  cut(): void;
  cuts(): number;
}

/** One address in front of several servers on this machine, in turn; a connection that is cut loses what is under way. */
export async function chaosProxy(ports: readonly number[], random: Random): Promise<ChaosProxy> {
  let share = 0;
  let cuts = 0;
  let turn = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(ports[turn++ % ports.length] ?? 0, '127.0.0.1');
    let isDoomed = false;
    const pair = [
      [client, upstream],
      [upstream, client],
    ] as const;
    open.add(client);
    const lose = (): void => {
      cuts += 1;
      client.destroy();
      upstream.destroy();
    };
    for (const [socket, other] of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('end', () => other.end());
      socket.on('close', () => {
        open.delete(client);
        other.end();
      });
    }
    client.on('data', (data) => {
      const rolled = random();
      if (rolled < share) return lose();
      isDoomed ||= rolled < share * 2;
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (!isDoomed) return void client.write(data);
      // Sometimes the beginning of the answer gets through.
      if (random() < 0.3) client.write(data.subarray(0, data.length / 2));
      lose();
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    lose: (wanted) => {
      share = wanted;
    },
    cut() {
      const socket = pick(random, [...open]);
      if (socket === undefined) return;
      cuts += 1;
      socket.destroy();
    },
    cuts: () => cuts,
  };
}
