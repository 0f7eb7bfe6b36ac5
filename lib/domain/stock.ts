import { TechnicalFault } from './faults';
import { type Order, openQuantity } from './order';
import { formatQuantity } from './quantity';
import type { ShortagePolicy } from './settings';
import type { Verdict } from './verdict';

/** Stock of one SKU in one warehouse, in milli-units of the base unit. */
export interface StockItem {
  readonly sku: string;
  readonly warehouse: string;
  /** What is there, never less than what is reserved; the part that is only promised stands in `deficit`. */
  onHand: number;
  reserved: number;
  safetyStock: number;
  /** Claimed goods that the books no longer have: the sum of all movements is `onHand` − `deficit`. */
  deficit: number;
}

export const stockKey = (sku: string, warehouse: string): string => `${sku}\u0000${warehouse}`;

export const availableOf = (item: StockItem | undefined): number =>
  item === undefined ? 0 : Math.max(0, item.onHand - item.reserved - item.safetyStock);

export interface Shortage {
  readonly line: number;
  readonly sku: string;
  readonly missing: number;
}

/**
 * Reserves every open line of the order from `stock`, in line order, and changes both. Lines of one SKU draw on the same
 * stock one after the other. Returns what is short; those lines are left without any reservation.
 */
export function reserve(order: Order, stock: ReadonlyMap<string, StockItem>): Shortage[] {
  const short: Shortage[] = [];
  for (const line of order.lines) {
    const needed = openQuantity(line) - line.reserved;
    if (needed <= 0) continue;
    const item = stock.get(stockKey(line.sku, order.warehouse));
    const available = availableOf(item);
    if (item === undefined || available < needed) {
      short.push({ line: line.line, sku: line.sku, missing: needed - available });
    } else {
      item.reserved += needed;
      line.reserved += needed;
    }
  }
  return short;
}

/** Gives all of the order's reservations back. */
export function giveBack(order: Order, stock: ReadonlyMap<string, StockItem>): void {
  for (const line of order.lines) {
    if (line.reserved === 0) continue;
    const item = stock.get(stockKey(line.sku, order.warehouse));
    if (item === undefined)
      throw new TechnicalFault(
        'unexpected',
        `No stock row for ${line.sku} in ${order.warehouse}, though some of it is reserved.`,
      );
    free(item, line.reserved);
    line.reserved = 0;
  }
}

/** Takes `quantity` off the reservations; what the books lack is made good first. */
export function free(item: StockItem, quantity: number): void {
  item.reserved -= quantity;
  repayDeficit(item);
}

/** Goods came in or were counted (`change` may be negative): the books follow the fact, whatever is reserved. */
export function move(item: StockItem, change: number): void {
  const physical = item.onHand - item.deficit + change;
  item.onHand = Math.max(physical, item.reserved);
  item.deficit = item.onHand - physical;
}

function repayDeficit(item: StockItem): void {
  move(item, 0);
}

/** Cancels what cannot be served under the policy, and says what happened. `short` as `reserve` returned it. */
export function settleShortage(
  order: Order,
  short: readonly Shortage[],
  policy: ShortagePolicy,
  stock: ReadonlyMap<string, StockItem>,
): Verdict {
  if (short.length === 0) {
    return {
      outcome: 'passed',
      reason: null,
      explanation: `All lines are reserved in ${order.warehouse}.`,
      evidence: { warehouse: order.warehouse, policy, linesReserved: order.lines.length },
      passesIf: null,
    };
  }
  const evidence = {
    warehouse: order.warehouse,
    policy,
    lines: order.lines.map((line) => ({
      line: line.line,
      sku: line.sku,
      ordered: formatQuantity(line.ordered),
      reserved: formatQuantity(line.reserved),
      missing: formatQuantity(short.find((shortage) => shortage.line === line.line)?.missing ?? 0),
    })),
  };
  const words = short
    .map(({ line, sku, missing }) => `line ${line}: ${formatQuantity(missing)} of ${sku} missing`)
    .join('; ');
  const passesIf = `passes if ${short.map(({ sku, missing }) => `${formatQuantity(missing)} more of ${sku}`).join(' and ')} comes into ${order.warehouse}`;
  if (policy === 'cancel-order') {
    giveBack(order, stock);
    for (const line of order.lines) cancelRest(line, 'out-of-stock');
    return {
      outcome: 'cancelled',
      reason: 'out-of-stock',
      explanation: `The order is cancelled, for it cannot be served in full: ${words}.`,
      evidence,
      passesIf,
    };
  }
  const shortLines = new Set(short.map(({ line }) => line));
  for (const line of order.lines) if (shortLines.has(line.line)) cancelRest(line, 'out-of-stock');
  const nothingLeft = order.lines.every((line) => openQuantity(line) === 0);
  return nothingLeft
    ? {
        outcome: 'cancelled',
        reason: 'out-of-stock',
        explanation: `The order is cancelled, for nothing of it is in stock: ${words}.`,
        evidence,
        passesIf,
      }
    : {
        outcome: 'passed',
        reason: 'line-cancelled',
        explanation: `The rest is reserved in ${order.warehouse}; cancelled: ${words}.`,
        evidence,
        passesIf,
      };
}

/** Cancels the line's open quantity; its reservation must have been given back. */
export function cancelRest(line: Order['lines'][number], reason: string): void {
  const open = openQuantity(line);
  if (open === 0) return;
  line.cancelled += open;
  line.reason = reason;
}
