import { orderStatuses } from '../domain/order';
import type { Database } from '../store/database';
import { exceptionKinds } from '../store/exceptions';

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

interface Count {
  readonly label: string;
  readonly count: number;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  /** The name of the one label, when there is one. */
  readonly label?: string;
  /** Labels that are there with 0 when nothing is counted, so that a rule on one of them finds a value. */
  readonly always?: readonly string[];
  /** The rows (label, count). */
  readonly sql: string;
}

/** Nearly all rows are of one label in the end: those are what is left of all when the others, found by an index, are taken off. */
const leftOver = (label: string, table: string, others: string): string => `with others (label, count) as (${others})
  select label, count from others where count > 0 union all
  select '${label}', cast((select count(*) from ${table}) - (select coalesce(sum(count), 0) from others) as bigint) order by label`;

const unfinished = orderStatuses.filter((status) => status !== 'Invoiced').map((status) => `'${status}'`);
// the terms of orders are written once: a table that is quickly counted
const ordersByStatus = leftOver(
  'Invoiced',
  'sales_order_terms',
  `select status, count(*) from sales_order_state where status in (${unfinished.join()}) group by status`,
);
const documentsByState = leftOver(
  'accepted',
  'inbox_document',
  `select 'stored', count(*) from inbox_document where state = 'stored' union all
   select 'duplicate', count(*) from inbox_document where state = 'duplicate' union all
   select state, count(*) from inbox_document where state in ('rejected', 'parked') group by state`,
);

const metrics: readonly Metric[] = [
  {
    name: 'o2c_orders',
    help: 'Orders by status.',
    label: 'status',
    sql: ordersByStatus,
  },
  {
    name: 'o2c_inbox_documents',
    help: 'Documents of the inbox by state.',
    label: 'state',
    sql: documentsByState,
  },
  {
    name: 'o2c_inbox_messages',
    help: 'Messages by channel.',
    label: 'channel',
    sql: 'select channel as label, count(*) as count from inbox_message group by channel order by channel',
  },
  {
    name: 'o2c_holds',
    help: 'Holds by reason.',
    label: 'reason',
    sql: 'select reason as label, count(*) as count from hold group by reason order by reason',
  },
  {
    name: 'o2c_warehouse_releases',
    help: 'Releases to warehouses of orders under way, by status.',
    label: 'status',
    sql: `select r.status as label, count(*) as count from sales_order_state s join warehouse_release r on r.order_id = s.order_id
      where s.status in ('Created', 'ReadyForDelivery', 'OnHold', 'SentToWarehouse', 'PartiallyDelivered', 'CancelRequested') group by r.status order by r.status`,
  },
  {
    name: 'o2c_stock_deficits',
    help: 'Stock items that are short of what is claimed.',
    sql: "select '' as label, count(*) as count from stock_item where deficit > 0",
  },
  {
    name: 'o2c_open_exceptions',
    help: 'Exceptions that wait for a person, by kind.',
    label: 'kind',
    always: exceptionKinds,
    sql: 'select kind as label, count(*) as count from exception where closed_at is null group by kind order by kind',
  },
];

/** What may wait, and since when. */
const waiting: readonly { readonly step: string; readonly sql: string }[] = [
  { step: 'document', sql: "select min(step_at) as since from inbox_document where state = 'stored'" },
  { step: 'checks', sql: "select min(step_at) as since from sales_order_state where status = 'Created'" },
  { step: 'dispatch', sql: "select min(step_at) as since from sales_order_state where status = 'ReadyForDelivery'" },
  { step: 'hold', sql: "select min(held_since) as since from sales_order_state where status = 'OnHold'" },
  { step: 'invoice', sql: "select min(step_at) as since from sales_order_state where status = 'Delivered'" },
];

/** The store's counts in the text format of Prometheus. `now`: ISO 8601 text. */
export async function metricsText(db: Database, now: string): Promise<string> {
  const lines: string[] = [];
  for (const { name, help, label, always = [], sql } of metrics) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
    const counted = await db.all<Count>(sql);
    const none = always.filter((each) => counted.every((row) => row.label !== each));
    for (const row of [...counted, ...none.map((each) => ({ label: each, count: 0 }))])
      lines.push(`${name}${label === undefined ? '' : `{${label}="${quoted(row.label)}"}`} ${row.count}`);
  }
  lines.push(
    '# HELP o2c_oldest_waiting_seconds Age of what has waited longest at a step; 0 when nothing waits.',
    '# TYPE o2c_oldest_waiting_seconds gauge',
  );
  for (const { step, sql } of waiting) {
    const since = (await db.all<{ since: string | null }>(sql))[0]?.since ?? now;
    lines.push(
      `o2c_oldest_waiting_seconds{step="${step}"} ${Math.max(0, (Date.parse(now) - Date.parse(since)) / 1000)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const quoted = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
