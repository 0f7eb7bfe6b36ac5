import { expect } from 'chai';
import { salesOrderNumber } from '../../lib/domain/order';
import { type Actor, actOnOrders, type OrderActionName } from '../../lib/stages/act-on-order';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { dispatchOrders, type Shipper } from '../../lib/stages/dispatch-orders';
import { releaseHeld } from '../../lib/stages/release-held';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { orderIdOf, post, purchase, ready } from '../support/intake';
import { SampleCompany } from '../support/orders';

const operations: Actor = { name: 'olga', role: 'operations', visible: null };

/** Enough for one unit with 19 % tax, 11.89. */
const oneUnit = '12.00';

describe('credit that an order gives back', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let customers = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A', 'B'], 100);
    });
    after(() => store.close());

    /** A customer with credit for one unit. */
    const customer = async (): Promise<string> => {
      const name = `F-${++customers}`;
      await company.master('customers', [
        { customer: name, name, currency: 'EUR', creditLimit: oneUnit, paymentTermsDays: 30 },
      ]);
      return name;
    };
    const act = async (action: OrderActionName, id: number) =>
      (
        await actOnOrders(company.context, [
          { action, salesOrder: salesOrderNumber(id), reason: '', note: '', actor: operations },
        ])
      )[0];
    const releasedNow = async () => (await releaseHeld(company.context)).map(({ orderId }) => orderId);

    it('goes to the next one when a person puts the order on hold', async () => {
      const name = await customer();
      const first = await ready(company.context, purchase({ customer: name }));
      const second = await ready(company.context, purchase({ customer: name }));
      expect((await company.load(second)).status).to.equal('OnHold');
      await act('hold', first);
      expect(await releasedNow()).to.deep.equal([second]);
    });

    it('goes to the next one when the warehouse refuses the order', async () => {
      const name = await customer();
      const first = await ready(company.context, purchase({ customer: name }));
      const second = await ready(company.context, purchase({ customer: name }));
      const warehouse: Shipper = {
        ship: async (requests) => requests.map(({ key }) => ({ key, kind: 'refused', status: 422, words: 'No.' })),
        cancel: async () => ({ kind: 'agreed' }),
      };
      await dispatchOrders(company.context, { warehouse: 'MAIN', limit: 10, orderIds: [first] }, warehouse);
      expect((await company.load(first)).status).to.equal('OnHold');
      expect(await releasedNow()).to.deep.equal([second]);
    });

    it('goes to the next one when a line is cancelled for want of stock', async () => {
      const name = await customer();
      await company.addProducts(['GONE']);
      const lines = [
        { sku: 'A', quantity: '0.5' },
        { sku: 'GONE', quantity: '0.5' },
      ];
      const [first, second] = await Promise.all(
        [{ lines }, { quantity: '0.5' }].map(async (fields) =>
          orderIdOf((await post(company.context, purchase({ customer: name, ...fields })))[0]),
        ),
      );
      for (const check of [checkOverdue, checkCredit]) await check(company.context, [first as number]);
      for (const check of [checkInventory, checkOverdue, checkCredit]) await check(company.context, [second as number]);
      expect((await company.load(second as number)).status).to.equal('OnHold');
      await checkInventory(company.context, [first as number]);
      expect(await releasedNow()).to.deep.equal([second]);
    });
  }));
