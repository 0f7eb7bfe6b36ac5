import { approvedContribution } from '../domain/credit';
import { slipAmounts } from '../domain/invoice';
import { statusOf } from '../domain/lifecycle';
import { type Order, salesOrderNumber } from '../domain/order';
import { compare, type Difference } from '../store/comparison';
import type { Database } from '../store/database';
import { loadOrders } from '../store/orders';
import {
  orderIdsAfter,
  type UninvoicedQuantity,
  uninvoicedByAccount,
  uninvoicedQuantities,
} from '../store/recomputation';
import { comparisons } from '../store/reconciliation';
import { inSnapshot } from '../store/snapshot';
import type { Store } from '../store/store';

export interface ReconciliationCheck {
  readonly name: string;
  /** how many things were compared */
  readonly compared: number;
  readonly differences: readonly Difference[];
}

export interface Reconciliation {
  readonly checks: readonly ReconciliationCheck[];
  /** true when nothing differs */
  readonly clean: boolean;
}

const ordersInPage = 1_000;

/**
 * Computes everything again that the books keep as a sum or a status, as of one instant, and compares. On sound books
 * nothing ever differs: a difference is a fault of the program or a hand in the database.
 */
export function reconcile(store: Store): Promise<Reconciliation> {
  return inSnapshot(store, async (db) => {
    const checks: ReconciliationCheck[] = [];
    for (const comparison of comparisons) checks.push({ name: comparison.name, ...(await compare(db, comparison)) });
    checks.push(...(await recomputeOrders(db)));
    return { checks, clean: checks.every(({ differences }) => differences.length === 0) };
  });
}

/** What is a rule rather than a sum: status, share of the credit limit, gross of what is delivered and not invoiced. */
async function recomputeOrders(db: Database): Promise<ReconciliationCheck[]> {
  const statuses: Difference[] = [];
  const approved: Difference[] = [];
  const uninvoiced = new Map<string, number>();
  let compared = 0;
  let last = 0;
  for (;;) {
    const ids = await orderIdsAfter(db, last, ordersInPage);
    if (ids.length === 0) break;
    last = ids.at(-1) as number;
    const orders = await loadOrders(db, ids);
    compared += orders.length;
    for (const order of orders) compareOrder(order, statuses, approved);
    addUninvoiced(orders, await uninvoicedQuantities(db, ids), uninvoiced);
  }
  const accounts = await uninvoicedByAccount(db);
  return [
    { name: 'order statuses', compared, differences: statuses },
    { name: 'approved by order', compared, differences: approved },
    { name: 'delivered, not invoiced', compared: accounts.size, differences: compareAccounts(uninvoiced, accounts) },
  ];
}

function compareOrder(order: Order, statuses: Difference[], approved: Difference[]): void {
  const subject = salesOrderNumber(order.id);
  const status = statusOf(order);
  if (status !== order.status) statuses.push({ subject, what: 'status', expected: status, found: order.status });
  const contribution = approvedContribution(order);
  if (contribution !== order.approvedGross)
    approved.push({ subject, what: 'approved gross', expected: contribution, found: order.approvedGross });
}

/** Each slip is priced by itself, so that its tax is rounded as on its invoice. */
function addUninvoiced(
  orders: readonly Order[],
  lines: readonly UninvoicedQuantity[],
  byAccount: Map<string, number>,
): void {
  const byId = new Map(orders.map((order) => [order.id, order]));
  for (const slip of Map.groupBy(lines, ({ orderId, slipId }) => `${orderId} ${slipId}`).values()) {
    const order = byId.get(slip[0]?.orderId ?? 0);
    if (order === undefined) continue;
    const known = slip.filter(({ line }) => order.lines.some((candidate) => candidate.line === line)); // others are orphans
    byAccount.set(order.creditAccount, (byAccount.get(order.creditAccount) ?? 0) + slipAmounts(order, known).gross);
  }
}

function compareAccounts(expected: ReadonlyMap<string, number>, found: ReadonlyMap<string, number>): Difference[] {
  const names = [...new Set([...expected.keys(), ...found.keys()])].sort();
  return names
    .map((subject) => ({
      subject,
      what: 'delivered, not invoiced',
      expected: expected.get(subject) ?? 0,
      found: found.get(subject) ?? 0,
    }))
    .filter((difference) => difference.expected !== difference.found);
}
