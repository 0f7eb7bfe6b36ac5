import type { Fault } from './faults';
import { isBeforeWarehouse, isFinished } from './lifecycle';
import { type Order, type OrderLine, type OrderTerms, openReleaseStatuses, ruleHolds } from './order';
import { formatQuantity } from './quantity';
import { cancelRest, giveBack, type StockItem } from './stock';

/** One line of a change with the master data resolved: `line` is what it is to be, `path` leads to it in the change. */
export type ResolvedLineChange =
  | { readonly action: 'delete'; readonly line: number }
  | { readonly action: 'set'; readonly line: OrderLine; readonly taxRate: number; readonly path: string };

/** What a change does to an order's terms; absent fields stay. */
export type ChangedTerms = Partial<Pick<OrderTerms, 'requestedDelivery' | 'shipTo' | 'note'>>;

export const changeReason = 'customer-change';

/**
 * What may be done to an order that its customer changes or cancels: applied at once while no warehouse was asked to
 * ship it, a matter for a person or the warehouse after that, and nothing any more when it is finished.
 */
export function changeability(order: Order): 'open' | 'at-warehouse' | 'finished' {
  if (isFinished(order.status) || order.status === 'Delivered') return 'finished';
  const out = order.releases.some((release) => openReleaseStatuses.has(release.status));
  return out || !isBeforeWarehouse(order.status) ? 'at-warehouse' : 'open';
}

/**
 * Lines of the change that the order cannot follow: fewer than were delivered already, or another item or price for what
 * was delivered, which is in the books as it was.
 */
export function changeFaults(order: Order, changes: readonly ResolvedLineChange[]): Fault[] {
  return changes.flatMap((change): Fault[] => {
    if (change.action === 'delete') return [];
    const before = order.lines.find(({ line }) => line === change.line.line);
    if (before === undefined || before.delivered === 0) return [];
    const { path } = change;
    const delivered = `Of line ${before.line} ${formatQuantity(before.delivered)} ${before.baseUom} are delivered already`;
    const faults: Fault[] = [];
    if (change.line.ordered < before.delivered)
      faults.push({ path, code: 'out-of-range', message: `${delivered}; the new quantity must not be below that.` });
    if (!isSoldAs(before, change.line))
      faults.push({ path, code: 'not-supported', message: `${delivered}; its item, unit and price stay as they are.` });
    return faults;
  });
}

const isSoldAs = (before: OrderLine, line: OrderLine): boolean =>
  line.sku === before.sku &&
  line.uom === before.uom &&
  line.unitPrice === before.unitPrice &&
  line.taxCode === before.taxCode &&
  line.ratio.numerator === before.ratio.numerator &&
  line.ratio.denominator === before.ratio.denominator;

/**
 * Changes an order that no warehouse was asked to ship: stock and credit are given back, all checks are due again, and
 * holds that a check placed go with the result that placed them. Deleted lines stay, as cancelled.
 */
export function changeOrder(
  order: Order,
  changes: readonly ResolvedLineChange[],
  terms: ChangedTerms,
  stock: ReadonlyMap<string, StockItem>,
): void {
  giveBack(order, stock);
  for (const change of changes) {
    if (change.action === 'delete') {
      const line = order.lines.find(({ line: number }) => number === change.line);
      if (line !== undefined) cancelRest(line, changeReason);
    } else setLine(order, change.line, change.taxRate);
  }
  Object.assign(order, terms);
  order.holds = order.holds.filter((hold) => hold.forced || !ruleHolds.has(hold.reason));
  order.checksJudged = 0;
  order.checksPassed = 0;
  order.approvalGross = 0;
  order.approvalAt = null;
  order.approvalUntil = null;
  order.reason = null;
}

/** What was delivered, invoiced and cancelled before stays with the line; the quantity counts from there. */
function setLine(order: Order, line: OrderLine, taxRate: number): void {
  const at = order.lines.findIndex(({ line: number }) => number === line.line);
  const before = order.lines[at];
  if (before === undefined) order.lines.push(line);
  else order.lines[at] = { ...line, delivered: before.delivered, invoiced: before.invoiced };
  // rates that the order has are those of its date, and stay
  Object.assign(order, { taxRates: { [line.taxCode]: taxRate, ...order.taxRates } });
}
