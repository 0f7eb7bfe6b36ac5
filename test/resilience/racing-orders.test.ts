import { expect } from 'chai';
import { reconcile } from '../../lib/ops/reconcile';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { postPayments } from '../../lib/stages/post-payments';
import { releaseHeld } from '../../lib/stages/release-held';
import { onBothDatabases } from '../support/databases';
import { purchase } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { readPayments } from '../support/payments';
import { closeAll, type Instance, instancesOn, range } from './instance';

describe('orders that race', () =>
  onBothDatabases((kind, url) => {
    let instances: readonly [Instance, ...Instance[]];
    let company: SampleCompany;

    before(async () => {
      instances = await instancesOn(kind, url(), () => company.now);
      company = new SampleCompany(instances[0].store);
      await company.open(['C-1', 'C-2'], ['PLENTY'], 100_000);
    });
    after(() => closeAll(instances));

    /** Any of the instances, in turn. */
    const instance = (i: number): Instance => instances[i % instances.length] as Instance;
    const limit = (customer: string, creditLimit: string) =>
      company.master('customers', [{ customer, name: customer, currency: 'EUR', creditLimit }]);
    const statusesOf = async (ids: readonly number[]): Promise<Record<string, number>> => {
      const orders = await Promise.all(ids.map((id) => company.load(id)));
      return Object.fromEntries(
        [...Map.groupBy(orders, ({ status, reason }) => (reason === null ? status : `${status} ${reason}`))].map(
          ([name, group]) => [name, group.length],
        ),
      );
    };

    async function expectSoundBooks(): Promise<void> {
      const { checks } = await reconcile(instances[0].store);
      expect(checks.filter(({ differences }) => differences.length > 0)).to.deep.equal([]);
      expect((await verifyAudit(instances[0].store)).fault).to.equal(null);
    }

    it('never reserve more than there is: 500 orders for 100 pieces', async () => {
      await company.addProducts(['LAST']);
      await company.count(['LAST'], 100);
      const ids = await Promise.all(range(500).map((i) => instance(i).created(purchase({ sku: 'LAST' }))));
      expect(new Set(ids).size).to.equal(500);
      let most = 0;
      let running = true;
      const watch = async (): Promise<void> => {
        while (running) {
          const [row] = await company.rows<{ on_hand: number; reserved: number }>(
            "select on_hand, reserved from stock_item where sku = 'LAST'",
          );
          most = Math.max(most, row?.reserved ?? 0);
          await new Promise((wake) => setTimeout(wake, 5));
        }
      };
      const watching = watch();
      await Promise.all(ids.map((id, i) => instance(i).check(id)));
      running = false;
      await watching;
      expect(await statusesOf(ids)).to.deep.equal({ ReadyForDelivery: 100, 'Cancelled out-of-stock': 400 });
      expect(await company.rows("select on_hand, reserved from stock_item where sku = 'LAST'")).to.deep.equal([
        { on_hand: 100_000, reserved: 100_000 },
      ]);
      expect(most).to.equal(100_000);
      await expectSoundBooks();
    });

    it('of several scarce goods deadlock nobody, lose no stock and stop nowhere', async () => {
      const skus = range(8).map((i) => `SCARCE-${i}`);
      await company.addProducts(skus);
      await company.count(skus, 60);
      const order = (i: number) =>
        purchase({
          lines: range(5).map((line) => ({
            sku: skus[(i * 3 + line * (i % 2 === 0 ? 1 : 7)) % 8],
            quantity: String(1 + ((i + line) % 3)),
          })),
        });
      const ids = await Promise.all(range(240).map((i) => instance(i).order(order(i))));
      const orders = await Promise.all(ids.map((id) => company.load(id)));
      expect(orders.every(({ status }) => status === 'ReadyForDelivery' || status === 'Cancelled')).to.equal(true);
      for (const line of orders.flatMap(({ lines }) => lines))
        expect(line.reserved + line.cancelled).to.equal(line.ordered);
      const stock = await company.rows<{ sku: string; on_hand: number; reserved: number }>(
        "select sku, on_hand, reserved from stock_item where sku like 'SCARCE-%' order by sku",
      );
      const reserved = Map.groupBy(
        orders.flatMap(({ lines }) => lines),
        ({ sku }) => sku,
      );
      for (const { sku, on_hand, reserved: booked } of stock) {
        expect(booked).to.equal(reserved.get(sku)?.reduce((sum, line) => sum + line.reserved, 0));
        expect(on_hand - booked, `what is left of ${sku}`).to.be.lessThan(3_000); // a line of the largest size would still have been served
      }
      await expectSoundBooks();
    });

    it('never take more than the limit: room for 37 of 200', async () => {
      await limit('C-2', (37 * 11.89).toFixed(2)); // 9.99 and 19 %
      const ids = await Promise.all(
        range(200).map((i) => instance(i).created(purchase({ customer: 'C-2', sku: 'PLENTY' }))),
      );
      await Promise.all(ids.map((id, i) => instance(i).check(id)));
      expect(await statusesOf(ids)).to.deep.equal({ ReadyForDelivery: 37, OnHold: 163 });
      const [account] = await company.rows<{ approved_gross: number }>(
        "select approved_gross from credit_account where account = 'C-2'",
      );
      expect(account?.approved_gross).to.equal(37 * 1189);
      await expectSoundBooks();
    });

    it('are released by a payment in the order of their waiting, as far as it goes', async () => {
      const waiting = await company.rows<{ order_id: number }>(
        "select order_id from sales_order where customer = 'C-2' and status = 'OnHold' order by priority, held_since, order_id",
      );
      const [read] = readPayments({
        reference: 'BANK-1',
        customer: 'C-2',
        amount: (5 * 11.89 + 11.88).toFixed(2),
        currency: 'EUR',
      });
      if (read?.payment === undefined) throw new Error(JSON.stringify(read));
      const { payment } = read;
      const outcomes = await Promise.all(range(10).map((i) => postPayments(instance(i).context, [payment])));
      expect(outcomes.flat().filter(({ replayed }) => !replayed)).to.have.length(1);
      const released = (await Promise.all(range(4).map((i) => releaseHeld(instance(i).context)))).flat();
      expect(released.map(({ orderId }) => orderId)).to.deep.equal(waiting.slice(0, 5).map(({ order_id }) => order_id));
      expect(await releaseHeld(instance(0).context)).to.deep.equal([]);
      await expectSoundBooks();
    });
  }));
