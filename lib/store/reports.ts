import type { Database } from './database';

/** Amounts in minor units of the currency. */
export interface OrderSum {
  readonly currency: string;
  readonly orders: number;
  readonly gross: number;
}

/** Documents that failed and that no corrected copy replaced, by channel: rejected since a time, and all that are parked. */
export function failedDocuments(
  db: Database,
  since: string,
): Promise<{ channel: string; rejected: number; parked: number }[]> {
  return db.all(
    `select m.channel, cast(sum(case when d.state = 'rejected' then 1 else 0 end) as bigint) as rejected, cast(sum(case when d.state = 'parked' then 1 else 0 end) as bigint) as parked
     from inbox_document d join inbox_message m on m.inbox_id = d.inbox_id
     where d.state in ('rejected', 'parked') and d.replaced_by is null and (d.state = 'parked' or d.step_at >= ?) group by m.channel order by m.channel`,
    [since],
  );
}

/** Lines cancelled for want of stock, of orders that were touched since a time. */
export function shortLines(db: Database, since: string): Promise<{ sku: string; warehouse: string; lines: number }[]> {
  return db.all(
    `select l.sku, o.warehouse, count(*) as lines from sales_order_line l join sales_order o on o.order_id = l.order_id
     where l.reason = 'out-of-stock' and o.step_at >= ? group by l.sku, o.warehouse order by count(*) desc, l.sku`,
    [since],
  );
}

export function heldOrders(db: Database): Promise<(OrderSum & { oldest: string | null })[]> {
  return db.all(
    `select currency, count(*) as orders, cast(sum(gross) as bigint) as gross, min(held_since) as oldest from sales_order where status = 'OnHold' group by currency order by currency`,
  );
}

/** Orders on hold by reason; an order with two reasons counts in both. */
export function holdReasons(db: Database): Promise<{ reason: string; orders: number; oldest: string }[]> {
  return db.all('select reason, count(*) as orders, min(since) as oldest from hold group by reason order by reason');
}

/** Releases without a clear answer, by warehouse. */
export function unclearReleases(
  db: Database,
): Promise<{ warehouse: string; unknown: number; parked: number; oldest: string }[]> {
  return db.all(
    `select warehouse, count(*) as unknown, cast(sum(parked) as bigint) as parked, min(claimed_at) as oldest from warehouse_release
     where status in ('Claimed', 'Unknown', 'CancelRequested') and (status = 'Unknown' or parked = 1) group by warehouse order by warehouse`,
  );
}

/** Releases that a warehouse acknowledged, claimed before a time and neither delivered in full nor closed. */
export function lateReleases(
  db: Database,
  before: string,
): Promise<{ warehouse: string; releases: number; oldest: string }[]> {
  return db.all(
    `select r.warehouse, count(*) as releases, min(r.claimed_at) as oldest from warehouse_release r join sales_order o on o.order_id = r.order_id
     where r.status = 'Acknowledged' and r.claimed_at < ? and o.status in ('SentToWarehouse', 'PartiallyDelivered') group by r.warehouse order by r.warehouse`,
    [before],
  );
}

export function openExceptions(db: Database): Promise<{ kind: string; exceptions: number; oldest: string }[]> {
  return db.all(
    'select kind, count(*) as exceptions, min(raised_at) as oldest from exception where closed_at is null group by kind order by kind',
  );
}

/** Amounts in minor units: of what was ordered, and of what is invoiced. */
export interface SourceRow {
  readonly channel: string;
  readonly partner: string;
  readonly indicator: string;
  readonly currency: string;
  readonly orders: number;
  readonly gross: number;
  readonly on_hold: number;
  readonly cancelled: number;
  readonly invoiced: number;
}

/** Orders created from a time on and before another, by where they came from. */
export function ordersBySource(db: Database, from: string, until: string): Promise<SourceRow[]> {
  return db.all<SourceRow>(
    `select channel, partner, indicator, currency, count(*) as orders, cast(sum(gross) as bigint) as gross,
       cast(sum(case when status = 'OnHold' then 1 else 0 end) as bigint) as on_hold, cast(sum(case when status = 'Cancelled' then 1 else 0 end) as bigint) as cancelled,
       cast(sum(case when status = 'Invoiced' then 1 else 0 end) as bigint) as invoiced
     from sales_order where created_at >= ? and created_at < ? group by channel, partner, indicator, currency order by channel, partner, indicator, currency`,
    [from, until],
  );
}

/** Documents of messages received in a period, by where they came from and what became of them. */
export function documentsBySource(
  db: Database,
  from: string,
  until: string,
): Promise<{ channel: string; partner: string; state: string; documents: number }[]> {
  return db.all(
    `select m.channel, m.partner, d.state, count(*) as documents from inbox_document d join inbox_message m on m.inbox_id = d.inbox_id
     where m.received_at >= ? and m.received_at < ? group by m.channel, m.partner, d.state order by m.channel, m.partner, d.state`,
    [from, until],
  );
}
