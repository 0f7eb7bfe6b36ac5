import { expect } from 'chai';
import { salesOrderNumber } from '../../lib/domain/order';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { postPayments } from '../../lib/stages/post-payments';
import { askAllAgain, expireReservations, releaseHeld } from '../../lib/stages/release-held';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { orderIdOf, post, purchase, ready } from '../support/intake';
import { SampleCompany } from '../support/orders';

describe('the release of held orders', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A', 'B'], 1000);
    });
    after(() => store.close());
    beforeEach(() => {
      company.now = '2026-11-23T10:00:00.000Z';
    });

    const limit = (customer: string, creditLimit: string | null) =>
      company.master('customers', [{ customer, name: customer, currency: 'EUR', creditLimit, paymentTermsDays: 30 }]);
    const releasedNow = async (limits?: { accounts: number; orders: number }) =>
      (await releaseHeld(company.context, limits)).map(({ orderId }) => orderId);

    it('forgets no account, however many orders of another one wait', async () => {
      await limit('R-1', '0');
      await limit('R-2', '0');
      const crowd = [];
      for (let i = 0; i < 4; i++) crowd.push(await ready(company.context, purchase({ customer: 'R-1' })));
      const last = await ready(company.context, purchase({ customer: 'R-2' }));
      await store.transaction((db) => db.run("update credit_account set credit_limit = 1189 where account = 'R-2'"));
      await askAllAgain(company.context);
      expect(await releasedNow({ accounts: 50, orders: 3 })).to.deep.equal([last]);
      expect((await company.load(crowd[0] as number)).status).to.equal('OnHold');
    });

    it('goes on with the accounts behind one that it cannot finish', async () => {
      for (const name of ['S-1', 'S-2', 'S-3']) await limit(name, '0');
      const ids = [];
      for (const name of ['S-1', 'S-2', 'S-3']) ids.push(await ready(company.context, purchase({ customer: name })));
      for (const name of ['S-1', 'S-2', 'S-3']) await limit(name, null);
      expect(await releasedNow({ accounts: 1, orders: 1 })).to.deep.equal(ids);
    });

    it('lets a more urgent order by the one that waits too long, and makes the others queue', async () => {
      await limit('P-1', '500.00');
      await company.master('partners', [
        { partner: 'RUSH', name: 'Rush', channels: ['api'], customers: ['*'], priority: 1 },
      ]);
      const big = await ready(company.context, purchase({ customer: 'P-1', quantity: '90' }));
      expect((await company.load(big)).status).to.equal('OnHold');
      company.now = '2026-11-30T10:00:00.000Z';
      const usual = await ready(company.context, purchase({ customer: 'P-1' }));
      expect((await company.load(usual)).holds.map(({ reason }) => reason)).to.deep.equal(['queue']);
      const urgent = orderIdOf((await post(company.context, purchase({ customer: 'P-1' }), { partner: 'RUSH' }))[0]);
      for (const check of [checkInventory, checkCredit, checkOverdue]) await check(company.context, [urgent]);
      expect((await company.load(urgent)).status).to.equal('ReadyForDelivery');
    });

    it('is not stopped by a paid order that waits for goods', async () => {
      await limit('W-1', '0');
      const paid = await ready(company.context, purchase({ customer: 'W-1', quantity: '10', sku: 'B' }));
      company.now = '2026-11-27T11:00:00.000Z';
      await expireReservations(company.context);
      await company.count(['B'], 0);
      const other = await ready(company.context, purchase({ customer: 'W-1' }));
      await postPayments(company.context, [
        {
          reference: 'R-1',
          customer: 'W-1',
          amount: 11_888,
          currency: 'EUR',
          receivedAt: null,
          invoice: null,
          salesOrder: salesOrderNumber(paid),
        },
      ]);
      expect(await releasedNow()).to.deep.equal([]);
      expect((await company.load(paid)).holds.map(({ reason }) => reason)).to.deep.equal(['awaiting-stock']);
      company.now = '2026-12-10T10:00:00.000Z';
      await limit('W-1', '100.00');
      expect(await releasedNow()).to.deep.equal([other]);
    });
  }));
