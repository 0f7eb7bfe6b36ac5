import { expect } from 'chai';
import { maxAttempts } from '../../lib/domain/circuit-breaker';
import { salesOrderNumber } from '../../lib/domain/order';
import { type Actor, actOnOrders, type OrderActionName } from '../../lib/stages/act-on-order';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { dispatchOrders, type Shipper } from '../../lib/stages/dispatch-orders';
import { openStore, type Store } from '../../lib/store/store';
import type { CancelOutcome, ShippingOutcome, ShippingRequest } from '../../lib/warehouse/shipping';
import { onBothDatabases } from '../support/databases';
import { purchase, ready } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { slipOf } from '../support/slips';

const operations: Actor = { name: 'olga', role: 'operations', visible: null };

describe('releases without a clear answer', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let ships: (request: ShippingRequest) => ShippingOutcome;
    let cancels: CancelOutcome;
    const warehouse: Shipper = {
      ship: async (requests) => requests.map((request) => ships(request)),
      cancel: async () => cancels,
    };

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A'], 100);
    });
    after(() => store.close());
    beforeEach(async () => {
      ships = ({ key }) => ({ key, kind: 'acknowledged', reference: key });
      cancels = { kind: 'agreed' };
      await store.transaction((db) => db.run('update warehouse set failures = 0, open_until = null'));
    });

    const tick = () => dispatchOrders(company.context, { warehouse: 'MAIN', limit: 100, orderIds: null }, warehouse);
    const later = (milliseconds: number) => {
      company.now = new Date(Date.parse(company.now) + milliseconds).toISOString();
    };
    const act = async (action: OrderActionName, id: number) =>
      (
        await actOnOrders(company.context, [
          { action, salesOrder: salesOrderNumber(id), reason: '', note: '', actor: operations },
        ])
      )[0];
    const circuit = async () =>
      (await company.rows<{ failures: number }>('select failures from warehouse'))[0]?.failures;

    it('stay cancelled when the warehouse has not received what the customer cancelled', async () => {
      const id = await ready(company.context, purchase());
      await tick();
      await act('cancel', id);
      cancels = { kind: 'unknown', cause: 'timeout' };
      for (let attempt = 0; attempt < maxAttempts + 5; attempt++) {
        await tick();
        later(400_000);
      }
      expect((await company.load(id)).releases[0]).to.include({ status: 'CancelRequested', parked: true });
      expect((await act('not-received', id))?.output).to.equal('done');
      expect((await company.load(id)).status).to.equal('Cancelled');
      expect(await company.rows('select reserved from stock_item')).to.deep.equal([{ reserved: 0 }]);
    });

    it('need nobody any more once a packing slip came', async () => {
      const id = await ready(company.context, purchase());
      ships = ({ key }) => ({ key, kind: 'unknown', cause: 'timeout' });
      for (let attempt = 0; attempt < maxAttempts + 5; attempt++) {
        await tick();
        later(400_000);
      }
      const open = () =>
        company.rows("select subject from exception where kind = 'warehouse-parked' and closed_at is null");
      expect(await open()).to.have.length(1);
      await confirmDeliveries(company.context, [slipOf([[id, 1, 1]])]);
      expect((await company.load(id)).status).to.equal('Delivered');
      expect(await open()).to.deep.equal([]);
    });

    it('are not taken for lost while the answer to an attempt may still come', async () => {
      const id = await ready(company.context, purchase());
      ships = ({ key }) => ({ key, kind: 'unknown', cause: 'timeout' });
      await tick();
      const refused = await act('not-received', id);
      expect(refused?.output).to.equal('refused');
      ships = ({ key }) => ({ key, kind: 'acknowledged', reference: key });
      later(400_000);
      await tick();
      expect((await company.load(id)).status).to.equal('SentToWarehouse');
    });

    it('are given back when the warehouse refuses an order that is asked back', async () => {
      const id = await ready(company.context, purchase());
      const meanwhile: Shipper = {
        ...warehouse,
        ship: async (requests) => {
          await act('cancel', id);
          return requests.map(({ key }) => ({ key, kind: 'refused', status: 422, words: 'No.' }));
        },
      };
      await dispatchOrders(company.context, { warehouse: 'MAIN', limit: 1, orderIds: [id] }, meanwhile);
      expect((await company.load(id)).status).to.equal('Cancelled');
    });

    it('close the circuit when the warehouse answers a request to cancel', async () => {
      const id = await ready(company.context, purchase());
      await tick();
      await act('cancel', id);
      await store.transaction((db) =>
        db.run('update warehouse set failures = 5, open_until = ?', ['2026-01-01T00:00:00.000Z']),
      );
      await tick();
      expect((await company.load(id)).status).to.equal('Cancelled');
      expect(await circuit()).to.equal(0);
    });

    it('need no probe when nothing is sent', async () => {
      const id = await ready(company.context, purchase());
      await company.change(id, (order) => {
        order.approvalUntil = '2026-01-01T00:00:00.000Z';
      });
      await company.master('customers', [{ customer: 'C-1', creditLimit: '0' }]);
      await store.transaction((db) =>
        db.run('update warehouse set failures = 5, open_until = ?', ['2026-01-01T00:00:00.000Z']),
      );
      await tick();
      expect((await company.load(id)).status).to.equal('OnHold');
      expect(await circuit()).to.equal(5);
      await company.master('customers', [{ customer: 'C-1', creditLimit: null }]);
    });
  }));
