import { approvedContribution } from '../domain/credit';
import { BusinessRejection } from '../domain/faults';
import { slipAmounts } from '../domain/invoice';
import { statusOf } from '../domain/lifecycle';
import { type Order, salesOrderNumber } from '../domain/order';
import { compare, type Difference } from '../store/comparison';
import type { Database } from '../store/database';
import { loadOrders } from '../store/orders';
import { type DeliveredLine, deliveredLines, orderIdsAfter, uninvoicedByAccount } from '../store/recomputation';
import { comparisons } from '../store/reconciliation';
import { inSnapshot } from '../store/snapshot';
import type { Store } from '../store/store';
import { compareDates } from './reconcile-dates';

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
    checks.push({ name: 'dates', ...(await compareDates(db)) }, ...(await recomputeOrders(db)));
    return { checks, clean: checks.every(({ differences }) => differences.length === 0) };
  });
}

/** What is a rule rather than a sum: status, share of the credit limit, amounts of what is delivered, invoiced or not. */
async function recomputeOrders(db: Database): Promise<ReconciliationCheck[]> {
  const statuses: Difference[] = [];
  const approved: Difference[] = [];
  const invoiced: Difference[] = [];
  const uninvoiced = new Map<string, number>();
  let [compared, invoices, last] = [0, 0, 0];
  for (;;) {
    const ids = await orderIdsAfter(db, last, ordersInPage);
    if (ids.length === 0) break;
    last = ids.at(-1) as number;
    const orders = await loadOrders(db, ids);
    compared += orders.length;
    for (const order of orders) compareOrder(order, statuses, approved);
    for (const delivered of deliveriesOf(orders, await deliveredLines(db, ids))) {
      if (delivered.invoice === null) addUninvoiced(delivered, uninvoiced);
      else {
        invoices += 1;
        invoiced.push(...compareInvoice(delivered, delivered.invoice));
      }
    }
  }
  const accounts = await uninvoicedByAccount(db);
  return [
    { name: 'order statuses', compared, differences: statuses },
    { name: 'approved by order', compared, differences: approved },
    { name: 'invoice amounts', compared: invoices, differences: invoiced },
    { name: 'delivered, not invoiced', compared: accounts.size, differences: compareAccounts(uninvoiced, accounts) },
  ];
}

function compareOrder(order: Order, statuses: Difference[], approved: Difference[]): void {
  const subject = salesOrderNumber(order.id);
  const status = statusOf(order);
  if (status !== order.status) statuses.push({ subject, what: 'status', expected: status, found: order.status });
  const contribution = computed(() => approvedContribution(order));
  if (contribution !== order.approvedGross)
    approved.push({ subject, what: 'approved gross', expected: contribution, found: order.approvedGross });
}

type OfInvoice = NonNullable<DeliveredLine['invoice']>;

/** What one slip delivered on one order. */
interface Delivered {
  readonly order: Order;
  readonly lines: readonly DeliveredLine[];
  readonly invoice: OfInvoice | null;
}

/** Each slip is priced by itself, as on its invoice, which rounds its tax. */
function deliveriesOf(orders: readonly Order[], lines: readonly DeliveredLine[]): Delivered[] {
  const byId = new Map(orders.map((order) => [order.id, order]));
  return [...Map.groupBy(lines, ({ orderId, slipId }) => `${orderId} ${slipId}`).values()].flatMap((slip) => {
    const order = byId.get(slip[0]?.orderId ?? 0);
    if (order === undefined) return [];
    const known = slip.filter(({ line }) => order.lines.some((candidate) => candidate.line === line)); // others are orphans
    return [{ order, lines: known, invoice: slip[0]?.invoice ?? null }];
  });
}

function addUninvoiced({ order, lines }: Delivered, byAccount: Map<string, number>): void {
  const gross = computed(() => slipAmounts(order, lines).gross);
  if (typeof gross === 'number') byAccount.set(order.creditAccount, (byAccount.get(order.creditAccount) ?? 0) + gross);
}

/** An invoice against the prices, units and tax rates of its order. */
function compareInvoice({ order, lines }: Delivered, { number: subject, net, tax }: OfInvoice): Difference[] {
  const amounts = computed(() => slipAmounts(order, lines));
  const expected = typeof amounts === 'string' ? { net: amounts, tax: amounts } : amounts;
  return [
    { subject, what: 'net at the prices of its order', expected: expected.net, found: net },
    { subject, what: 'tax at the prices of its order', expected: expected.tax, found: tax },
  ].filter((difference) => difference.expected !== difference.found);
}

/** What is so far off that it cannot be computed is a difference too: the code of the reason instead of a figure. */
function computed<T>(compute: () => T): T | string {
  try {
    return compute();
  } catch (error) {
    if (error instanceof BusinessRejection) return error.code;
    throw error;
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
