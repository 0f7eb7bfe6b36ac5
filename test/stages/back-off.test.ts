import { expect } from 'chai';
import fc from 'fast-check';
import { maxAttempts, retryDelay } from '../../lib/domain/circuit-breaker';
import { TechnicalFault } from '../../lib/domain/faults';
import { signals } from '../../lib/ops/signals';
import { BackOff } from '../../lib/stages/back-off';
import { checkInventory } from '../../lib/stages/check-inventory';
import { settleStuck } from '../../lib/stages/stuck-work';
import { openStore, type Store } from '../../lib/store/store';
import { isOfTheWork, Retrying } from '../../nodes/retrying';
import { onBothDatabases } from '../support/databases';
import { SampleCompany } from '../support/orders';

describe('back-off of work that fails', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('lets nothing be tried before its time, and everything after it', () => {
    fc.assert(
      fc.property(fc.array(random, { minLength: 1, maxLength: 30 }), (jitters) => {
        let now = 0;
        let jitter = 0;
        const backOff = new BackOff(
          () => now,
          () => jitter,
        );
        for (const [i, random01] of jitters.entries()) {
          jitter = random01;
          expect(backOff.failed(7)).to.equal(i + 1);
          const delay = retryDelay(i + 1, random01);
          now += delay - 1;
          expect([backOff.waiting, backOff.due]).to.deep.equal([[7], []]);
          now += 1;
          expect([backOff.waiting, backOff.due]).to.deep.equal([[], [7]]);
        }
        backOff.succeeded(7);
        expect([backOff.known, backOff.due, backOff.waiting]).to.deep.equal([[], [], []]);
        expect(backOff.failed(7)).to.equal(1);
      }),
    );
  });

  it('forgets the oldest before it takes the memory of the process', () => {
    const backOff = new BackOff();
    for (let id = 1; id <= 20_001; id++) backOff.failed(id);
    expect(backOff.known).to.have.length(20_000).and.not.include(1);
  });

  it('tells faults of the work from those of its surroundings', () => {
    const away = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    for (const [error, expected] of [
      [new Error('it is broken'), true],
      [new TechnicalFault('unexpected', 'it is broken'), true],
      [new TechnicalFault('store-away', 'away'), false],
      [new TechnicalFault('closing', 'closing'), false],
      [away, false],
      ['a text', false],
    ] as const)
      expect(isOfTheWork(error), String(error)).to.equal(expected);
  });

  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A'], 100);
    });
    after(() => store.close());

    it('tells a person once, after many attempts, and closes it when the order goes on', async () => {
      const orderId = await company.order({ lines: [{ sku: 'A', quantity: 1 }], state: 'Created' });
      const retrying = new Retrying('credit-gate', async () => company.context, { warn: () => undefined });
      const fail = () => retrying.attempt(orderId, () => Promise.reject(new Error('the row is broken')));
      const open = async () => (await store.read((db) => signals(db, company.now))).exceptions;
      const attempt = async () => {
        const thrown = await fail().catch((error: Error) => error.message);
        expect(thrown).to.equal('the row is broken');
      };
      for (let i = 1; i < maxAttempts; i++) await attempt();
      expect(await open()).to.deep.equal([]);
      await attempt();
      await attempt();
      expect(await open()).to.deep.equal([{ kind: 'stage-stuck', exceptions: 1, oldest: company.now }]);
      const [raised] = await company.rows<{ subject: string; message: string }>(
        'select subject, message from exception',
      );
      expect(raised?.subject).to.match(/^SO-\d{6} credit-gate$/);
      expect(raised?.message).to.include('the row is broken').and.include('tried 10 times');
      expect(await settleStuck(company.context)).to.equal(0);
      company.now = '2026-11-23T11:00:00.000Z';
      await checkInventory(company.context, [orderId]);
      expect(await settleStuck(company.context)).to.equal(1);
      expect(await open()).to.deep.equal([]);
    });

    it('says when nobody can be told, and keeps the first fault', async () => {
      const warnings: string[] = [];
      const retrying = new Retrying('credit-gate', () => Promise.reject(new Error('no store')), {
        warn: (words) => warnings.push(words),
      });
      for (let i = 1; i <= maxAttempts; i++) {
        const thrown = await retrying
          .attempt(1, () => Promise.reject(new Error('broken')))
          .catch((error: Error) => error.message);
        expect(thrown).to.equal('broken');
      }
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('no store');
    });
  });
});
