import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { json } from './small-server';
import { body, requests, WarehouseUnderTest } from './warehouse-under-test';

describe('many shipping orders', () => {
  const warehouse = WarehouseUnderTest.inHooks();

  it('keep their order and their own outcome', async () => {
    warehouse.server.answer = ({ headers }, response) => {
      const number = Number(/SO-(\d+)/.exec(String(headers['idempotency-key']))?.[1]);
      const answers = [body(503, {}), body(200, { reference: `W-${number}` }), body(422, { detail: `no ${number}` })];
      setTimeout(() => answers[number % 3]?.(response), (number * 7) % 20);
    };
    const outcomes = await warehouse.connect().ship(requests(12));
    expect(outcomes.map(({ key }) => key)).to.deep.equal(requests(12).map(({ key }) => key));
    outcomes.forEach((outcome, index) => {
      expect(outcome.kind).to.equal(['unknown', 'acknowledged', 'refused'][(index + 1) % 3]);
      if (outcome.kind === 'acknowledged') expect(outcome.reference).to.equal(`W-${index + 1}`);
    });
  });

  it('are never more at a time than the concurrency, over all calls, and reuse their connections', async () => {
    const all = 16;
    let most = 0;
    const underWay: ServerResponse[] = [];
    const sockets = new Set<unknown>();
    const answer = () => {
      for (const response of underWay.splice(0)) json(response, 200, { reference: 'W' });
    };
    warehouse.server.answer = (_, response) => {
      most = Math.max(most, underWay.push(response));
      sockets.add(response.socket);
      // none is answered before three are there, or the last; then there is a moment for one too many
      if (underWay.length === 3 || warehouse.server.received.length === all) setTimeout(answer, 5);
    };
    const client = warehouse.connect({ concurrency: 3 });
    const outcomes = await Promise.all([client.ship(requests(10)), client.ship(requests(5)), client.cancel('SO-1/1')]);
    expect(most).to.equal(3);
    expect(outcomes[0].every(({ kind }) => kind === 'acknowledged')).to.equal(true);
    expect(warehouse.server.received).to.have.length(all);
    expect(sockets.size).to.equal(3);
  });

  it('start no faster than the rate, and the wait does not count as time-out', async () => {
    warehouse.server.answer = (_, response) => json(response, 200, { reference: 'W' });
    const client = warehouse.connect({ ratePerSecond: 2, concurrency: 20, timeoutMs: 1_500 });
    const begin = performance.now();
    const outcomes = await client.ship(requests(5));
    expect(outcomes.every(({ kind }) => kind === 'acknowledged')).to.equal(true);
    const times = warehouse.server.received.map(({ at }) => at - begin);
    expect(Math.max(...times)).to.be.at.least(2_000); // four intervals, longer than the time-out
  });

  it('one that fails holds up no other', async () => {
    let failing: ServerResponse | undefined;
    warehouse.server.answer = ({ headers }, response) => {
      if (headers['idempotency-key'] === 'SO-2/1') failing = response;
      else json(response, 200, { reference: 'W' });
      if (warehouse.server.received.length === 6) failing?.socket?.resetAndDestroy(); // when all others are answered
    };
    const outcomes = await warehouse.connect({ concurrency: 2 }).ship(requests(6));
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'acknowledged')).to.have.length(5);
    expect(kinds[1]).to.equal('unknown');
  });

  it('none is none', async () => {
    expect(await warehouse.connect().ship([])).to.deep.equal([]);
    expect(await warehouse.connect({ batch: true }).ship([])).to.deep.equal([]);
    expect(warehouse.server.received).to.have.length(0);
  });
});
