import { expect } from 'chai';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { expireReservations, releaseHeld } from '../../lib/stages/release-held';
import { inTransaction } from '../../lib/stages/transaction';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { orderIdOf, post, purchase, ready } from '../support/intake';
import { SampleCompany } from '../support/orders';

describe('the checks', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1', 'C-2', 'C-3', 'C-4', 'C-5', 'C-6'], ['A', 'B'], 100);
    });
    after(() => store.close());

    const created = async (fields = {}): Promise<number> =>
      orderIdOf((await post(company.context, purchase(fields)))[0]);
    const limit = (customer: string, creditLimit: string | null) =>
      company.master('customers', [{ customer, name: customer, currency: 'EUR', creditLimit }]);
    const account = async (name: string) =>
      (
        await company.rows<Record<string, number>>('select * from credit_account where account = ?', [name])
      )[0] as Record<string, number>;

    it('cancels a line that is short and reserves the rest', async () => {
      const id = await created({
        lines: [
          { sku: 'A', quantity: '5' },
          { sku: 'B', quantity: '101' },
        ],
      });
      const [outcome] = await checkInventory(company.context, [id]);
      const order = await company.load(id);
      expect(outcome?.output).to.equal('reserved');
      expect(outcome?.summary.decision?.reason).to.equal('line-cancelled');
      expect(outcome?.summary.summary).to.match(/^SO-\d+ reserved: 1 of 2 lines in MAIN; B cancelled, 1 short$/);
      expect(order.lines.map(({ reserved, cancelled, reason }) => [reserved, cancelled, reason])).to.deep.equal([
        [5000, 0, null],
        [0, 101_000, 'out-of-stock'],
      ]);
    });

    it('adds up lines of one SKU, and cancels the order when nothing is left', async () => {
      await company.addProducts(['TWICE', 'NONE']);
      await company.count(['TWICE'], 7);
      const both = await created({
        lines: [
          { sku: 'TWICE', quantity: '5' },
          { sku: 'TWICE', quantity: '5' },
        ],
      });
      const none = await created({ sku: 'NONE' });
      const outcomes = await checkInventory(company.context, [both, none]);
      expect(outcomes.map((outcome) => outcome?.output)).to.deep.equal(['reserved', 'cancelled']);
      expect((await company.load(both)).lines.map(({ reserved }) => reserved)).to.deep.equal([5000, 0]);
      expect(await company.load(none)).to.include({ status: 'Cancelled', reason: 'out-of-stock' });
    });

    it('cancels the whole order where the partner’s policy says so, and gives its stock back', async () => {
      await company.master('partners', [
        { partner: 'ALL', name: 'All or nothing', channels: ['api'], customers: ['*'], shortagePolicy: 'cancel-order' },
      ]);
      await company.addProducts(['SCARCE']);
      await company.count(['SCARCE'], 3);
      const id = orderIdOf(
        (
          await post(
            company.context,
            purchase({
              lines: [
                { sku: 'SCARCE', quantity: '2' },
                { sku: 'NOWHERE', quantity: '1' },
              ].map((line) => ({ ...line, sku: line.sku === 'NOWHERE' ? 'NONE' : line.sku })),
            }),
            { partner: 'ALL' },
          )
        )[0],
      );
      const [outcome] = await checkInventory(company.context, [id]);
      expect(outcome?.output).to.equal('cancelled');
      expect(await company.rows("select reserved from stock_item where sku = 'SCARCE'")).to.deep.equal([
        { reserved: 0 },
      ]);
    });

    it('passes exposure exactly at the limit and holds what is above it, with what would make it pass', async () => {
      // 10 × 9.99 + 19 % = 118.88
      await limit('C-2', '118.88');
      const id = await created({ customer: 'C-2', quantity: '10' });
      await checkInventory(company.context, [id]);
      const [passed] = await checkCredit(company.context, [id]);
      expect(passed?.output).to.equal('passed');
      expect((await account('C-2')).approved_gross).to.equal(11_888);
      const second = await created({ customer: 'C-2' });
      await checkInventory(company.context, [second]);
      const [held] = await checkCredit(company.context, [second]);
      expect(held?.output).to.equal('on hold');
      expect(held?.summary.decision?.explanation).to.match(/^11\.89 EUR over/);
      const order = await company.load(second);
      expect(order.status).to.equal('OnHold');
      expect(order.holds.map(({ reason, forced }) => [reason, forced])).to.deep.equal([['credit', false]]);
      const decisions = await company.rows<{ passes_if: string }>(
        "select passes_if from decision where order_id = ? and check_name = 'credit'",
        [second],
      );
      expect(decisions[0]?.passes_if).to.match(/^passes if 11\.89 EUR is paid/);
    });

    it('counts no credit for an order that another check holds', async () => {
      await limit('C-3', '100.00');
      const id = await ready(
        company.context,
        purchase({ customer: 'C-3', lines: [{ sku: 'A', quantity: '1', unitPrice: '9.00' }] }),
      );
      expect((await company.load(id)).holds.map(({ reason }) => reason)).to.deep.equal(['price']);
      expect((await account('C-3')).approved_gross).to.equal(0);
    });

    it('gives the recorded outcome again and changes nothing', async () => {
      const id = await ready(company.context, purchase());
      const before = await company.rows('select * from sales_order_state where order_id = ?', [id]);
      for (const check of [checkInventory, checkCredit, checkOverdue]) {
        const [again] = await check(company.context, [id]);
        expect(again?.summary.replayed).to.equal(true);
      }
      expect(await company.rows('select * from sales_order_state where order_id = ?', [id])).to.deep.equal(before);
      expect(before[0]).to.include({ status: 'ReadyForDelivery' });
    });

    it('is ready whatever the order of the gates, and only with all of them', async () => {
      const id = await created();
      await checkOverdue(company.context, [id]);
      await checkCredit(company.context, [id]);
      expect((await company.load(id)).status).to.equal('Created');
      await checkInventory(company.context, [id]);
      expect((await company.load(id)).status).to.equal('ReadyForDelivery');
    });

    it('releases waiting orders in the defined order, first fit', async () => {
      // 1 unit is 11.89; room for none
      await limit('C-4', '0');
      const ids: number[] = [];
      for (const quantity of ['3', '1', '2', '1']) {
        company.now = new Date(Date.parse(company.now) + 1000).toISOString();
        ids.push(await ready(company.context, purchase({ customer: 'C-4', quantity })));
      }
      expect(await releaseHeld(company.context)).to.deep.equal([]);
      await limit('C-4', '36.00');
      const released = await releaseHeld(company.context);
      // 35.66 for three units: the first fits, nothing else does
      expect(released.map(({ orderId }) => orderId)).to.deep.equal([ids[0]]);
      await limit('C-4', '60.00');
      // 24.34 left: one unit fits, two do not, one more does
      expect((await releaseHeld(company.context)).map(({ orderId }) => orderId)).to.deep.equal([ids[1], ids[3]]);
      expect(await releaseHeld(company.context)).to.deep.equal([]);
      expect((await company.load(ids[2] as number)).status).to.equal('OnHold');
      expect((await account('C-4')).approved_gross).to.equal(3566 + 2 * 1189);
    });

    it('lets smaller orders pass a waiting one, but not for ever', async () => {
      await limit('C-5', '1000.00');
      const big = await ready(company.context, purchase({ customer: 'C-5', quantity: '90', sku: 'B' }));
      expect((await company.load(big)).holds[0]?.reason).to.equal('credit');
      const small = await ready(company.context, purchase({ customer: 'C-5', sku: 'A' }));
      expect((await company.load(small)).status).to.equal('ReadyForDelivery');
      company.now = '2026-12-01T10:00:00.000Z';
      const late = await ready(company.context, purchase({ customer: 'C-5', sku: 'A' }));
      expect((await company.load(late)).holds.map(({ reason }) => reason)).to.deep.equal(['queue']);
      company.now = '2026-11-23T11:00:00.000Z';
    });

    it('never releases by itself what a person holds', async () => {
      await limit('C-6', '0');
      const id = await ready(company.context, purchase({ customer: 'C-6' }));
      await company.change(id, (order, work) =>
        work.hold(order, 'operator', { rule: 'by-hand', evidence: {}, forced: true }),
      );
      await limit('C-6', null);
      expect((await releaseHeld(company.context)).map(({ orderId }) => orderId)).not.to.include(id);
      expect((await company.load(id)).holds.map(({ reason }) => reason).sort()).to.deep.equal(['credit', 'operator']);
    });

    it('lets reservations of held orders run out, and reserves again at release', async () => {
      const id = await ready(company.context, purchase());
      await company.change(id, (order, work) =>
        work.hold(order, 'credit', { rule: 'credit', evidence: {}, forced: false }),
      );
      company.now = '2026-11-27T12:00:00.000Z';
      await expireReservations(company.context);
      expect((await company.load(id)).lines[0]?.reserved).to.equal(0);
      await inTransaction(company.context, 'test', async (work) => work.due('C-1'));
      const released = await releaseHeld(company.context);
      expect(released.map(({ orderId }) => orderId)).to.include(id);
      expect(await company.load(id)).to.include({ status: 'ReadyForDelivery' });
      expect((await company.load(id)).lines[0]?.reserved).to.equal(1000);
      company.now = '2026-11-23T12:00:00.000Z';
    });
  }));
