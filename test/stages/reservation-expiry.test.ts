import { expect } from 'chai';
import { checkInventory } from '../../lib/stages/check-inventory';
import { expireReservations } from '../../lib/stages/release-held';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { orderIdOf, post, purchase } from '../support/intake';
import { SampleCompany } from '../support/orders';

describe('reservations of held orders', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A'], 100);
    });
    after(() => store.close());

    it('run out also when the order was held before its goods were reserved', async () => {
      const [outcome] = await post(
        company.context,
        purchase({ lines: [{ sku: 'A', quantity: '5', unitPrice: '1.00' }] }),
      );
      const id = orderIdOf(outcome);
      await checkInventory(company.context, [id]);
      expect((await company.load(id)).holds.map(({ reason }) => reason)).to.deep.equal(['price']);
      expect((await company.load(id)).lines[0]?.reserved).to.equal(5000);
      company.now = '2026-11-26T10:00:00.001Z';
      expect(await expireReservations(company.context)).to.equal(1);
      expect((await company.load(id)).lines[0]?.reserved).to.equal(0);
    });

    it('run out once: an order that has none is left alone, whatever else holds it', async () => {
      const [order] = await company.rows<{ order_id: number }>(
        "select order_id from sales_order where status = 'OnHold'",
      );
      await company.change(order?.order_id ?? 0, (held, work) =>
        work.hold(held, 'operator', { rule: 'by-hand', evidence: {}, forced: true }),
      );
      company.now = '2026-12-26T10:00:00.000Z';
      expect(await expireReservations(company.context)).to.equal(0);
    });
  }));
