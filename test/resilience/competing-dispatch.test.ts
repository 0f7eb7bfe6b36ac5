import { expect } from 'chai';
import type { Order } from '../../lib/domain/order';
import { reconcile } from '../../lib/ops/reconcile';
import { dispatchOrders, type Shipper } from '../../lib/stages/dispatch-orders';
import { inTransaction } from '../../lib/stages/transaction';
import type { ShippingRequest } from '../../lib/warehouse/shipping';
import { onBothDatabases } from '../support/databases';
import { purchase } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { closeAll, type Instance, instancesOn, range } from './instance';

describe('warehouse dispatch by several at once', () =>
  onBothDatabases((kind, url) => {
    let instances: readonly [Instance, ...Instance[]];
    let company: SampleCompany;
    let asked: ShippingRequest[];
    let shipper: Shipper;

    before(async () => {
      instances = await instancesOn(kind, url(), () => company.now);
      company = new SampleCompany(instances[0].store);
      await company.open(['C-1'], ['A'], 10_000);
    });
    after(() => closeAll(instances));

    beforeEach(() => {
      asked = [];
      shipper = {
        async ship(requests) {
          asked.push(...requests);
          await new Promise((wake) => setTimeout(wake, 2));
          return requests.map(({ key }) => ({ key, kind: 'acknowledged', reference: `W-${key}` }));
        },
        cancel: async () => ({ kind: 'pending' }),
      };
    });

    const ready = (count: number): Promise<number[]> =>
      Promise.all(range(count).map(() => instances[0].order(purchase())));
    const statuses = async (ids: readonly number[]) =>
      new Set((await Promise.all(ids.map((id) => company.load(id)))).map(({ status }) => status));

    it('claims each order once', async () => {
      const ids = await ready(80);
      const work = async (instance: Instance): Promise<number> => {
        let sent = 0;
        for (let idle = 0; idle < 3; ) {
          const outcomes = await dispatchOrders(
            instance.context,
            { warehouse: 'MAIN', limit: 7, orderIds: null },
            shipper,
          );
          sent += outcomes.length;
          idle = outcomes.length === 0 ? idle + 1 : 0;
        }
        return sent;
      };
      const sent = await Promise.all(range(4).map((i) => work(instances[i % instances.length] as Instance)));
      expect(sent.reduce((sum, count) => sum + count, 0)).to.equal(80);
      expect(asked.map(({ key }) => key).sort()).to.deep.equal(
        ids.map((id) => `SO-${String(id).padStart(6, '0')}-1`).sort(),
      );
      expect(await statuses(ids)).to.deep.equal(new Set(['SentToWarehouse']));
      expect((await reconcile(instances[0].store)).clean).to.equal(true);
    });

    it('of the same orders by name sends each once', async () => {
      const ids = await ready(12);
      const outcomes = await Promise.all(
        range(6).map((i) =>
          dispatchOrders(
            (instances[i % instances.length] as Instance).context,
            { warehouse: 'MAIN', limit: 50, orderIds: ids },
            shipper,
          ),
        ),
      );
      expect(
        outcomes
          .flat()
          .map(({ orderId }) => orderId)
          .sort((a, b) => a - b),
      ).to.deep.equal([...ids].sort((a, b) => a - b));
      expect(asked).to.have.length(12);
    });

    it('waits for what works on an order that is named, and sends it once as it was left', async () => {
      const ids = await ready(2);
      const [claimed, held] = ids as [number, number];
      const { store, context } = instances[0];
      const named = ({ context }: Instance, orderIds: readonly number[]) =>
        dispatchOrders(context, { warehouse: 'MAIN', limit: 10, orderIds }, shipper);
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const { promise: hasBegun, resolve: begun } = Promise.withResolvers<void>();
      const working = inTransaction(context, 'test', async (work) => {
        const [order] = (await work.lockOrders([held])) as [Order];
        work.hold(order, 'operator', { rule: 'by-hand', evidence: {}, forced: true });
        begun();
        await released;
      });
      await hasBegun;
      const waiting = [...instances, ...instances].map((instance) => named(instance, ids));
      await new Promise((wake) => setTimeout(wake, 20));
      release();
      await working;
      const outcomes = (await Promise.all(waiting)).flat();
      expect(outcomes.map(({ orderId, output }) => [orderId, output])).to.deep.equal([[claimed, 'acknowledged']]);
      expect(asked).to.have.length(1);
      expect((await company.load(held)).status).to.equal('OnHold');
      expect((await reconcile(store)).clean).to.equal(true);
    });

    it('that dies between claim and answer is taken up under the same key', async () => {
      const [id] = (await ready(1)) as [number];
      const dying: Shipper = {
        ...shipper,
        ship: async (requests) => {
          asked.push(...requests);
          throw new Error('killed');
        },
      };
      await dispatchOrders(instances[0].context, { warehouse: 'MAIN', limit: 5, orderIds: [id] }, dying).catch(
        (error: Error) => expect(error.message).to.equal('killed'),
      );
      const other = instances.at(-1) as Instance;
      expect(
        await dispatchOrders(other.context, { warehouse: 'MAIN', limit: 5, orderIds: null }, shipper),
      ).to.deep.equal([]);
      company.now = new Date(Date.parse(company.now) + 121_000).toISOString();
      const again = await dispatchOrders(other.context, { warehouse: 'MAIN', limit: 5, orderIds: null }, shipper);
      expect(again.map(({ orderId, output }) => [orderId, output])).to.deep.equal([[id, 'acknowledged']]);
      expect(new Set(asked.map(({ key }) => key)).size).to.equal(1);
      expect(asked).to.have.length(2);
    });
  }));
