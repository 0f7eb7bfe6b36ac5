import { expect } from 'chai';
import { salesOrderNumber } from '../../lib/domain/order';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { SampleCompany } from '../support/orders';
import { slipOf } from '../support/slips';
import { FlowUnderTest, type NodeUnderTest } from './flow-under-test';

const path: NodeUnderTest[] = [
  { id: 'credit', type: 'credit-gate', outputs: 2 },
  { id: 'invoice', type: 'invoice-post', outputs: 2, batchSize: '500' },
];

/** An order whose row nobody can read keeps no other order from its step, and is not tried in a hot loop. */
describe('an order that fails at a step', () =>
  onBothDatabases((_kind, url) => {
    let flow: FlowUnderTest;
    let store: Store;
    let company: SampleCompany;
    let unchecked: number[];
    let delivered: number[];

    const spoil = (orderId: number, text: string) =>
      store.transaction((db) =>
        db.run('update sales_order_terms set tax_rates = ? where order_id = ?', [text, orderId]).then(() => undefined),
      );

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      company.now = new Date(Date.now() - 60_000).toISOString(); // the sweeps go by the real clock
      await company.open(['C-1'], ['A'], 1000);
      const lines = [{ sku: 'A', quantity: 1 }];
      unchecked = [];
      delivered = [];
      for (let i = 0; i < 3; i++) unchecked.push(await company.order({ lines, state: 'Created' }));
      for (let i = 0; i < 3; i++) {
        const orderId = await company.order({ lines, state: 'Acknowledged' });
        await confirmDeliveries(company.context, [slipOf([[orderId, 1, 1]])]);
        delivered.push(orderId);
      }
      await store.transaction((db) =>
        db
          .run('update sales_order_state set checks_judged = 1, checks_passed = 1 where status = ?', ['Created'])
          .then(() => undefined),
      );
      await spoil(unchecked[1] as number, '{broken');
      await spoil(delivered[1] as number, '{broken');
      flow = new FlowUnderTest();
      await flow.load(url(), path);
    });
    after(async () => {
      await flow.end();
      await store.close();
    });

    const numbers = (ids: readonly (number | undefined)[]) => ids.map((id) => salesOrderNumber(id as number));
    const seen = (id: string, output: number) => flow.by(id, output).map(({ payload }) => payload.salesOrder as string);

    it('is left behind by the others, at the checks and at invoicing', async () => {
      await flow.until(() => seen('credit', 0).length >= 2, 'the sound orders to be checked');
      expect(seen('credit', 0).sort()).to.deep.equal(numbers([unchecked[0], unchecked[2]]));
      await flow.until(() => seen('invoice', 0).length >= 2, 'the sound orders to be invoiced');
      expect(seen('invoice', 0).sort()).to.deep.equal(numbers([delivered[0], delivered[2]]));
    });

    it('goes on by itself when its cause is mended', async () => {
      await spoil(unchecked[1] as number, '{}');
      await spoil(delivered[1] as number, '{"FULL":1900}');
      await flow.until(() => seen('invoice', 0).includes(salesOrderNumber(delivered[1] as number)), 'its invoice');
    });
  }));
