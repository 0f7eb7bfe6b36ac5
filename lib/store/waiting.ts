import { financialHolds, ruleHolds } from '../domain/order';
import type { OpenInvoice } from '../domain/overdue';
import type { Database } from './database';

const quoted = (reasons: Iterable<string>): string => [...reasons].map((reason) => `'${reason}'`).join(', ');

export interface WaitingOrder {
  readonly orderId: number;
  readonly account: string;
}

/**
 * Held orders of these accounts that wait for nothing but rules: no person holds them. Account by account, each in the
 * order of release.
 */
export async function waitingOrders(db: Database, accounts: readonly string[], limit: number): Promise<WaitingOrder[]> {
  if (accounts.length === 0) return [];
  const rows = await db.all<{ order_id: number; credit_account: string }>(
    `select o.order_id, o.credit_account from sales_order o where o.status = 'OnHold' and ${db.dialect.inList('o.credit_account', 'text')}
       and not exists (select 1 from hold h where h.order_id = o.order_id and (h.forced = 1 or h.reason not in (${quoted(ruleHolds)})))
     order by o.credit_account, o.priority, o.held_since, o.order_id limit ?`,
    [db.dialect.listOf(accounts), limit],
  );
  return rows.map((row) => ({ orderId: row.order_id, account: row.credit_account }));
}

/** What could let no order behind it by: the longest waiting and the most often passed order of an account and priority. */
export interface QueueHead {
  readonly priority: number;
  readonly heldSince: string;
  /** How many approvals of the account the most often passed order has seen, less the account's own count. */
  readonly leastPassesAtHold: number;
}

export async function queueHeads(db: Database, accounts: readonly string[]): Promise<Map<string, QueueHead[]>> {
  if (accounts.length === 0) return new Map();
  const rows = await db.all<{ credit_account: string; priority: number; held_since: string; least: number }>(
    `select o.credit_account, o.priority, min(o.held_since) as held_since, min(o.passes_at_hold - o.passed_over) as least from sales_order o
     where o.status = 'OnHold' and ${db.dialect.inList('o.credit_account', 'text')}
       and exists (select 1 from hold h where h.order_id = o.order_id and h.reason in (${quoted(financialHolds)}))
       and not exists (select 1 from hold h where h.order_id = o.order_id and (h.forced = 1 or h.reason not in (${quoted(ruleHolds)})))
     group by o.credit_account, o.priority order by o.credit_account, o.priority`,
    [db.dialect.listOf(accounts)],
  );
  const heads = new Map<string, QueueHead[]>();
  for (const { credit_account: account, priority, held_since: heldSince, least } of rows) {
    heads.set(account, [...(heads.get(account) ?? []), { priority, heldSince, leastPassesAtHold: least }]);
  }
  return heads;
}

/** Open invoices of these customers that were due before `today`, by customer. */
export async function invoicesDueBefore(
  db: Database,
  customers: readonly string[],
  today: string,
): Promise<Map<string, OpenInvoice[]>> {
  if (customers.length === 0) return new Map();
  const rows = await db.all<{
    customer: string;
    number: string;
    due_date: string;
    open_amount: number;
    disputed: number;
  }>(
    `select customer, number, due_date, open_amount, disputed from invoice
     where open_amount > 0 and due_date < ? and ${db.dialect.inList('customer', 'text')} order by customer, due_date, invoice_id`,
    [today, db.dialect.listOf([...new Set(customers)])],
  );
  const invoices = new Map<string, OpenInvoice[]>();
  for (const row of rows) {
    const invoice = { number: row.number, dueDate: row.due_date, open: row.open_amount, disputed: row.disputed === 1 };
    invoices.set(row.customer, [...(invoices.get(row.customer) ?? []), invoice]);
  }
  return invoices;
}

/** Held orders whose reservations have run out. */
export async function expiredReservations(db: Database, now: string, limit: number): Promise<number[]> {
  const rows = await db.all<{ order_id: number }>(
    "select order_id from sales_order where status = 'OnHold' and reserved_until < ? order by order_id limit ?",
    [now, limit],
  );
  return rows.map((row) => row.order_id);
}

/** Credit accounts with an order that is paid and waits for one of these SKUs. */
export async function accountsAwaiting(
  db: Database,
  items: readonly { readonly sku: string; readonly warehouse: string }[],
): Promise<string[]> {
  if (items.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<{ credit_account: string }>(
    `select distinct o.credit_account from hold h join sales_order o on o.order_id = h.order_id join sales_order_line l on l.order_id = o.order_id
     where h.reason = 'awaiting-stock' and ${dialect.inList('l.sku', 'text')} and ${dialect.inList('o.warehouse', 'text')} order by o.credit_account`,
    [
      dialect.listOf([...new Set(items.map((item) => item.sku))]),
      dialect.listOf([...new Set(items.map((item) => item.warehouse))]),
    ],
  );
  return rows.map((row) => row.credit_account);
}
