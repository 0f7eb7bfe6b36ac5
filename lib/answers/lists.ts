import { channels } from '../domain/master';
import { formatMoney } from '../domain/money';
import { orderStatuses } from '../domain/order';
import type { Visibility } from '../domain/visibility';
import { poKey } from '../intake/canonical-order';
import type { Database } from '../store/database';
import { findOrderIds, findPostings } from '../store/queries';
import { type ListQuery, ListQueryReader, pageOf } from './list-query';
import { type OrderOut, ordersOut } from './order-out';

/**
 * Orders, newest first. Parameters: `status` (several separated by commas), `channel`, `partner`, `customer`, `poNumber`,
 * `from` and `to` (dates or instants of the creation), `limit` 1 to 500 (default 50), `cursor`.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function listOrders(
  db: Database,
  query: ListQuery,
  visible: Visibility = null,
): Promise<{ orders: OrderOut[]; next: string | null }> {
  const reader = new ListQueryReader(query, [
    'status',
    'channel',
    'partner',
    'customer',
    'poNumber',
    'from',
    'to',
    'limit',
    'cursor',
  ]);
  const poNumber = reader.text('poNumber');
  const selection = {
    statuses: reader.someOf('status', orderStatuses),
    channel: reader.oneOf('channel', channels),
    partner: reader.text('partner'),
    customer: reader.text('customer'),
    poKey: poNumber === undefined ? undefined : poKey(poNumber),
    from: reader.from(),
    until: reader.until(),
    visible: visible ?? undefined,
    before: reader.cursor('orders', [0] as const)?.[0],
  };
  const limit = reader.limit();
  reader.check();
  const { page, next } = pageOf('orders', await findOrderIds(db, selection, limit + 1), limit, (id) => [id]);
  const audience = visible === null ? 'internal' : 'partner';
  return { orders: await ordersOut(db, page, { audience }), next };
}

/** One pair of the ledger: `amount` above zero, as a decimal string. */
export interface PostingOut {
  readonly posting: number;
  readonly postingDate: string;
  readonly documentType: string;
  readonly document: string;
  readonly debit: string;
  readonly credit: string;
  readonly amount: string;
  readonly currency: string;
  readonly postedAt: string;
}

/**
 * The ledger, newest first. Parameters: `from`, `to` (posting dates, both included), `limit`, `cursor`.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function ledger(db: Database, query: ListQuery): Promise<{ postings: PostingOut[]; next: string | null }> {
  const reader = new ListQueryReader(query, ['from', 'to', 'limit', 'cursor']);
  const selection = {
    from: reader.date('from'),
    to: reader.date('to'),
    before: reader.cursor('ledger', ['', 0] as const),
  };
  const limit = reader.limit();
  reader.check();
  const { page, next } = pageOf('ledger', await findPostings(db, selection, limit + 1), limit, (entry) => [
    entry.postingDate,
    entry.posting,
  ]);
  const postings = page.map((entry) => ({
    posting: entry.posting,
    postingDate: entry.postingDate,
    documentType: entry.documentType,
    document: entry.document,
    debit: entry.debit,
    credit: entry.credit,
    amount: formatMoney(entry.amount, entry.currency),
    currency: entry.currency,
    postedAt: entry.postedAt,
  }));
  return { postings, next };
}
