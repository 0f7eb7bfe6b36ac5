import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give out by themselves: what is free now is not given to another before it is used. */
const ports = { first: 20_000, count: 12_000 };
let next = Math.floor(Math.random() * ports.count);

/** A TCP port on 127.0.0.1 that nobody listens on at the moment; another one at each call. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < ports.count; tries++) {
    const port = ports.first + (next++ % ports.count);
    if (await isFree(port)) return port;
  }
  throw new Error(`None of ${ports.count} ports from ${ports.first} on is free on 127.0.0.1.`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  const listens = await once(probe, 'listening').then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return false;
      throw error;
    },
  );
  if (listens) await new Promise((closed) => probe.close(closed));
  return listens;
}
