import { expect } from 'chai';
import type { WarehouseSettings } from '../../lib/warehouse/warehouse-client';
import { type Answering, body, requests, text, WarehouseUnderTest } from './warehouse-under-test';

describe('a batch of shipping orders', () => {
  const warehouse = WarehouseUnderTest.inHooks();

  const shipBatch = async (answering: Answering, settings: Partial<WarehouseSettings> = {}) => {
    return warehouse.answering(answering, { batch: true, ...settings }).ship(requests(3));
  };

  it('is one request with the keys in it', async () => {
    await shipBatch(body(200, { results: [] }));
    expect(warehouse.server.received).to.have.length(1);
    expect(warehouse.server.received[0]?.path).to.equal('/shipping-orders/batch');
    expect(warehouse.server.received[0]?.body).to.deep.equal(requests(3));
  });

  it('is judged result by result, in the order of the requests', async () => {
    const results = [
      { key: 'SO-3/1', status: 503 },
      { key: 'SO-2/1', status: 422, detail: 'not stocked' },
      { key: 'SO-1/1', status: 201, reference: 'W-1' },
      { key: 'SO-99/1', status: 200, reference: 'W-99' },
    ];
    expect(await shipBatch(body(207, { results }))).to.deep.equal([
      { key: 'SO-1/1', kind: 'acknowledged', reference: 'W-1' },
      { key: 'SO-2/1', kind: 'refused', status: 422, words: 'not stocked' },
      { key: 'SO-3/1', kind: 'unknown', cause: 'answered 503: Service Unavailable' },
    ]);
  });

  it('leaves unknown what is missing, doubled, or has no status', async () => {
    const results = [
      { key: 'SO-1/1', status: 200, reference: 'W-1' },
      { key: 'SO-1/1', status: 422 },
      { key: 'SO-2/1', status: '200', reference: 'W-2' },
      null,
      7,
    ];
    expect(await shipBatch(body(200, { results }))).to.deep.equal([
      { key: 'SO-1/1', kind: 'unknown', cause: 'the batch was answered with this order more than once' },
      { key: 'SO-2/1', kind: 'unknown', cause: 'the result has no status' },
      { key: 'SO-3/1', kind: 'unknown', cause: 'the batch was answered without this order' },
    ]);
  });

  for (const status of [400, 401, 404, 413, 500]) {
    it(`${status} for all of it refuses none: all are unknown, with the words`, async () => {
      const outcomes = await shipBatch(body(status, { message: 'batch too large' }));
      expect(outcomes).to.have.length(3);
      for (const { kind, ...rest } of outcomes) {
        expect(kind).to.equal('unknown');
        expect(rest).to.have.property('cause', `the batch was answered ${status}: batch too large`);
      }
    });
  }

  for (const [what, answering] of [
    ['garbage', text(200, 'OK')],
    ['a list', body(200, [{ key: 'SO-1/1', status: 200, reference: 'W-1' }])],
    ['silence', () => undefined],
  ] as [string, Answering][]) {
    it(`${what} leaves all unknown`, async () => {
      const outcomes = await shipBatch(answering, { timeoutMs: 100 });
      expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['unknown', 'unknown', 'unknown']);
    });
  }

  it('may be answered with more than 1 MB', async () => {
    const results = requests(3).map(({ key }) => ({ key, status: 200, reference: 'W', note: 'x'.repeat(2 ** 19) }));
    const outcomes = await shipBatch(body(200, { results }));
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['acknowledged', 'acknowledged', 'acknowledged']);
  });
});
