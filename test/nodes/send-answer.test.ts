import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { HttpAnswer, ReadStore } from '../../lib/answers/problem';
import type { Message } from '../../nodes/node';
import { sendAnswer } from '../../nodes/send-answer';

const noStore: ReadStore = () => Promise.reject(new Error('no store is read here'));
const inPieces = (pieces: () => AsyncIterable<string>): HttpAnswer => ({
  statusCode: 207,
  headers: { 'content-type': 'application/json' },
  body: undefined,
  pieces,
});

describe('an answer in pieces', () => {
  let server: Server;
  let answer: HttpAnswer;
  /** What became of sending the last answer. */
  let sent: Promise<number>;

  before(async () => {
    server = createServer((_request, response: ServerResponse) => {
      let emitted = 0;
      sent = sendAnswer({ res: { _res: response } } as unknown as Message, answer, noStore, () => {
        emitted += 1;
      }).then(() => emitted);
      sent.catch(() => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = () => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);

  it('is written to the connection as it is made, and leaves the node by no output', async () => {
    answer = inPieces(async function* () {
      yield '[1';
      for (let i = 2; i <= 2_000; i += 1) yield `,"${String(i).padStart(1000, '0')}"`;
      yield ']';
    });
    const response = await ask();
    expect([response.status, response.headers.get('content-type')]).to.deep.equal([207, 'application/json']);
    expect(((await response.json()) as unknown[]).length).to.equal(2_000);
    expect(await sent).to.equal(0);
  });

  it('that cannot be finished is no answer at all', async () => {
    answer = inPieces(async function* () {
      yield '[1';
      throw new Error('the store is away');
    });
    const whole = await ask()
      .then(
        (response) => response.text(),
        () => undefined,
      )
      .catch(() => undefined);
    expect(whole).to.equal(undefined);
    expect(await sent.catch((error: Error) => error.message)).to.equal('the store is away');
  });

  it('is made no further when nobody takes it any more', async () => {
    let made = 0;
    answer = inPieces(async function* () {
      for (; ; made += 1) yield 'x'.repeat(100_000);
    });
    const reader = (await ask()).body?.getReader();
    while (made < 10) await reader?.read();
    await reader?.cancel();
    expect(await sent).to.equal(0);
  });

  it('is given whole to a flow without a request', async () => {
    const given: unknown[] = [];
    const pieces = inPieces(async function* () {
      yield '{"results":[';
      yield '1,2]}';
    });
    await sendAnswer({} as Message, pieces, noStore, (output, { payload }) => given.push([output, payload]));
    expect(given).to.deep.equal([[0, { results: [1, 2] }]]);
  });
});
