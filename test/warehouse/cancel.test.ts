import { expect } from 'chai';
import type { WarehouseSettings } from '../../lib/warehouse/warehouse-client';
import { type Answering, body, text, token, WarehouseUnderTest } from './warehouse-under-test';

describe('a cancel request to a warehouse', () => {
  const warehouse = WarehouseUnderTest.inHooks();

  const cancel = async (answering: Answering, settings: Partial<WarehouseSettings> = {}) => {
    return warehouse.answering(answering, settings).cancel('SO-1/1 ?');
  };

  it('names the key in its path', async () => {
    await cancel(body(200, { cancelled: true }));
    expect(warehouse.server.received[0]).to.include({ method: 'POST', path: '/shipping-orders/SO-1%2F1%20%3F/cancel' });
    expect(warehouse.server.received[0]?.headers.authorization).to.equal(`Bearer ${token}`);
  });

  it('is agreed, pending or refused', async () => {
    expect(await cancel(body(200, { cancelled: true }))).to.deep.equal({ kind: 'agreed' });
    expect(await cancel(text(202, ''))).to.deep.equal({ kind: 'pending' });
    const refused = await cancel(body(409, { detail: 'already shipped' }));
    expect(refused).to.deep.equal({ kind: 'refused', status: 409, words: 'already shipped' });
  });

  for (const [what, answering] of [
    ['2xx without a word', text(200, '')],
    ['2xx that says no', body(200, { cancelled: false })],
    ['2xx that is not exact', body(200, { cancelled: 'true' })],
    ['404', body(404, {})],
    ['422', body(422, {})],
    ['429', body(429, {})],
    ['503', body(503, {})],
    ['silence', () => undefined],
  ] as [string, Answering][]) {
    it(`${what} is unknown`, async () => {
      expect((await cancel(answering, { timeoutMs: 100 })).kind).to.equal('unknown');
    });
  }
});
