import { exponentOf } from '../domain/currency';
import type { PackingSlip } from '../domain/delivery';
import { slipAmounts } from '../domain/invoice';
import type { Product } from '../domain/master';
import { costOf } from '../domain/money';
import { type Order, openQuantity, salesOrderId } from '../domain/order';
import { deliver, judgeSlip, type Shipment, type SlipJudgement, serveReleases } from '../domain/packing-slip';
import { formatQuantity } from '../domain/quantity';
import { cancelRest, free, giveBack, type StockItem, stockKey } from '../domain/stock';
import { together } from '../store/database';
import { loadProducts } from '../store/master';
import type { NewSlipLine } from '../store/packing-slips';
import { createStock } from '../store/stock';
import { stockKeysOf } from './locked-rows';
import { findCandidates, takeBack } from './take-back-reservations';
import type { Work } from './work';

export interface Shortage {
  readonly sku: string;
  readonly warehouse: string;
  /** milli-units */
  readonly quantity: number;
}

/** Goods have left that orders not yet claimed had reserved. Orders are locked before stock, so the transaction has to begin with them. */
class GoodsPromised extends Error {
  constructor(readonly shortages: readonly Shortage[]) {
    super('Goods have left that other orders had reserved.');
  }
}

/** Runs a transaction that books deliveries; when they take goods that others had reserved, once more with those orders locked. */
export async function withReservations<T>(run: (shortages?: readonly Shortage[]) => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof GoodsPromised) return run(error.shortages);
    throw error;
  }
}

export const documentOf = ({ warehouse, packingSlip }: Pick<PackingSlip, 'warehouse' | 'packingSlip'>): string =>
  `${warehouse}/${packingSlip}`;

/** The ids of the orders that slips name, as far as they are numbers of orders at all. */
export function ordersNamed(slips: readonly PackingSlip[]): number[] {
  const numbers = new Set(
    slips.flatMap((slip) => [slip.salesOrder ?? '', ...slip.lines.map(({ salesOrder }) => salesOrder)]),
  );
  return [...numbers].flatMap((number) => salesOrderId(number) ?? []);
}

/** Books packing slips, one after the other, with the orders, stock and accounts of all of them locked. */
export class DeliveryBooks {
  private readonly shortages: Shortage[] = [];
  private readonly delivered = new Map<Order, object[]>();

  private constructor(
    private readonly work: Work,
    private readonly products: ReadonlyMap<string, Product>,
    private readonly reservationsLocked: boolean,
  ) {}

  /** `shortages`: what an attempt before this one found to be promised to others. `known`: products that were read already. */
  static async open(
    work: Work,
    slips: readonly PackingSlip[],
    shortages?: readonly Shortage[],
    known: ReadonlyMap<string, Product> = new Map(),
  ): Promise<DeliveryBooks> {
    const named = ordersNamed(slips);
    const candidates = shortages === undefined ? [] : await findCandidates(work.db, shortages);
    await work.lockOrders([...named, ...candidates]);
    const orders = named.flatMap((id) => work.orders.get(id) ?? []);
    const keys = stockKeysOf(orders);
    await work.lockStock(keys);
    const unknown = keys.filter(([sku, warehouse]) => !work.stock.has(stockKey(sku, warehouse)));
    await createStock(work.db, unknown);
    await work.lockStock(unknown);
    const [, others] = await together([
      work.lockAccounts(orders.map((order) => order.creditAccount)),
      loadProducts(
        work.db,
        keys.flatMap(([sku]) => (known.has(sku) ? [] : [sku])),
      ),
    ]);
    return new DeliveryBooks(work, new Map([...known, ...others]), shortages !== undefined);
  }

  judge(slip: PackingSlip, options: { readonly evenCancelled: boolean }): SlipJudgement {
    return judgeSlip(slip, { now: this.work.now, orders: this.work.orders, products: this.products, ...options });
  }

  /** Books a slip that was judged without faults. Returns its lines, to be stored. */
  async book(
    slip: PackingSlip,
    slipId: number,
    { shipments, orders }: SlipJudgement,
    by?: string,
  ): Promise<NewSlipLine[]> {
    const lines: NewSlipLine[] = [];
    for (const shipment of shipments) lines.push(await this.ship(slip, slipId, shipment));
    for (const order of orders)
      this.close(
        slip,
        order,
        shipments.filter((shipment) => shipment.order === order),
        by,
      );
    this.work.post({
      documentType: 'delivery',
      document: documentOf(slip),
      debit: 'goods-delivered-not-invoiced',
      credit: 'inventory',
      amount: lines.reduce((sum, { cost }) => sum + cost, 0),
      currency: this.work.settings.currency,
    });
    return lines;
  }

  /** To be called when all slips are booked, before anything is written. */
  finish(): void {
    if (this.shortages.length > 0) throw new GoodsPromised(this.shortages);
  }

  private async ship(
    slip: PackingSlip,
    slipId: number,
    { slipLine, order, line, release, quantity }: Shipment,
  ): Promise<NewSlipLine> {
    const { sku } = line;
    const { warehouse } = order;
    const item = this.work.stock.get(stockKey(sku, warehouse)) as StockItem;
    const before = item.deficit;
    free(item, deliver(line, quantity));
    const promised = item.reserved - (item.onHand - item.deficit - quantity) - before;
    if (promised > 0 && this.reservationsLocked) await takeBack(this.work, [sku, warehouse], promised);
    else if (promised > 0) this.shortages.push({ sku, warehouse, quantity: promised });
    this.work.moveStock({
      sku,
      warehouse,
      kind: 'delivery',
      quantity: -quantity,
      reference: documentOf(slip),
      countedAt: null,
    });
    const cost = costOf(quantity, this.products.get(sku)?.cost ?? 0, exponentOf(this.work.settings.currency) ?? 2);
    return {
      slipId,
      slipLine: slipLine.slipLine,
      orderId: order.id,
      line: line.line,
      release,
      sku,
      quantity,
      cost,
      lot: slipLine.lot,
      serials: slipLine.serials,
    };
  }

  private close(slip: PackingSlip, order: Order, shipments: readonly Shipment[], by: string | undefined): void {
    const { work } = this;
    const short = slip.final && order.lines.some((line) => openQuantity(line) > 0);
    if (short) {
      giveBack(order, work.stock);
      for (const line of order.lines) cancelRest(line, 'short-delivered');
      work.due(order.creditAccount);
    }
    serveReleases(order, new Set(shipments.map(({ release }) => release)), slip.final);
    const open = order.lines.some((line) => openQuantity(line) > 0);
    // What was held or asked back has been shipped, or will never be.
    if (!open) order.holds = [];
    if (order.lines.every((line) => line.delivered === 0)) order.reason = 'short-delivered';
    else if (order.status === 'Cancelled') order.reason = null;
    const { gross } = slipAmounts(
      order,
      shipments.map(({ line, quantity }) => ({ line: line.line, quantity })),
    );
    work.changeAccount(order.creditAccount, { uninvoicedGross: gross });
    const came = shipments.map(({ line, quantity }) => ({ line: line.line, quantity: formatQuantity(quantity) }));
    const slips = [
      ...(this.delivered.get(order) ?? []),
      { packingSlip: documentOf(slip), digest: slip.digest, final: slip.final, lines: came },
    ];
    this.delivered.set(order, slips);
    work.note(order, short ? 'short-delivered' : null, { slips }, by);
    work.settle(order);
  }
}
