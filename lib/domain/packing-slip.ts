import type { PackingSlip, PackingSlipLine } from './delivery';
import type { Fault, FaultCode } from './faults';
import { type Product, ratioOf } from './master';
import { isAhead } from './moment';
import {
  type Order,
  type OrderLine,
  openQuantity,
  openReleaseStatuses,
  type Release,
  salesOrderId,
  salesOrderNumber,
} from './order';
import { formatQuantity, toBase } from './quantity';

/** A slip line with the order line that it is for. */
export interface Shipment {
  readonly slipLine: PackingSlipLine;
  readonly order: Order;
  readonly line: OrderLine;
  /** Number of the release that asked for the goods; 0 when there was none. */
  readonly release: number;
  /** milli-units of the base unit, above zero */
  readonly quantity: number;
}

export interface SlipJudgement {
  /** In the order of the slip; complete only when there are no faults. */
  readonly shipments: readonly Shipment[];
  /** Every order that the slip names. */
  readonly orders: readonly Order[];
  readonly faults: readonly Fault[];
}

export interface SlipSurroundings {
  /** by order id */
  readonly orders: ReadonlyMap<number, Order>;
  /** by SKU */
  readonly products: ReadonlyMap<string, Product>;
  /** ISO 8601 */
  readonly now: string;
  /** A person takes it upon themselves that the order, or the release, had been cancelled. */
  readonly evenCancelled: boolean;
}

/**
 * Holds a slip against the orders that it names, and finds everything that keeps it from being confirmed: unknown
 * orders, lines, SKUs and units, orders that were never released or are cancelled, more than was ordered (the tolerance
 * is 0). Quantities that had been cancelled may still come: what was ordered is the measure.
 */
export function judgeSlip(slip: PackingSlip, surroundings: SlipSurroundings): SlipJudgement {
  const judge = new SlipJudge(slip, surroundings);
  judge.date();
  if (slip.salesOrder !== null) judge.order(slip.salesOrder, '/salesOrder');
  for (const [i, slipLine] of slip.lines.entries()) judge.line(slipLine, `/lines/${i}`);
  judge.compareWithOrdered();
  return { shipments: judge.shipments, orders: [...judge.orders.values()], faults: judge.faults };
}

class SlipJudge {
  readonly shipments: Shipment[] = [];
  readonly orders = new Map<string, Order>();
  readonly faults: Fault[] = [];
  private readonly refused = new Set<string>();
  private readonly paths = new Map<Shipment, string>();

  constructor(
    private readonly slip: PackingSlip,
    private readonly surroundings: SlipSurroundings,
  ) {}

  date(): void {
    const { shippedAt } = this.slip;
    if (shippedAt === null || !isAhead(shippedAt, this.surroundings.now)) return;
    const words = 'The goods are said to leave later than tomorrow. Send the day on which they left, or leave it out.';
    this.add('/shippedAt', 'out-of-range', words, shippedAt);
  }

  /** The order when goods may be delivered on it; what is wrong with it is said once. */
  order(number: string, path: string): Order | undefined {
    const known = this.orders.get(number);
    if (known !== undefined || this.refused.has(number)) return this.refused.has(number) ? undefined : known;
    const id = salesOrderId(number);
    const order = id === undefined ? undefined : this.surroundings.orders.get(id);
    if (order !== undefined) this.orders.set(number, order);
    const before = this.faults.length;
    if (order === undefined) this.add(path, 'unknown-order', `There is no order ${number}.`, number);
    else this.judgeOrder(order, path);
    if (this.faults.length === before) return order;
    this.refused.add(number);
    return undefined;
  }

  line(slipLine: PackingSlipLine, path: string): void {
    const order = this.order(slipLine.salesOrder, `${path}/salesOrder`);
    if (order === undefined) return;
    const line = order.lines.find((candidate) => candidate.line === slipLine.line);
    if (line === undefined) {
      this.add(
        `${path}/line`,
        'unknown-line',
        `${slipLine.salesOrder} has no line ${slipLine.line}.`,
        String(slipLine.line),
      );
      return;
    }
    const release = this.release(order, slipLine, path);
    const quantity = this.quantity(line, slipLine, path);
    if (release === undefined || quantity === undefined || quantity === 0) return;
    const shipment = { slipLine, order, line, release, quantity };
    this.shipments.push(shipment);
    this.paths.set(shipment, path);
  }

  compareWithOrdered(): void {
    const sums = new Map<OrderLine, { came: number; last: Shipment }>();
    for (const shipment of this.shipments) {
      sums.set(shipment.line, { came: (sums.get(shipment.line)?.came ?? 0) + shipment.quantity, last: shipment });
    }
    for (const [line, { came, last }] of sums) {
      if (line.delivered + came <= line.ordered) continue;
      const now =
        line.delivered === 0
          ? `${formatQuantity(came)} came`
          : `${formatQuantity(line.delivered)} came before, ${formatQuantity(came)} now`;
      const message = `Line ${line.line} of ${salesOrderNumber(last.order.id)} was ordered ${formatQuantity(line.ordered)}${this.unitWords(line)}, ${now}.`;
      this.add(`${this.paths.get(last)}/quantity`, 'over-delivery', message, formatQuantity(came));
    }
  }

  private judgeOrder(order: Order, path: string): void {
    const number = salesOrderNumber(order.id);
    if (order.warehouse !== this.slip.warehouse) {
      this.add(
        '/warehouse',
        'unknown-warehouse',
        `${number} is served by ${order.warehouse}, not by ${this.slip.warehouse}.`,
        this.slip.warehouse,
      );
    } else if (order.status === 'Cancelled' && !this.surroundings.evenCancelled) {
      this.add(path, 'illegal-transition', `${number} is cancelled.`, number);
    } else if (order.status !== 'Cancelled' && order.releases.length === 0) {
      this.add(path, 'illegal-transition', `${number} was never released to a warehouse.`, number);
    }
  }

  /** The release that a slip line belongs to: the one it names, else the newest that the warehouse may have acted on. */
  private release(order: Order, slipLine: PackingSlipLine, path: string): number | undefined {
    const number = salesOrderNumber(order.id);
    const named =
      slipLine.release === null ? undefined : order.releases.find(({ release }) => release === slipLine.release);
    if (slipLine.release !== null && named === undefined) {
      this.add(
        `${path}/release`,
        'unknown-release',
        `${number} has no release ${slipLine.release}.`,
        String(slipLine.release),
      );
      return undefined;
    }
    const release = named ?? order.releases.findLast(mayDeliver) ?? order.releases.at(-1);
    const closed = order.lines.every((line) => openQuantity(line) === 0);
    if (release === undefined) return 0;
    if (mayDeliver(release) || (closed && this.surroundings.evenCancelled)) return release.release;
    const words = `Release ${release.release} of ${number} is ${release.status.toLowerCase()}${closed ? '' : '; cancel the order, then accept the slip'}.`;
    this.add(named === undefined ? path : `${path}/release`, 'illegal-transition', words, String(release.release));
    return undefined;
  }

  private quantity(line: OrderLine, slipLine: PackingSlipLine, path: string): number | undefined {
    const of = `line ${line.line} of ${slipLine.salesOrder}`;
    const product = this.surroundings.products.get(line.sku);
    const { sku, uom } = slipLine;
    if (sku !== null && sku !== line.sku) {
      this.add(`${path}/sku`, 'unknown-sku', `The SKU ${sku} is not what was ordered: ${of} is ${line.sku}.`, sku);
      return undefined;
    }
    if (product === undefined) {
      this.add(`${path}/sku`, 'unknown-sku', `The SKU ${line.sku} of ${of} is not in the products.`, line.sku);
      return undefined;
    }
    const ratio = ratioOf(product, uom ?? product.baseUom);
    if (ratio === undefined) {
      this.add(`${path}/uom`, 'unknown-uom', `The unit ${uom} is not known for ${line.sku}, ${of}.`, uom ?? '');
      return undefined;
    }
    const quantity = toBase(slipLine.quantity, ratio);
    if (quantity !== null) return quantity;
    const sent = formatQuantity(slipLine.quantity);
    this.add(
      `${path}/quantity`,
      'inexact-quantity',
      `${sent} ${uom} of ${of} is no whole number of thousandths of ${product.baseUom}.`,
      sent,
    );
    return undefined;
  }

  /** Quantities are compared in the base unit; it is named where it is not the unit of the order. */
  private unitWords(line: OrderLine): string {
    const baseUom = this.surroundings.products.get(line.sku)?.baseUom;
    return baseUom === undefined || baseUom === line.uom ? '' : ` ${baseUom}`;
  }

  private add(path: string, code: FaultCode, message: string, value: string): void {
    this.faults.push({ path, code, message, value });
  }
}

const mayDeliver = ({ status }: Release): boolean => openReleaseStatuses.has(status) || status === 'Closed';

/**
 * Goods came: they count as delivered, at the expense of what was still open, then of what had been cancelled.
 * Returns how much of the line's reservation they used up. The line must have room for them.
 */
export function deliver(line: OrderLine, quantity: number): number {
  const late = quantity - openQuantity(line);
  if (late > 0) line.cancelled -= late;
  if (line.cancelled === 0) line.reason = null;
  const used = Math.min(line.reserved, quantity);
  line.reserved -= used;
  line.delivered += quantity;
  return used;
}

/**
 * What a slip says of the releases that it serves: the warehouse knows them, so they are acknowledged (a request to
 * cancel stands for the rest); a release is closed when its lines are delivered, or when `final` says that no more comes.
 */
export function serveReleases(order: Order, served: ReadonlySet<number>, final: boolean): void {
  for (const release of order.releases) {
    if (!openReleaseStatuses.has(release.status)) continue;
    const complete = release.lines.every(([number]) =>
      order.lines.every((line) => line.line !== number || openQuantity(line) === 0),
    );
    if (final || complete) release.status = 'Closed';
    else if (!served.has(release.release)) continue;
    else if (release.status === 'Claimed' || release.status === 'Unknown') release.status = 'Acknowledged';
    if (release.status === 'CancelRequested') continue;
    release.nextAttemptAt = null;
    release.parked = false;
  }
}
