import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { json, type ReceivedRequest, startSmallServer } from './small-server';
import { request, requests, WarehouseUnderTest } from './warehouse-under-test';

describe('a kept connection to a warehouse', () => {
  const warehouse = WarehouseUnderTest.inHooks();
  const acknowledge = (response: ServerResponse) => json(response, 200, { reference: 'W-1' });
  const keysReceived = () => warehouse.server.received.map(({ headers }) => headers['idempotency-key']);

  /** Answers the first request of each connection, and a later one as told. */
  const answeringLater = (later: (response: ServerResponse, request: ReceivedRequest) => void) => {
    const used = new Set<Socket | null>();
    warehouse.server.answer = (received, response) => {
      if (used.has(response.socket)) later(response, received);
      else acknowledge(response);
      used.add(response.socket);
    };
    return used;
  };

  for (const [how, end] of [
    ['is reset', (socket: Socket | null) => socket?.resetAndDestroy()],
    ['is closed', (socket: Socket | null) => socket?.destroy()],
  ] as const) {
    it(`that ${how} when it is used again: the same key goes out at once through a new one`, async () => {
      const connections = answeringLater((response) => end(response.socket));
      const client = warehouse.connect({ concurrency: 1 });
      expect(await client.ship(requests(2))).to.deep.equal([
        { key: 'SO-1/1', kind: 'acknowledged', reference: 'W-1' },
        { key: 'SO-2/1', kind: 'acknowledged', reference: 'W-1' },
      ]);
      expect(keysReceived()).to.deep.equal(['SO-1/1', 'SO-2/1', 'SO-2/1']);
      expect(connections).to.have.length(2);
    });
  }

  it('that is reset when a cancellation or a batch uses it: the same again through a new one', async () => {
    answeringLater((response) => response.socket?.resetAndDestroy());
    const client = warehouse.connect({ batch: true });
    await client.cancel('SO-1/1');
    await client.ship(requests(2));
    const paths = warehouse.server.received.map(({ path }) => path);
    const [cancel, batch] = ['/shipping-orders/SO-1%2F1/cancel', '/shipping-orders/batch'];
    expect(paths).to.deep.equal([cancel, batch, batch]);
    expect(warehouse.server.received[2]?.body).to.deep.equal(warehouse.server.received[1]?.body);
    await client.ship([request(1)]);
    await client.cancel('SO-1/1');
    expect(warehouse.server.received.slice(-2).map(({ path }) => path)).to.deep.equal([cancel, cancel]);
  });

  it('that a warehouse closes after each answer without a word: every order is acknowledged', async () => {
    warehouse.server.answer = (_, response) => {
      const { socket } = response;
      response.once('finish', () => socket?.end());
      acknowledge(response);
    };
    const outcomes = await warehouse.connect({ concurrency: 2 }).ship(requests(40));
    expect(outcomes.filter(({ kind }) => kind !== 'acknowledged')).to.deep.equal([]);
  });

  it('and the new one reset too: unknown, and no third time', async () => {
    warehouse.server.answer = (_, response) => {
      if (warehouse.server.received.length === 1) acknowledge(response);
      else response.socket?.resetAndDestroy();
    };
    const [, second] = await warehouse.connect({ concurrency: 1 }).ship(requests(2));
    expect(second).to.include({ kind: 'unknown', cause: 'connection reset (ECONNRESET)' });
    expect(keysReceived()).to.deep.equal(['SO-1/1', 'SO-2/1', 'SO-2/1']);
  });

  it('that ends in the middle of an answer: unknown, and not sent again', async () => {
    for (const end of [
      (socket: Socket | null) => socket?.resetAndDestroy(),
      (socket: Socket | null) => socket?.end(),
    ]) {
      warehouse.server.received.length = 0;
      answeringLater((response) => {
        response.writeHead(200, { 'content-length': 100 }).write('{"reference": "W-1"', () => end(response.socket));
      });
      const [first, second] = await warehouse.connect({ concurrency: 1 }).ship(requests(2));
      expect(first).to.include({ kind: 'acknowledged' });
      expect(second).to.include({ kind: 'unknown' });
      expect(keysReceived()).to.deep.equal(['SO-1/1', 'SO-2/1']);
    }
  });

  it('that is new and reset at once: unknown, and not sent again', async () => {
    warehouse.server.answer = (_, response) => response.socket?.resetAndDestroy();
    const [outcome] = await warehouse.connect().ship([request(1)]);
    expect(outcome).to.include({ kind: 'unknown', cause: 'connection reset (ECONNRESET)' });
    expect(warehouse.server.received).to.have.length(1);
  });

  it('is given up by this side before the time that the warehouse announced', async () => {
    const connected = new Promise<Socket | null>((resolve) => {
      warehouse.server.answer = (_, response) => {
        response.setHeader('keep-alive', 'timeout=2');
        acknowledge(response);
        resolve(response.socket);
      };
    });
    await warehouse.connect().ship([request(1)]);
    expect(await whoEnded(await connected)).to.equal('this side');
  });

  it('is given up by this side when the warehouse announces nothing', async () => {
    const patient = await startSmallServer(() => undefined, 0);
    try {
      const connected = new Promise<Socket | null>((resolve) => {
        patient.answer = (_, response) => {
          acknowledge(response);
          resolve(response.socket);
        };
      });
      await warehouse.connect({ url: patient.url }).ship([request(1)]);
      expect(await whoEnded(await connected)).to.equal('this side');
    } finally {
      await patient.close();
    }
  });

  it('waits for an answer for longer than the warehouse keeps an idle connection', async () => {
    const connections = answeringLater((response) => setTimeout(() => acknowledge(response), 1_500));
    const answerAtOnce = warehouse.server.answer;
    warehouse.server.answer = (received, response) => {
      response.setHeader('keep-alive', 'timeout=2');
      answerAtOnce(received, response);
    };
    const outcomes = await warehouse.connect({ concurrency: 1, timeoutMs: 20_000 }).ship(requests(2));
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['acknowledged', 'acknowledged']);
    expect(connections).to.have.length(1);
  });

  it('is closed with the client, the one of a repeat too', async () => {
    const server = await startSmallServer(() => undefined, 0);
    const used = new Set<Socket | null>();
    server.answer = (_, response) => {
      if (used.has(response.socket)) response.socket?.resetAndDestroy();
      else acknowledge(response);
      used.add(response.socket);
    };
    const client = warehouse.connect({ url: server.url, concurrency: 3 });
    await client.ship(requests(9));
    const ended = Promise.all([...used].map((socket) => socket?.destroyed || (socket && once(socket, 'close'))));
    client.close();
    await ended;
    expect(used.size).to.be.above(1);
    await server.close();
  });
});

/** Waits for the end of a connection, as the warehouse sees it. */
async function whoEnded(socket: Socket | null): Promise<'this side' | 'the warehouse'> {
  if (socket === null) throw new Error('The answer had no connection.');
  let who: 'this side' | 'the warehouse' = 'the warehouse';
  socket.once('end', () => {
    who = 'this side';
  });
  await once(socket, 'close');
  return who;
}
