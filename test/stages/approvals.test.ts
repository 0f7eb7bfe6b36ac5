import { expect } from 'chai';
import { salesOrderNumber } from '../../lib/domain/order';
import { type Actor, actOnOrders } from '../../lib/stages/act-on-order';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { changeCompanySettings, readSettings } from '../../lib/stages/company-settings';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { dispatchOrders, type Shipper } from '../../lib/stages/dispatch-orders';
import { postInvoices } from '../../lib/stages/post-invoices';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { orderIdOf, post, purchase, ready } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { slipOf } from '../support/slips';

const finance: Actor = { name: 'fritz', role: 'finance', visible: null };
const operations: Actor = { name: 'olga', role: 'operations', visible: null };

describe('approvals at dispatch', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let customers = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A'], 1000);
    });
    after(() => store.close());
    beforeEach(() => {
      company.now = '2026-11-01T10:00:00.000Z';
    });

    const warehouse: Shipper = {
      ship: async (requests) => requests.map(({ key }) => ({ key, kind: 'acknowledged', reference: key })),
      cancel: async () => ({ kind: 'agreed' }),
    };
    const dispatch = (id: number) =>
      dispatchOrders(company.context, { warehouse: 'MAIN', limit: 10, orderIds: [id] }, warehouse);
    const set = async (settings: object) =>
      changeCompanySettings(company.context, (await readSettings(company.context)).version, settings);
    const release = (id: number, actor: Actor) =>
      actOnOrders(company.context, [
        { action: 'release', salesOrder: salesOrderNumber(id), reason: '', note: 'known', actor },
      ]);
    /** A customer who owes an invoice that was posted now and is due in `days`. */
    const debtor = async (days: number): Promise<string> => {
      const name = `D-${++customers}`;
      await company.master('customers', [
        { customer: name, name, currency: 'EUR', creditLimit: null, paymentTermsDays: days },
      ]);
      const id = await ready(company.context, purchase({ customer: name }));
      await dispatch(id);
      await confirmDeliveries(company.context, [slipOf([[id, 1, 1]])]);
      const [invoice] = await postInvoices(company.context, { limit: 10 });
      expect(invoice?.output).to.equal('posted');
      return name;
    };

    for (const { timeZone, approved, sent } of [
      // released by hand on the 3rd in Auckland, where the invoice was overdue by then and in UTC it was the 2nd still
      { timeZone: 'Pacific/Auckland', approved: '2026-11-02T20:00:00.000Z', sent: '2026-11-02T21:00:00.000Z' },
    ]) {
      it(`keep what a person released, by the days of the company (${timeZone})`, async () => {
        await set({ timeZone });
        company.now = '2026-11-01T00:00:00.000Z';
        const customer = await debtor(1);
        company.now = approved;
        const id = await ready(company.context, purchase({ customer }));
        expect((await company.load(id)).holds.map(({ reason }) => reason)).to.deep.equal(['overdue']);
        await release(id, finance);
        expect((await company.load(id)).status).to.equal('ReadyForDelivery');
        company.now = sent;
        await dispatch(id);
        expect((await company.load(id)).status).to.equal('SentToWarehouse');
      });
    }

    it('end when an invoice becomes overdue, by the days of the company', async () => {
      await set({ timeZone: 'America/Los_Angeles' });
      const customer = await debtor(2); // on the 1st there, due on the 3rd
      company.now = '2026-11-04T05:00:00.000Z'; // still the 3rd there
      const id = await ready(company.context, purchase({ customer }));
      expect((await company.load(id)).status).to.equal('ReadyForDelivery');
      company.now = '2026-11-04T20:00:00.000Z';
      await dispatch(id);
      expect((await company.load(id)).holds.map(({ reason }) => reason)).to.deep.equal(['overdue']);
    });

    it('ask for what is overdue where credit is no required check', async () => {
      await set({ timeZone: 'UTC', requiredChecks: ['inventory', 'overdue'] });
      const customer = await debtor(2);
      const id = orderIdOf((await post(company.context, purchase({ customer })))[0]);
      await checkInventory(company.context, [id]);
      await checkOverdue(company.context, [id]);
      expect((await company.load(id)).status).to.equal('ReadyForDelivery');
      company.now = '2026-11-09T10:00:00.000Z';
      await dispatch(id);
      expect((await company.load(id)).holds.map(({ reason }) => reason)).to.deep.equal(['overdue']);
    });

    it('are not asked for by a check that the company does not require and no gate made', async () => {
      await set({ requiredChecks: ['inventory'] });
      await company.master('customers', [
        { customer: 'POOR', name: 'Poor', currency: 'EUR', creditLimit: '0', paymentTermsDays: 30 },
      ]);
      const id = orderIdOf(
        (
          await post(
            company.context,
            purchase({ customer: 'POOR', lines: [{ sku: 'A', quantity: '1', unitPrice: '9.00' }] }),
          )
        )[0],
      );
      await checkInventory(company.context, [id]);
      await release(id, operations);
      expect(await company.load(id)).to.include({ status: 'ReadyForDelivery' });
    });

    it('are not needed where nothing is required: the order is ready as soon as it is there', async () => {
      await set({ requiredChecks: [] });
      const id = orderIdOf((await post(company.context, purchase()))[0]);
      expect((await company.load(id)).status).to.equal('ReadyForDelivery');
    });

    it('are no business of a gate that comes after the claim', async () => {
      await set({ requiredChecks: ['inventory'] });
      await company.master('customers', [
        { customer: 'LATE', name: 'Late', currency: 'EUR', creditLimit: '0', paymentTermsDays: 30 },
      ]);
      const id = orderIdOf((await post(company.context, purchase({ customer: 'LATE' })))[0]);
      await checkInventory(company.context, [id]);
      const slow: Shipper = {
        ...warehouse,
        ship: async (requests) => {
          const [gate] = await checkCredit(company.context, [id]);
          expect(gate?.summary).to.include({ replayed: true, status: 'ReadyForDelivery' });
          return warehouse.ship(requests);
        },
      };
      await dispatchOrders(company.context, { warehouse: 'MAIN', limit: 1, orderIds: [id] }, slow);
      expect(await company.load(id)).to.deep.include({ status: 'SentToWarehouse', holds: [] });
    });
  }));
