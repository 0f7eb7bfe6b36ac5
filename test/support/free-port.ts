import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give out by themselves: what is free now is not given to another before it is used. */
const ports = { first: 20_000, count: 12_000 };
let next = Math.floor(Math.random() * ports.count);

/**
 * A TCP port on 127.0.0.1 that nobody listens on at the moment; another one at each call, in whatever process of this
 * machine: a port is taken by its namesake of UDP, which only one process can have, for as long as that process lives.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < ports.count; tries++) {
    const port = ports.first + (next++ % ports.count);
    const mark = await marked(port);
    if (mark === undefined) continue;
    if (await isFree(port)) return port;
    mark.close();
  }
  throw new Error(`None of ${ports.count} ports from ${ports.first} on is free on 127.0.0.1.`);
}

async function marked(port: number): Promise<Socket | undefined> {
  const mark = createSocket('udp4');
  const bound = once(mark, 'listening');
  mark.bind({ port, address: '127.0.0.1', exclusive: true });
  if (await succeeds(bound)) return mark.unref();
  mark.close();
  return undefined;
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  const listens = await succeeds(once(probe, 'listening'));
  if (listens) await new Promise((closed) => probe.close(closed));
  return listens;
}

/** False when the port is another's, or not for this user. */
function succeeds(listening: Promise<unknown>): Promise<boolean> {
  return listening.then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return false;
      throw error;
    },
  );
}
