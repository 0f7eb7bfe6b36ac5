import { expect } from 'chai';
import { checkCredit } from '../../lib/stages/check-credit';
import { GroupCommit } from '../../lib/stages/group-commit';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { SampleCompany } from '../support/orders';

describe('an order that cannot be judged', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A'], 100);
    });
    after(() => store.close());

    it('fails alone: the orders that share its transaction are judged', async () => {
      const created = { lines: [{ sku: 'A', quantity: 1 }], state: 'Created' } as const;
      const ids = [];
      for (let i = 0; i < 5; i++) ids.push(await company.order(created));
      ids.splice(2, 0, await company.order({ ...created, customer: 'NOBODY' }));
      const queue = new GroupCommit((orderIds: number[]) => checkCredit(company.context, orderIds), {
        batch: 100,
        queue: 100,
        lanes: 1,
        patience: 0,
        classify: (error) => store.dialect.classify(error),
      });
      const outcomes = await Promise.allSettled(ids.map((id) => queue.submit(id)));
      expect(
        outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value?.output : 'failed')),
      ).to.deep.equal(['passed', 'passed', 'failed', 'passed', 'passed', 'passed']);
    });
  }));
