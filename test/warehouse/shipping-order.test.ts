import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import type { WarehouseSettings } from '../../lib/warehouse/warehouse-client';
import { startSmallServer } from './small-server';
import { type Answering, body, request, text, token, WarehouseUnderTest } from './warehouse-under-test';

describe('a shipping order', () => {
  const warehouse = WarehouseUnderTest.inHooks();
  const shipOne = async (answering: Answering, settings: Partial<WarehouseSettings> = {}) => {
    const [outcome] = await warehouse.answering(answering, settings).ship([request(1)]);
    return outcome;
  };

  it('goes out as the contract says', async () => {
    await shipOne(body(201, { reference: 'W-1' }), { url: `${warehouse.server.url}/wms/v1/` });
    const [sent] = warehouse.server.received;
    const { key, ...order } = request(1);
    expect(sent?.method).to.equal('POST');
    expect(sent?.path).to.equal('/wms/v1/shipping-orders');
    expect(sent?.headers['idempotency-key']).to.equal(key);
    expect(sent?.headers.authorization).to.equal(`Bearer ${token}`);
    expect(sent?.headers['content-type']).to.equal('application/json');
    expect(sent?.body).to.deep.equal(order);
  });

  for (const [status, reference, known] of [
    [200, 'W-1', 'W-1'],
    [201, ' W-2 ', 'W-2'],
    [202, 4711, '4711'],
  ] as const) {
    it(`${status} with the reference ${JSON.stringify(reference)} is acknowledged`, async () => {
      const outcome = await shipOne(body(status, { reference }));
      expect(outcome).to.deep.equal({ key: 'SO-1/1', kind: 'acknowledged', reference: known });
    });
  }

  for (const [what, answering] of [
    ['an empty answer', text(200, '')],
    ['204', (response) => response.writeHead(204).end()],
    ['another body', body(200, { ok: true })],
    ['an empty reference', body(200, { reference: '  ' })],
    ['a reference that is no text', body(200, { reference: { id: 1 } })],
    ['a reference without end', body(200, { reference: 'W'.repeat(201) })],
    ['a reference with a NUL', body(200, { reference: 'W\u0000' })],
    ['a list', body(200, [{ reference: 'W-1' }])],
    ['garbage', text(200, '{"reference": "W-1"', 'application/json')],
    ['an HTML page', text(200, '<html>Welcome</html>', 'text/html')],
  ] as [string, Answering][]) {
    it(`2xx with ${what} is unknown`, async () => {
      const outcome = await shipOne(answering);
      expect(outcome).to.include({ key: 'SO-1/1', kind: 'unknown' });
      expect(outcome)
        .to.have.property('cause')
        .that.matches(/^answered 20[04] without a reference$/);
    });
  }

  for (const [what, answering, status, words] of [
    [
      'problem+json',
      text(422, '{"title":"No","detail":"SKU not stocked"}', 'application/problem+json'),
      422,
      'SKU not stocked',
    ],
    ['a title', body(400, { title: 'Bad address', detail: '' }), 400, 'Bad address'],
    ['a message', body(409, { message: 'key was cancelled' }), 409, 'key was cancelled'],
    ['an error', body(404, { error: 'no such warehouse' }), 404, 'no such warehouse'],
    ['text', text(403, ' closed\r\n\u0000today '), 403, 'closed today'],
    ['an HTML page', text(404, '<html><b>Not</b> here</html>', 'text/html'), 404, 'Not here'],
    ['nothing', text(410, ''), 410, 'Gone'],
    ['a body without words', body(401, { code: 7 }), 401, 'Unauthorized'],
  ] as [string, Answering, number, string][]) {
    it(`4xx with ${what} is refused in the warehouse's words`, async () => {
      expect(await shipOne(answering)).to.deep.equal({ key: 'SO-1/1', kind: 'refused', status, words });
    });
  }

  it('cuts long words to 500 characters, not through a character', async () => {
    const outcome = await shipOne(body(422, { detail: `${'x'.repeat(499)}😀 and so on` }));
    expect(outcome).to.have.property('words', 'x'.repeat(499));
  });

  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    it(`${status} is unknown, even with a reference`, async () => {
      const outcome = await shipOne(body(status, { reference: 'W-1', message: 'later' }));
      expect(outcome).to.deep.equal({ key: 'SO-1/1', kind: 'unknown', cause: `answered ${status}: later` });
    });
  }

  it('follows no redirect', async () => {
    const outcome = await shipOne((response) =>
      response.writeHead(307, { location: `${warehouse.server.url}/elsewhere` }).end(),
    );
    expect(outcome).to.include({ kind: 'unknown', cause: 'answered 307: Temporary Redirect' });
    expect(warehouse.server.received).to.have.length(1);
  });

  it('silence is unknown after the time-out', async () => {
    const outcome = await shipOne(() => undefined, { timeoutMs: 60 });
    expect(outcome).to.include({ kind: 'unknown', cause: 'no answer within 60 ms' });
  });

  it('an answer that trickles is unknown after the time-out, though the line is never quiet', async () => {
    let dripping: NodeJS.Timeout | undefined;
    const outcome = await shipOne(
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"reference": "');
        dripping = setInterval(() => response.write('W'), 10);
        response.on('close', () => clearInterval(dripping));
      },
      { timeoutMs: 100 },
    );
    expect(outcome).to.include({ kind: 'unknown', cause: 'no answer within 100 ms' });
  });

  it('a connection reset before or in the middle of the answer is unknown', async () => {
    const before = await shipOne((response) => response.socket?.resetAndDestroy());
    expect(before).to.include({ kind: 'unknown', cause: 'connection reset (ECONNRESET)' });
    const middle = await shipOne((response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"reference": "W-1"');
      setImmediate(() => response.socket?.resetAndDestroy());
    });
    expect(middle).to.include({ kind: 'unknown' });
  });

  it('a warehouse that is down, or has no address, is unknown', async () => {
    const gone = await startSmallServer(() => undefined);
    await gone.close();
    const [down] = await warehouse.connect({ url: gone.url }).ship([request(1)]);
    expect(down).to.include({ kind: 'unknown', cause: 'connection refused (ECONNREFUSED)' });
    const [nowhere] = await warehouse.connect({ url: 'http://warehouse.invalid', timeoutMs: 2_000 }).ship([request(1)]);
    expect(nowhere)
      .to.have.property('cause')
      .that.matches(/^address not found|^no answer within/);
  });

  it('an answer over 1 MB is unknown, also when it is packed small', async () => {
    const huge = JSON.stringify({ reference: 'W-1', filler: 'x'.repeat(2 ** 20) });
    const plain = await shipOne(text(200, huge));
    expect(plain).to.include({ kind: 'unknown', cause: 'the answer is larger than 1 MB' });
    const packed = await shipOne((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(huge)),
    );
    expect(packed).to.include({ kind: 'unknown', cause: 'the answer is larger than 1 MB' });
  });

  it('any body with any status gives one outcome and no error', async () => {
    warehouse.server.answer = (_, response) => response.end();
    const client = warehouse.connect();
    const statuses = fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304);
    await fc.assert(
      fc.asyncProperty(statuses, fc.oneof(fc.string({ unit: 'binary' }), fc.json()), async (status, answer) => {
        warehouse.server.answer = (_, response) => response.writeHead(status).end(answer);
        const [outcome] = await client.ship([request(1)]);
        expect(outcome?.kind).to.be.oneOf(status < 400 || status >= 500 ? ['unknown'] : ['refused', 'unknown']);
        expect(JSON.stringify(outcome)).not.to.match(/\\u0000|\\ud[89a-f]/i);
      }),
      { numRuns: 60 },
    );
  });
});
