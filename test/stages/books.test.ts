import { expect } from 'chai';
import type { PackingSlip } from '../../lib/domain/delivery';
import { salesOrderNumber } from '../../lib/domain/order';
import { checkInventory } from '../../lib/stages/check-inventory';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { postInvoices } from '../../lib/stages/post-invoices';
import { postPayments } from '../../lib/stages/post-payments';
import { resolveDelivery } from '../../lib/stages/resolve-delivery';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { SampleCompany } from '../support/orders';
import { expectBooksToAgree } from '../support/reconciliation';
import { type SlipLine, slipOf } from '../support/slips';

/** Numbers that look random and are the same for the same seed. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const customers = ['C-1', 'C-2', 'C-3'];
const skus = ['BOLT', 'NUT', 'PIN'];

/** A company at work, one random event after the other. */
class BusyCompany {
  private readonly orders: { id: number; customer: string; lines: number }[] = [];
  private readonly slips: PackingSlip[] = [];
  private readonly roll: (sides: number) => number;
  private payments = 0;

  constructor(
    private readonly company: SampleCompany,
    private readonly seed: number,
  ) {
    this.roll = dice(seed);
  }

  async step(): Promise<void> {
    const steps = [
      this.place,
      this.place,
      this.ship,
      this.ship,
      this.ship,
      this.repeat,
      this.invoice,
      this.pay,
      this.count,
      this.resolve,
    ];
    await (this.pick(steps) as () => Promise<void>).call(this);
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.roll(list.length)] as T;
  }

  private async place(): Promise<void> {
    const customer = this.pick(customers);
    const lines = Array.from({ length: 1 + this.roll(3) }, () => ({
      sku: this.pick(skus),
      quantity: 1 + this.roll(6),
      unitPrice: 1 + this.roll(500_000),
      taxCode: this.pick(['FULL', 'LOW']),
    }));
    const state = this.pick(['Acknowledged', 'Acknowledged', 'Claimed', 'CancelRequested', 'Ready', 'OnHold'] as const);
    try {
      this.orders.push({ id: await this.company.order({ customer, lines, state }), customer, lines: lines.length });
    } catch (error) {
      // the stock is short, or a count of another worker took the goods back meanwhile, and cancelled what it left short
      expect(String(error)).to.match(/is short|may not go from (Created|Cancelled)/);
    }
  }

  private async ship(): Promise<void> {
    if (this.orders.length === 0) return;
    const lines = Array.from({ length: 1 + this.roll(3) }, (): SlipLine => {
      const order = this.pick(this.orders);
      return [order.id, 1 + this.roll(order.lines), this.roll(4)];
    });
    const slips = [
      slipOf([...lines, [lines[0]?.[0] ?? 0, 1, 1]], { final: this.roll(5) === 0 }),
      slipOf([[this.pick(this.orders).id, 1, 1]]),
    ];
    this.slips.push(...slips);
    await confirmDeliveries(this.company.context, slips);
  }

  private async repeat(): Promise<void> {
    if (this.slips.length === 0) return;
    const [outcome] = await confirmDeliveries(this.company.context, [this.pick(this.slips)]);
    expect(outcome?.replayed).to.equal(true);
  }

  private async invoice(): Promise<void> {
    await postInvoices(this.company.context, { limit: 1 + this.roll(3) });
  }

  private async pay(): Promise<void> {
    const order = this.orders.length > 0 && this.roll(2) === 0 ? this.pick(this.orders) : undefined;
    const payment = {
      reference: `R-${this.seed}-${++this.payments}`,
      customer: order?.customer ?? this.pick(customers),
      amount: 1 + this.roll(20_000),
      currency: 'EUR',
      receivedAt: null,
      invoice: null,
      salesOrder: order === undefined ? null : salesOrderNumber(order.id),
    };
    const [outcome] = await postPayments(this.company.context, [payment]);
    expect(outcome?.output).to.equal('applied');
  }

  /** Counts less or more than the books say, then lets the orders that went short be judged again. */
  private async count(): Promise<void> {
    await this.company.count([this.pick(skus)], this.roll(40));
    const short = await this.company.rows<{ order_id: number }>(
      "select order_id from sales_order where status = 'Created' and checks_judged = 6",
    );
    await checkInventory(
      this.company.context,
      short.map((row) => row.order_id),
    );
  }

  private async resolve(): Promise<void> {
    const open = await this.company.rows<{ warehouse: string; packing_slip: string }>(
      "select warehouse, packing_slip from packing_slip where state = 'exception'",
    );
    if (open.length === 0) return;
    const { warehouse, packing_slip } = this.pick(open);
    await resolveDelivery(this.company.context, {
      warehouse,
      packingSlip: packing_slip,
      action: this.pick(['accept', 'reject']),
      note: 'rolled',
      by: 'olga',
    });
  }
}

describe('the books', () => {
  onBothDatabases((kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(customers, skus, 60);
    });
    after(() => store.close());

    for (const seed of [1, 20_261_123]) {
      it(`agree with a full recomputation after any sequence of events (seed ${seed})`, async () => {
        const busy = new BusyCompany(company, seed);
        for (let step = 1; step <= 200; step++) {
          await busy.step();
          if (step % 20 === 0) await expectBooksToAgree(company);
        }
        const states = await company.rows<{ status: string }>('select distinct status from sales_order');
        expect(states.length, 'kinds of orders seen').to.be.above(4);
      });
    }

    if (kind === 'postgres') {
      it('agree when slips, invoices, payments and counts meet on several connections', async () => {
        const workers = [3, 5, 7, 11, 13, 17].map(async (seed) => {
          const busy = new BusyCompany(company, seed);
          for (let step = 1; step <= 40; step++) await busy.step();
        });
        const results = await Promise.allSettled(workers);
        const failed = results.filter((result) => result.status === 'rejected').map(({ reason }) => String(reason));
        expect(failed).to.deep.equal([]);
        await expectBooksToAgree(company);
      });
    }
  });
});
