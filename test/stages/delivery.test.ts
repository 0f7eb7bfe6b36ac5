import { expect } from 'chai';
import { listExceptions } from '../../lib/answers/exception-lists';
import type { PackingSlip } from '../../lib/domain/delivery';
import { checkBits, salesOrderNumber } from '../../lib/domain/order';
import { checkInventory } from '../../lib/stages/check-inventory';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import type { DeliveryOutcome } from '../../lib/stages/delivery-outcome';
import { type DeliveryResolution, resolveDelivery } from '../../lib/stages/resolve-delivery';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { SampleCompany } from '../support/orders';
import { expectBooksToAgree } from '../support/reconciliation';
import { slipOf } from '../support/slips';

describe('confirming packing slips', () => {
  onBothDatabases((kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let sku: string;
    let skus = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1', 'C-2'], [], 0);
    });
    after(() => store.close());

    beforeEach(async () => {
      sku = `SKU-${++skus}`;
      await company.addProducts([sku]);
      await company.count([sku], 100);
    });
    afterEach(() => expectBooksToAgree(company));

    const confirm = async (slip: PackingSlip): Promise<DeliveryOutcome> =>
      (await confirmDeliveries(company.context, [slip]))[0] as DeliveryOutcome;
    const resolve = (slip: PackingSlip, action: DeliveryResolution['action'], corrected?: PackingSlip) =>
      resolveDelivery(company.context, {
        warehouse: slip.warehouse,
        packingSlip: slip.packingSlip,
        action,
        note: 'asked the warehouse',
        by: 'olga',
        ...(corrected ? { slip: corrected } : {}),
      });
    const stockOf = async (item = sku) =>
      (
        await company.rows<{ on_hand: number; reserved: number; deficit: number }>(
          'select on_hand, reserved, deficit from stock_item where sku = ?',
          [item],
        )
      )[0];
    const openExceptions = (slip: PackingSlip) =>
      company.rows<{ kind: string; message: string }>(
        'select kind, message from exception where closed_at is null and subject = ?',
        [`${slip.warehouse}/${slip.packingSlip}`],
      );

    it('delivers an order in full: stock leaves, cost is accrued, credit moves on', async () => {
      const id = await company.order({ lines: [{ sku, quantity: 5 }] });
      const before = (
        await company.rows<{ uninvoiced_gross: number; approved_gross: number }>(
          "select * from credit_account where account = 'C-1'",
        )
      )[0];
      const slip = slipOf([[id, 1, 5, { lot: 'L1', serials: ['a', 'b'] }]]);
      const outcome = await confirm(slip);
      expect(outcome).to.include({
        output: 'delivered',
        replayed: false,
        packingSlip: slip.packingSlip,
        warehouse: 'MAIN',
        summary: `${slip.packingSlip} delivered ${salesOrderNumber(id)} in full`,
      });
      expect(outcome.orders[0]).to.include({ salesOrder: salesOrderNumber(id), status: 'Delivered' });
      const order = await company.load(id);
      expect(order.lines[0]).to.include({ delivered: 5000, reserved: 0 });
      expect(order.releases[0]?.status).to.equal('Closed');
      expect(await stockOf()).to.deep.equal({ on_hand: 95_000, reserved: 0, deficit: 0 });
      const after = (
        await company.rows<{ uninvoiced_gross: number; approved_gross: number }>(
          "select * from credit_account where account = 'C-1'",
        )
      )[0];
      expect((after?.uninvoiced_gross ?? 0) - (before?.uninvoiced_gross ?? 0), 'uninvoiced').to.equal(5944);
      expect((after?.approved_gross ?? 0) - (before?.approved_gross ?? 0), 'approved').to.equal(-5944);
      const lines = await company.rows('select cost, lot, serials, release from packing_slip_line where order_id = ?', [
        id,
      ]);
      expect(lines).to.deep.equal([{ cost: 2125, lot: 'L1', serials: '["a","b"]', release: 1 }]);
      const postings = await company.rows('select debit, credit, amount from posting where document = ?', [
        `MAIN/${slip.packingSlip}`,
      ]);
      expect(postings).to.deep.equal([{ debit: 'goods-delivered-not-invoiced', credit: 'inventory', amount: 2125 }]);
    });

    it('takes several slips for an order and says when it is complete', async () => {
      const id = await company.order({
        lines: [
          { sku, quantity: 5 },
          { sku, quantity: 2 },
        ],
      });
      const first = await confirm(slipOf([[id, 1, 3]]));
      expect(first.output).to.equal('partly');
      expect(first.orders[0]?.status).to.equal('PartiallyDelivered');
      expect((await company.load(id)).releases[0]?.status).to.equal('Acknowledged');
      expect(
        (
          await confirm(
            slipOf([
              [id, 2, 2],
              [id, 1, 2],
            ]),
          )
        ).output,
      ).to.equal('delivered');
      expect((await company.load(id)).releases[0]?.status).to.equal('Closed');
    });

    it('takes several orders on a slip, and several slips in one batch', async () => {
      const one = await company.order({ lines: [{ sku, quantity: 1 }] });
      const two = await company.order({ customer: 'C-2', lines: [{ sku, quantity: 4 }] });
      const slips = [
        slipOf([
          [two, 1, 1],
          [one, 1, 1],
          [two, 1, 1],
        ]),
        slipOf([[two, 1, 2]]),
      ];
      const outcomes = await confirmDeliveries(company.context, slips);
      expect(outcomes.map(({ output }) => output)).to.deep.equal(['partly', 'delivered']);
      expect(outcomes[0]?.orders).to.have.length(2);
    });

    it('reads quantities in the units of the product', async () => {
      const id = await company.order({ lines: [{ sku, quantity: 24 }] });
      expect((await confirm(slipOf([[id, 1, 2, { uom: 'CA' }]]))).output).to.equal('delivered');
      expect(await stockOf()).to.include({ on_hand: 76_000 });
    });

    it('acknowledges a release that the warehouse never answered', async () => {
      for (const state of ['Claimed', 'Unknown'] as const) {
        const id = await company.order({ lines: [{ sku, quantity: 2 }], state });
        expect((await confirm(slipOf([[id, 1, 1]]))).orders[0]?.status).to.equal('PartiallyDelivered');
        expect((await company.load(id)).releases[0]).to.include({ status: 'Acknowledged', nextAttemptAt: null });
      }
    });

    it('wins over a request to cancel', async () => {
      const id = await company.order({ lines: [{ sku, quantity: 2 }], state: 'CancelRequested' });
      expect((await confirm(slipOf([[id, 1, 1]]))).orders[0]?.status).to.equal('PartiallyDelivered');
      expect((await company.load(id)).releases[0]?.status).to.equal('CancelRequested');
      expect((await confirm(slipOf([[id, 1, 1]]))).orders[0]?.status).to.equal('Delivered');
    });

    it('changes nothing when it comes again, in whatever order its lines stand', async () => {
      const id = await company.order({
        lines: [
          { sku, quantity: 5 },
          { sku, quantity: 1 },
        ],
      });
      const slip = slipOf([
        [id, 1, 5],
        [id, 2, 1],
      ]);
      const again = slipOf(
        [
          [id, 2, 1],
          [id, 1, 5],
        ],
        { packingSlip: slip.packingSlip },
      );
      const [first, twin] = await confirmDeliveries(company.context, [slip, again]);
      const later = await confirm(again);
      expect(first).to.include({ output: 'delivered', replayed: false });
      for (const repeat of [twin, later])
        expect(repeat).to.include({ output: 'delivered', replayed: true, slipId: first?.slipId });
      expect(later.summary).to.equal(`${slip.packingSlip} came before: delivered ${salesOrderNumber(id)} in full`);
      expect(await stockOf()).to.include({ on_hand: 94_000 });
      expect(
        await company.rows('select slip_id from packing_slip where packing_slip = ?', [slip.packingSlip]),
      ).to.have.length(1);
    });

    it('is an exception when another slip comes under its number, and the first stands', async () => {
      const id = await company.order({ lines: [{ sku, quantity: 5 }] });
      const slip = slipOf([[id, 1, 3]]);
      await confirm(slip);
      const other = slipOf([[id, 1, 2]], { packingSlip: slip.packingSlip });
      const outcome = await confirm(other);
      expect(outcome).to.include({ output: 'exception', replayed: false, slipId: null });
      expect(outcome.faults[0]?.code).to.equal('slip-conflict');
      expect(await openExceptions(slip)).to.have.length(1);
      expect(await resolve(slip, 'correct', other)).to.include({ output: 'refused' });
      expect(await resolve(slip, 'reject')).to.include({ output: 'done' });
      expect(await openExceptions(slip)).to.have.length(0);
      expect(await resolve(slip, 'reject')).to.include({ output: 'refused' });
      expect((await company.load(id)).lines[0]?.delivered).to.equal(3000);
    });

    it('is an exception that posts nothing when more comes than was ordered, until it is corrected', async () => {
      const id = await company.order({ lines: [{ sku, quantity: 5 }] });
      const slip = slipOf([
        [id, 1, 4],
        [id, 1, 3],
      ]);
      const outcome = await confirm(slip);
      expect(outcome.output).to.equal('exception');
      expect(outcome.faults).to.deep.equal([
        {
          path: '/lines/1/quantity',
          code: 'over-delivery',
          message: `Line 1 of ${salesOrderNumber(id)} was ordered 5, 7 came.`,
          value: '7',
        },
      ]);
      expect(outcome.summary).to.equal(
        `${slip.packingSlip} is an exception: line 1 of ${salesOrderNumber(id)} was ordered 5, 7 came`,
      );
      expect(await stockOf()).to.include({ on_hand: 100_000, reserved: 5000 });
      expect(await openExceptions(slip)).to.deep.equal([{ kind: 'delivery', message: outcome.summary }]);
      const [listed] = (await store.read((db) => listExceptions(db, { kind: 'delivery' }))).exceptions;
      expect(listed?.evidence.slip).to.have.nested.property('lines[0].quantity', '4');
      expect(await confirm(slip)).to.include({ output: 'exception', replayed: true });

      const refused = await resolve(slip, 'accept');
      expect(refused.output === 'refused' && refused.rejection.code).to.equal('over-delivery');
      const corrected = await resolve(slip, 'correct', slipOf([[id, 1, 5]], { packingSlip: slip.packingSlip }));
      expect(corrected).to.include({
        output: 'done',
        state: 'confirmed',
        summary: `${slip.packingSlip} delivered ${salesOrderNumber(id)} in full`,
      });
      expect(await openExceptions(slip)).to.have.length(0);
      expect(await stockOf()).to.include({ on_hand: 95_000, reserved: 0 });
      const trail = await company.rows<{ to_state: string | null; actor: string }>(
        "select to_state, actor from audit_record where subject = 'slip' and subject_id = ? order by batch, position",
        [`MAIN/${slip.packingSlip}`],
      );
      expect(trail).to.deep.equal([
        { to_state: 'exception', actor: 'test' },
        { to_state: null, actor: 'olga' },
        { to_state: 'confirmed', actor: 'olga' },
      ]);
    });

    it('names every unknown order, line, SKU, unit and release, and can be rejected', async () => {
      const id = await company.order({ lines: [{ sku, quantity: 5 }] });
      const slip = slipOf([
        [999_999, 1, 1],
        [id, 7, 1],
        [id, 1, 1, { sku: 'OTHER' }],
        [id, 1, 1, { uom: 'PAL' }],
        [id, 1, 1, { release: 4 }],
      ]);
      const outcome = await confirm(slip);
      expect(outcome.faults.map(({ path, code }) => [path, code])).to.deep.equal([
        ['/lines/0/salesOrder', 'unknown-order'],
        ['/lines/1/line', 'unknown-line'],
        ['/lines/2/sku', 'unknown-sku'],
        ['/lines/3/uom', 'unknown-uom'],
        ['/lines/4/release', 'unknown-release'],
      ]);
      expect(await resolve(slip, 'reject')).to.include({ output: 'done', state: 'rejected' });
      expect(await openExceptions(slip)).to.have.length(0);
      expect(await confirm(slip)).to.include({
        output: 'exception',
        replayed: true,
        summary: `${slip.packingSlip} was rejected`,
      });
      expect(await resolve(slip, 'accept')).to.include({ output: 'refused' });
    });

    it('is an exception for an order that is not at this warehouse, or at none yet; it can be accepted when it is', async () => {
      const ready = await company.order({ lines: [{ sku, quantity: 5 }], state: 'Ready' });
      const early = slipOf([[ready, 1, 5]]);
      expect((await confirm(early)).faults[0]).to.include({
        code: 'illegal-transition',
        message: `${salesOrderNumber(ready)} was never released to a warehouse.`,
      });
      expect((await confirm(slipOf([[ready, 1, 5]], { warehouse: 'EAST' }))).faults[0]?.code).to.equal(
        'unknown-warehouse',
      );
      await company.release(ready, 'Acknowledged');
      expect(await resolve(early, 'accept')).to.include({ output: 'done', state: 'confirmed' });
      expect((await company.load(ready)).status).to.equal('Delivered');
    });

    it('closes short what a final slip leaves open: stock and credit are given back', async () => {
      const id = await company.order({
        lines: [
          { sku, quantity: 5 },
          { sku, quantity: 2 },
        ],
      });
      const outcome = await confirm(
        slipOf(
          [
            [id, 1, 3],
            [id, 2, 0],
          ],
          { final: true },
        ),
      );
      expect(outcome).to.include({
        output: 'delivered',
        summary: `${outcome.packingSlip} delivered ${salesOrderNumber(id)} short`,
      });
      const order = await company.load(id);
      expect(
        order.lines.map(({ delivered, cancelled, reserved, reason }) => [delivered, cancelled, reserved, reason]),
      ).to.deep.equal([
        [3000, 2000, 0, 'short-delivered'],
        [0, 2000, 0, 'short-delivered'],
      ]);
      expect(order).to.include({ status: 'Delivered', approvedGross: 0 });
      expect(order.releases[0]?.status).to.equal('Closed');
      expect(await stockOf()).to.deep.equal({ on_hand: 97_000, reserved: 0, deficit: 0 });
      expect(
        await company.rows("select account from credit_account where account = 'C-1' and due_mark > 0"),
      ).to.have.length(1);
    });

    it('cancels an order that a final slip closes without goods', async () => {
      const id = await company.order({ lines: [{ sku, quantity: 5 }] });
      const outcome = await confirm(slipOf([], { final: true, salesOrder: salesOrderNumber(id) }));
      expect(outcome).to.include({
        output: 'partly',
        summary: `${outcome.packingSlip} closed ${salesOrderNumber(id)} without goods`,
      });
      expect(await company.load(id)).to.include({ status: 'Cancelled', reason: 'short-delivered' });
    });

    it('counts a late slip against what a final one had cancelled', async () => {
      const id = await company.order({ lines: [{ sku, quantity: 5 }] });
      await confirm(slipOf([[id, 1, 3]], { final: true }));
      expect((await confirm(slipOf([[id, 1, 2]]))).output).to.equal('delivered');
      expect((await company.load(id)).lines[0]).to.include({ delivered: 5000, cancelled: 0, reason: null });
      expect((await confirm(slipOf([[id, 1, 1]]))).faults[0]?.message).to.equal(
        `Line 1 of ${salesOrderNumber(id)} was ordered 5, 5 came before, 1 now.`,
      );
    });

    it('delivers a cancelled order only when a person accepts the slip', async () => {
      const id = await company.order({ lines: [{ sku, quantity: 5 }] });
      await confirm(slipOf([], { final: true, salesOrder: salesOrderNumber(id) }));
      const slip = slipOf([[id, 1, 4]]);
      expect((await confirm(slip)).faults[0]?.message).to.equal(`${salesOrderNumber(id)} is cancelled.`);
      expect(await resolve(slip, 'accept')).to.include({
        output: 'done',
        summary: `${slip.packingSlip} delivered ${salesOrderNumber(id)} short`,
      });
      const order = await company.load(id);
      expect(order).to.include({ status: 'Delivered', reason: null });
      expect(order.lines[0]).to.include({ delivered: 4000, cancelled: 1000 });
    });

    it('takes what is missing from the youngest reservation that is not claimed', async () => {
      await company.count([sku], 10);
      const sent = await company.order({ lines: [{ sku, quantity: 4 }] });
      const old = await company.order({ lines: [{ sku, quantity: 3 }], state: 'Ready' });
      const young = await company.order({ lines: [{ sku, quantity: 2 }], state: 'Ready' });
      const claimed = await company.order({ lines: [{ sku, quantity: 1 }], state: 'Claimed' });
      await confirm(slipOf([[sent, 1, 2]], { final: true }));
      // 8 are there, 6 reserved; a late slip for goods that are no longer reserved takes 2 more, and so does another
      expect((await confirm(slipOf([[sent, 1, 2]]))).output).to.equal('delivered');
      expect(await stockOf()).to.deep.equal({ on_hand: 6000, reserved: 6000, deficit: 0 });
      const extra = await company.order({ lines: [{ sku, quantity: 1 }], state: 'Created' });
      await company.change(extra, (order) => {
        order.checksPassed = order.checksJudged = 6;
        for (const line of order.lines) line.cancelled = 1000;
      });
      expect((await resolve(await cancelledSlip(extra), 'accept')).output).to.equal('done');
      const taken = await company.load(young);
      expect(taken).to.include({ status: 'Created' });
      expect(taken.lines[0]?.reserved).to.equal(0);
      expect(taken.checksPassed & checkBits.inventory).to.equal(0);
      expect((await company.load(old)).status).to.equal('ReadyForDelivery');
      expect((await company.load(claimed)).status).to.equal('ReadyForDelivery');
      expect(await stockOf()).to.deep.equal({ on_hand: 5000, reserved: 4000, deficit: 0 });
      expect(
        await company.rows("select reason from audit_record where subject_id = ? and reason = 'stock-taken-back'", [
          salesOrderNumber(young),
        ]),
      ).to.have.length(1);
      const [again] = await checkInventory(company.context, [young]);
      expect(again?.output).to.equal('cancelled');
    });

    async function cancelledSlip(orderId: number): Promise<PackingSlip> {
      const slip = slipOf([[orderId, 1, 1]]);
      expect((await confirm(slip)).output).to.equal('exception');
      return slip;
    }

    it('records a deficit when only claimed reservations are left, and makes it good as they are delivered', async () => {
      await company.count([sku], 4);
      const first = await company.order({ lines: [{ sku, quantity: 2 }] });
      const second = await company.order({ lines: [{ sku, quantity: 2 }] });
      await confirm(slipOf([[first, 1, 1]], { final: true }));
      await company.count([sku], 2);
      expect(await stockOf()).to.deep.equal({ on_hand: 2000, reserved: 2000, deficit: 0 });
      expect((await confirm(slipOf([[first, 1, 1]]))).output).to.equal('delivered');
      expect(await stockOf()).to.deep.equal({ on_hand: 2000, reserved: 2000, deficit: 1000 });
      expect(
        await company.rows(
          "select message from exception where kind = 'stock-deficit' and subject = ? and closed_at is null",
          [`${sku} in MAIN`],
        ),
      ).to.have.length(1);
      expect((await confirm(slipOf([[second, 1, 2]]))).output).to.equal('delivered');
      expect(await stockOf()).to.deep.equal({ on_hand: 0, reserved: 0, deficit: 1000 });
      await company.count([sku], 0);
      expect(await stockOf()).to.deep.equal({ on_hand: 0, reserved: 0, deficit: 0 });
    });

    if (kind === 'postgres') {
      it('confirms a slip once that comes on several connections at the same time', async () => {
        const ids = await Promise.all(
          Array.from({ length: 4 }, () => company.order({ lines: [{ sku, quantity: 5 }] })),
        );
        const slips = ids.map((id) => slipOf([[id, 1, 5]]));
        const outcomes = await Promise.all(
          Array.from({ length: 6 }, (_, i) => confirmDeliveries(company.context, i % 2 ? slips : slips.toReversed())),
        );
        const fresh = outcomes.flat().filter(({ replayed }) => !replayed);
        expect(fresh.map(({ packingSlip }) => packingSlip).sort()).to.deep.equal(
          slips.map(({ packingSlip }) => packingSlip).sort(),
        );
        expect(outcomes.flat().every(({ output }) => output === 'delivered')).to.equal(true);
        expect(await stockOf()).to.deep.equal({ on_hand: 80_000, reserved: 0, deficit: 0 });
      });
    }
  });
});
