import { addDays, day, hour, later, parseDate } from '../domain/dates';
import { BusinessRejection } from '../domain/faults';
import { formatMoney } from '../domain/money';
import type { Database } from '../store/database';
import { sentAnswers } from '../store/edi-answers';
import { loadPartners } from '../store/master';
import {
  documentsBySource,
  failedDocuments,
  heldOrders,
  holdReasons,
  lateReleases,
  openExceptions,
  ordersBySource,
  type SourceRow,
  shortLines,
  unclearReleases,
} from '../store/reports';

/** How far back failed imports and shortages count. */
const recentHours = 24;
/** A warehouse that was sent goods to ship and says nothing for longer is late. */
const lateDays = 3;

/** What an operator has to see. Amounts as decimal strings by currency, times as ISO 8601 texts. */
export interface Signals {
  readonly at: string;
  readonly failedImports: {
    readonly count: number;
    readonly channels: readonly { readonly channel: string; readonly rejected: number; readonly parked: number }[];
  };
  readonly shortages: {
    readonly count: number;
    readonly items: readonly { readonly sku: string; readonly warehouse: string; readonly lines: number }[];
  };
  readonly ordersOnHold: {
    readonly count: number;
    readonly value: readonly { readonly currency: string; readonly amount: string }[];
    readonly oldest: string | null;
    readonly reasons: readonly { readonly reason: string; readonly orders: number; readonly oldest: string }[];
  };
  readonly warehouseFailures: {
    readonly count: number;
    readonly warehouses: readonly {
      readonly warehouse: string;
      readonly unknown: number;
      readonly parked: number;
      readonly oldest: string;
    }[];
  };
  readonly lateDeliveries: {
    readonly count: number;
    readonly warehouses: readonly { readonly warehouse: string; readonly releases: number; readonly oldest: string }[];
  };
  /** EDI answers that a partner should have acknowledged by now. */
  readonly unacknowledgedAnswers: {
    readonly count: number;
    readonly partners: readonly { readonly partner: string; readonly answers: number; readonly oldest: string }[];
  };
  /** What waits for a person, by kind. */
  readonly exceptions: readonly { readonly kind: string; readonly exceptions: number; readonly oldest: string }[];
}

/** Failed imports and shortages of the last 24 hours (parked ones of any age), holds and warehouses as they are at `now`. */
export async function signals(db: Database, now: string): Promise<Signals> {
  const recent = later(now, -recentHours * hour);
  const channels = await failedDocuments(db, recent);
  const items = await shortLines(db, recent);
  const held = await heldOrders(db);
  const warehouses = await unclearReleases(db);
  const late = await lateReleases(db, later(now, -lateDays * day));
  return {
    at: now,
    failedImports: { count: sum(channels, ({ rejected, parked }) => rejected + parked), channels },
    shortages: { count: sum(items, ({ lines }) => lines), items },
    ordersOnHold: {
      count: sum(held, ({ orders }) => orders),
      value: held.map(({ currency, gross }) => ({ currency, amount: formatMoney(gross, currency) })),
      oldest: held.map(({ oldest }) => oldest ?? now).sort()[0] ?? null,
      reasons: await holdReasons(db),
    },
    warehouseFailures: { count: sum(warehouses, ({ unknown }) => unknown), warehouses },
    lateDeliveries: { count: sum(late, ({ releases }) => releases), warehouses: late },
    unacknowledgedAnswers: await unacknowledgedAnswers(db, now),
    exceptions: await openExceptions(db),
  };
}

/** A partner's answers are late after the hours of its EDI settings; they are looked at by the hour. */
async function unacknowledgedAnswers(db: Database, now: string): Promise<Signals['unacknowledgedAnswers']> {
  const sent = await sentAnswers(db);
  const partners = await loadPartners(
    db,
    sent.map(({ partner }) => partner),
  );
  const late = sent.filter(({ partner, oldest }) => {
    const within = partners.get(partner)?.edi.acknowledgedWithin ?? 0;
    return within > 0 && oldest < later(now, -within * hour);
  });
  const byPartner = [...Map.groupBy(late, ({ partner }) => partner)].map(([partner, hours]) => ({
    partner,
    answers: sum(hours, ({ answers }) => answers),
    oldest: hours[0]?.oldest ?? now,
  }));
  return { count: sum(byPartner, ({ answers }) => answers), partners: byPartner };
}

const sum = <T>(rows: readonly T[], of: (row: T) => number): number => rows.reduce((total, row) => total + of(row), 0);

/** One source: where orders came from, how many there were, and what they are worth. */
export interface SourceReport {
  readonly channel: string;
  readonly partner: string;
  readonly indicator: string;
  readonly currency: string;
  readonly orders: number;
  readonly total: string;
  readonly onHold: number;
  readonly cancelled: number;
  readonly invoiced: number;
}

export interface SourcesReport {
  readonly from: string;
  readonly to: string;
  readonly sources: readonly SourceReport[];
  /** Documents received, by what became of them: also those that became no order. */
  readonly documents: readonly {
    readonly channel: string;
    readonly partner: string;
    readonly state: string;
    readonly documents: number;
  }[];
}

/**
 * Orders and documents of a period by source. `from` and `to` are dates (UTC, both inclusive).
 * @throws BusinessRejection `bad-date`
 */
export async function sourcesReport(
  db: Database,
  period: { readonly from?: string | undefined; readonly to?: string | undefined } = {},
): Promise<SourcesReport> {
  const from = dateOf('from', period.from) ?? '0001-01-01';
  const to = dateOf('to', period.to) ?? '9999-12-31';
  const until = to === '9999-12-31' ? to : addDays(to, 1);
  const sources = (await ordersBySource(db, from, until)).map(sourceOf);
  return { from, to, sources, documents: await documentsBySource(db, from, until) };
}

function dateOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const date = parseDate(text);
  if (date !== null) return date;
  const message = `The parameter ${name} must be a date such as 2026-11-23.`;
  throw new BusinessRejection('bad-date', message, [
    { path: `/${name}`, code: 'bad-date', message, value: text.slice(0, 80) },
  ]);
}

const sourceOf = (row: SourceRow): SourceReport => ({
  channel: row.channel,
  partner: row.partner,
  indicator: row.indicator,
  currency: row.currency,
  orders: row.orders,
  total: formatMoney(row.gross, row.currency),
  onHold: row.on_hold,
  cancelled: row.cancelled,
  invoiced: row.invoiced,
});
