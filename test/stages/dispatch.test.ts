import { expect } from 'chai';
import { maxAttempts } from '../../lib/domain/circuit-breaker';
import { readPackingSlips } from '../../lib/domain/delivery';
import { salesOrderNumber } from '../../lib/domain/order';
import { type Actor, actOnOrders, type OrderActionName } from '../../lib/stages/act-on-order';
import { answerCancellations } from '../../lib/stages/answer-cancellations';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { dispatchOrders, type Shipper } from '../../lib/stages/dispatch-orders';
import { openStore, type Store } from '../../lib/store/store';
import type { CancelOutcome, ShippingOutcome, ShippingRequest } from '../../lib/warehouse/shipping';
import { onBothDatabases } from '../support/databases';
import { orderIdOf, post, purchase, ready } from '../support/intake';
import { SampleCompany } from '../support/orders';

/** A warehouse that says what the test wants, and remembers what it was asked. */
class RecordingShipper implements Shipper {
  readonly asked: ShippingRequest[] = [];
  readonly cancelled: string[] = [];
  says: (request: ShippingRequest) => ShippingOutcome = ({ key }) => ({
    key,
    kind: 'acknowledged',
    reference: `W-${key}`,
  });
  answers: CancelOutcome = { kind: 'agreed' };

  async ship(requests: readonly ShippingRequest[]): Promise<ShippingOutcome[]> {
    this.asked.push(...requests);
    return requests.map((request) => this.says(request));
  }

  async cancel(key: string): Promise<CancelOutcome> {
    this.cancelled.push(key);
    return this.answers;
  }
}

const operations: Actor = { name: 'olga', role: 'operations', visible: null };
const finance: Actor = { name: 'fritz', role: 'finance', visible: null };

describe('dispatch', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let warehouse: RecordingShipper;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1', 'C-2', 'C-3'], ['A'], 100_000);
    });
    after(() => store.close());
    beforeEach(async () => {
      warehouse = new RecordingShipper();
      await tick();
      warehouse.asked.length = 0;
    });

    const tick = (limit = 100) =>
      dispatchOrders(company.context, { warehouse: 'MAIN', limit, orderIds: null }, warehouse);
    const act = async (action: OrderActionName, id: number, actor: Actor = operations) =>
      (
        await actOnOrders(company.context, [
          { action, salesOrder: salesOrderNumber(id), reason: '', note: 'a note', actor },
        ])
      )[0];
    const order = (customer = 'C-1') => ready(company.context, purchase({ customer }));
    const releaseOf = async (id: number) => (await company.load(id)).releases.at(-1);
    const wait = (milliseconds: number) => {
      company.now = new Date(Date.parse(company.now) + milliseconds).toISOString();
    };

    it('sends what is ready, most urgent first, and keeps the acknowledgement', async () => {
      await company.master('partners', [
        { partner: 'RUSH', name: 'Rush', channels: ['api'], customers: ['*'], priority: 1 },
      ]);
      const usual = await order();
      const urgent = orderIdOf((await post(company.context, purchase(), { partner: 'RUSH' }))[0]);
      for (const check of [checkInventory, checkCredit, checkOverdue]) await check(company.context, [urgent]);
      const sent = await tick();
      expect(warehouse.asked.map(({ salesOrder }) => salesOrder)).to.deep.equal([
        salesOrderNumber(urgent),
        salesOrderNumber(usual),
      ]);
      expect(warehouse.asked[0]).to.deep.include({
        key: `${salesOrderNumber(urgent)}-1`,
        release: 1,
        warehouse: 'MAIN',
        lines: [{ line: 1, sku: 'A', quantity: '1', uom: 'EA' }],
      });
      expect(sent.map(({ output }) => output)).to.deep.equal(['acknowledged', 'acknowledged']);
      expect(await company.load(usual)).to.include({ status: 'SentToWarehouse' });
      expect(await tick()).to.deep.equal([]);
    });

    it('of orders by name sends the most urgent that are ready for this warehouse, and leaves the others as they are', async () => {
      await company.master('partners', [
        { partner: 'RUSH', name: 'Rush', channels: ['api'], customers: ['*'], priority: 1 },
      ]);
      const named = (orderIds: readonly number[], limit: number) =>
        dispatchOrders(company.context, { warehouse: 'MAIN', limit, orderIds }, warehouse);
      const stamps = (ids: readonly number[]) =>
        company.rows(
          'select order_id, stamp, step_at from sales_order_state where order_id in (?, ?, ?) order by 1',
          ids,
        );
      const usual = await order();
      const urgent = orderIdOf((await post(company.context, purchase(), { partner: 'RUSH' }))[0]);
      for (const check of [checkInventory, checkCredit, checkOverdue]) await check(company.context, [urgent]);
      const held = await order();
      await act('hold', held);
      await company.count(['A'], 100, 'NORTH');
      const elsewhere = await ready(company.context, purchase({ warehouse: 'NORTH' }));
      const passedOver = [usual, held, elsewhere];
      const before = await stamps(passedOver);
      wait(1_000);
      const sent = await named([held, usual, elsewhere, urgent, 999_999], 1);
      expect(sent.map(({ orderId, output }) => [orderId, output])).to.deep.equal([[urgent, 'acknowledged']]);
      expect(await stamps(passedOver)).to.deep.equal(before);
      await named([elsewhere, urgent, held, usual], 10);
      expect(warehouse.asked.map(({ salesOrder }) => salesOrder)).to.deep.equal(
        [urgent, usual].map((id) => salesOrderNumber(id)),
      );
      expect(await named([elsewhere, urgent, held, usual], 10)).to.deep.equal([]);
    });

    it('by name leaves a warehouse that rests alone, and its orders as they are', async () => {
      const id = await order();
      await store.transaction((db) =>
        db.run("update warehouse set failures = 5, open_until = '2030-01-01T00:00:00.000Z' where warehouse = 'MAIN'"),
      );
      const before = await company.load(id);
      wait(1_000);
      expect(
        await dispatchOrders(company.context, { warehouse: 'MAIN', limit: 10, orderIds: [id] }, warehouse),
      ).to.deep.equal([]);
      expect(await company.load(id)).to.deep.equal(before);
      await store.transaction((db) => db.run('update warehouse set failures = 0, open_until = null'));
      await tick();
      expect(warehouse.asked.map(({ salesOrder }) => salesOrder)).to.deep.equal([salesOrderNumber(id)]);
    });

    it('puts a refused order on hold with the warehouse’s words; the next release has a new number', async () => {
      const id = await order();
      warehouse.says = ({ key }) => ({ key, kind: 'refused', status: 422, words: 'We do not ship to the moon.' });
      await tick();
      const held = await company.load(id);
      expect(held.status).to.equal('OnHold');
      expect(held.holds[0]).to.deep.include({ reason: 'warehouse-refused' });
      expect(held.holds[0]?.evidence.words).to.equal('We do not ship to the moon.');
      expect((await act('release', id))?.output).to.equal('done');
      warehouse.says = ({ key }) => ({ key, kind: 'acknowledged', reference: 'W' });
      await tick();
      expect(warehouse.asked.map(({ key }) => key)).to.deep.equal([
        `${salesOrderNumber(id)}-1`,
        `${salesOrderNumber(id)}-2`,
      ]);
    });

    it('sends an unknown release again under the same key, then parks it with a way out', async () => {
      const id = await order();
      warehouse.says = ({ key }) => ({ key, kind: 'unknown', cause: 'timeout' });
      await tick();
      expect((await releaseOf(id))?.status).to.equal('Unknown');
      expect(await tick()).to.deep.equal([]);
      for (let attempt = 1; attempt < maxAttempts; attempt++) {
        wait(600_000);
        await tick();
      }
      expect(new Set(warehouse.asked.map(({ key }) => key)).size).to.equal(1);
      expect(warehouse.asked).to.have.length(maxAttempts);
      expect(await releaseOf(id)).to.include({ parked: true, status: 'Unknown' });
      wait(600_000);
      expect(await tick()).to.deep.equal([]);
      const open = await company.rows<{ subject: string }>(
        "select subject from exception where kind = 'warehouse-parked' and closed_at is null",
      );
      expect(open.map(({ subject }) => subject)).to.deep.equal([`${salesOrderNumber(id)}-1`]);
      expect((await act('not-received', id))?.output).to.equal('done');
      warehouse.says = ({ key }) => ({ key, kind: 'acknowledged', reference: 'W' });
      await tick();
      expect(warehouse.asked.at(-1)?.key).to.equal(`${salesOrderNumber(id)}-2`);
      expect(
        await company.rows("select subject from exception where kind = 'warehouse-parked' and closed_at is null"),
      ).to.deep.equal([]);
    });

    it('lets a warehouse that does not answer rest, and probes it with one order', async () => {
      await Promise.all(Array.from({ length: 6 }, () => order()));
      warehouse.says = ({ key }) => ({ key, kind: 'unknown', cause: 'connection refused' });
      await tick();
      const first = warehouse.asked.length;
      wait(1_000);
      await tick();
      expect(warehouse.asked).to.have.length(first);
      wait(10_000);
      await tick();
      expect(warehouse.asked).to.have.length(first + 1);
      warehouse.says = ({ key }) => ({ key, kind: 'acknowledged', reference: 'W' });
      wait(120_000);
      await tick();
      wait(1_000);
      await tick();
      const open = await company.rows<{ count: number }>(
        "select cast(count(*) as bigint) as count from warehouse_release where status = 'Unknown'",
      );
      expect(open[0]?.count).to.equal(0);
    });

    it('sends again what a dead process had claimed', async () => {
      const id = await order();
      const dead: Shipper = {
        ...warehouse,
        ship: () => Promise.reject(new Error('killed')),
        cancel: async () => ({ kind: 'pending' }),
      };
      await dispatchOrders(company.context, { warehouse: 'MAIN', limit: 100, orderIds: null }, dead).catch(
        () => undefined,
      );
      expect((await releaseOf(id))?.status).to.equal('Claimed');
      expect(await tick()).to.deep.equal([]);
      wait(130_000);
      await tick();
      expect(warehouse.asked.map(({ key }) => key)).to.deep.equal([`${salesOrderNumber(id)}-1`]);
      expect((await releaseOf(id))?.status).to.equal('Acknowledged');
    });

    it('judges again what an approval no longer covers', async () => {
      await company.master('customers', [{ customer: 'C-2', name: 'C-2', currency: 'EUR', creditLimit: '1000.00' }]);
      const id = await order('C-2');
      await company.master('customers', [{ customer: 'C-2', name: 'C-2', currency: 'EUR', creditLimit: '1.00' }]);
      wait(73 * 3_600_000);
      expect(await tick()).to.deep.equal([]);
      expect((await company.load(id)).holds.map(({ reason }) => reason)).to.deep.equal(['credit']);
    });

    it('never claims an order twice, however many instances ask', async () => {
      const ids = await Promise.all(Array.from({ length: 20 }, () => order()));
      await Promise.all(Array.from({ length: 4 }, () => tick(10)));
      await tick();
      const keys = warehouse.asked.map(({ key }) => key).sort();
      expect(keys).to.deep.equal(ids.map((id) => `${salesOrderNumber(id)}-1`).sort());
    });

    it('cancels only what the warehouse agrees to give back', async () => {
      const [agreed, refused, later] = [await order(), await order(), await order()];
      await tick();
      for (const id of [agreed, refused, later]) expect((await act('cancel', id))?.output).to.equal('done');
      expect((await company.load(agreed)).status).to.equal('CancelRequested');
      const says: Record<number, CancelOutcome> = {
        [agreed]: { kind: 'agreed' },
        [refused]: { kind: 'refused', status: 409, words: 'on the truck' },
        [later]: { kind: 'pending' },
      };
      warehouse.cancel = async (key) => says[Number(/SO-(\d+)/.exec(key)?.[1])] as CancelOutcome;
      await tick();
      expect(await company.load(agreed)).to.include({ status: 'Cancelled', reason: 'operator' });
      expect((await company.load(agreed)).lines[0]?.reserved).to.equal(0);
      expect((await company.load(refused)).status).to.equal('SentToWarehouse');
      expect((await company.load(later)).status).to.equal('CancelRequested');
      await answerCancellations(company.context, [
        { salesOrder: salesOrderNumber(later), release: 1, cancelled: true, reason: '' },
      ]);
      expect((await company.load(later)).status).to.equal('Cancelled');
    });

    it('holds a sent order only when the warehouse gives it back, and sends it again after release', async () => {
      const id = await order();
      await tick();
      await act('hold', id);
      expect((await company.load(id)).status).to.equal('CancelRequested');
      await tick();
      expect((await company.load(id)).status).to.equal('OnHold');
      expect((await company.load(id)).lines[0]).to.include({ reserved: 1000, cancelled: 0 });
      await act('release', id);
      await tick();
      expect(warehouse.asked.at(-1)?.key).to.equal(`${salesOrderNumber(id)}-2`);
    });

    it('sends the rest again of an order that was delivered in part, given back and released', async () => {
      const id = await ready(company.context, purchase({ quantity: '5' }));
      await tick();
      const slip = {
        warehouse: 'MAIN',
        packingSlip: `PART-${id}`,
        lines: [{ salesOrder: salesOrderNumber(id), line: 1, quantity: '2' }],
      };
      await confirmDeliveries(
        company.context,
        readPackingSlips(slip).flatMap((read) => read.slip ?? []),
      );
      await act('hold', id);
      await tick();
      expect((await company.load(id)).status).to.equal('OnHold');
      await act('release', id);
      await tick();
      expect(warehouse.asked.at(-1)).to.deep.include({ key: `${salesOrderNumber(id)}-2` });
      expect(warehouse.asked.at(-1)?.lines).to.deep.equal([{ line: 1, sku: 'A', quantity: '3', uom: 'EA' }]);
    });

    it('lets finance release financial holds, operations the others, partners none', async () => {
      await company.master('customers', [{ customer: 'C-3', name: 'C-3', currency: 'EUR', creditLimit: '0' }]);
      const id = await order('C-3');
      const refused = await act('release', id);
      expect(refused).to.deep.include({ output: 'refused' });
      expect(
        (await act('release', id, { name: 'shop', role: 'partner', visible: { DIRECT: ['*'] } }))?.output,
      ).to.equal('refused');
      expect(
        (await act('cancel', id, { name: 'other', role: 'partner', visible: { OTHER: ['*'] } })) as object,
      ).to.have.nested.property('rejection.code', 'not-found');
      expect((await act('release', id, finance))?.output).to.equal('done');
      expect((await company.load(id)).status).to.equal('ReadyForDelivery');
      const audit = await company.rows<{ actor: string; reason: string }>(
        "select actor, reason from audit_record where stage = 'action' and subject_id = ? order by batch",
        [salesOrderNumber(id)],
      );
      expect(audit.map(({ actor, reason }) => `${actor} ${reason}`)).to.deep.equal([
        'olga forbidden',
        'shop forbidden',
        'other not-found',
        'fritz release',
      ]);
      await tick();
      expect((await company.load(id)).status).to.equal('SentToWarehouse');
    });
  }));
