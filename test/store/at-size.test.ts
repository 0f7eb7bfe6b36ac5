import { expect } from 'chai';
import { listInvoices } from '../../lib/answers/books-lists';
import { listInbox, listMessages } from '../../lib/answers/inbox-lists';
import { listJobs } from '../../lib/answers/jobs';
import { listOrders } from '../../lib/answers/lists';
import { metricsText } from '../../lib/answers/metrics';
import { orderDetail } from '../../lib/answers/order-detail';
import { signals } from '../../lib/ops/signals';
import type { Database } from '../../lib/store/database';
import { claimableOrders, releasesToRetry } from '../../lib/store/dispatch-queue';
import { takeReadyAnswers } from '../../lib/store/edi-answers';
import { changesParkedSince, changesStored, changesThatWait } from '../../lib/store/edi-changes';
import { takeDueAnswers } from '../../lib/store/edi-due';
import { jobsLeft } from '../../lib/store/import-jobs';
import { documentsLeft, ordersLeft } from '../../lib/store/left-behind';
import { ordersToInvoice } from '../../lib/store/packing-slips';
import { movementsSince } from '../../lib/store/stock';
import { openStore, type Store } from '../../lib/store/store';
import { stuckOrders } from '../../lib/store/stuck';
import { expiredReservations } from '../../lib/store/waiting';
import { type FreshDatabase, freshDatabase } from '../support/databases';

const now = '2026-11-27T10:00:00.000Z';

/** The tables that grow with the orders. */
const large: ReadonlySet<string> = new Set([
  'inbox_message',
  'inbox_document',
  'edi_document',
  'edi_interchange',
  'edi_order',
  'edi_answer',
  'sales_order',
  'sales_order_terms',
  'sales_order_state',
  'sales_order_line',
  'decision',
  'warehouse_release',
  'packing_slip',
  'packing_slip_line',
  'stock_movement',
  'invoice',
  'credit_note',
  'payment',
  'posting',
  'audit_record',
]);

/** What finds all that a partner or customer ever sent is no index for what waits. */
const tooMuch = /edi_document_content \(partner=\?\)$/;

/** Where a plan reads a large table from end to end, by itself or by an index that has all of its rows. */
function readWhole(sql: string, plan: readonly { readonly detail: string }[], partial: ReadonlySet<string>): string[] {
  const names = [...sql.matchAll(/\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(\w+))?/g)];
  const tables = new Map(names.flatMap(([, table = '', alias = table]) => [[alias, table] as const, [table, table]]));
  for (const alias of ['s', 't']) if (tables.has('sales_order') && !tables.has(alias)) tables.set(alias, 'sales_order');
  return plan
    .map(({ detail }) => detail)
    .filter((detail) => {
      const [, name = '', index = ''] = /^SCAN (\S+)(?: USING (?:COVERING )?INDEX (\S+))?/.exec(detail) ?? [];
      return tooMuch.test(detail) || (large.has(tables.get(name) ?? '') && !partial.has(index));
    });
}

const afterOrder5 = Buffer.from(JSON.stringify(['orders', 5])).toString('base64url');

/** What people ask for, and what is asked again and again by machines. */
const questions: Readonly<Record<string, (db: Database) => Promise<unknown>>> = {
  'orders of a status': (db) => listOrders(db, { status: 'Invoiced' }),
  'orders of some statuses, the next page': (db) => listOrders(db, { status: 'OnHold,Created', cursor: afterOrder5 }),
  'orders of a number': (db) => listOrders(db, { poNumber: 'PO-1' }),
  'orders of a customer': (db) => listOrders(db, { customer: 'C-1' }),
  'orders of a partner': (db) => listOrders(db, { partner: 'ACME' }),
  'orders that a partner may see': (db) => listOrders(db, {}, { ACME: ['*'] }),
  'invoices of a customer': (db) => listInvoices(db, { customer: 'C-1' }),
  'open invoices of a customer': (db) => listInvoices(db, { customer: 'C-1', state: 'open' }),
  'messages of a partner': (db) => listInbox(db, { partner: 'ACME' }),
  'messages of a channel': (db) => listInbox(db, { channel: 'edi' }),
  ...Object.fromEntries(
    ['stored', 'duplicate', 'rejected', 'parked', 'replaced'].flatMap((state) => [
      [`messages with documents that are ${state}`, (db: Database) => listInbox(db, { state })],
      [`documents that are ${state}`, (db: Database) => listMessages(db, { state })],
      [`jobs with documents that are ${state}`, (db: Database) => listJobs(db, { state })],
    ]),
  ),
  'messages that failed in one way': (db) => listInbox(db, { code: 'unknown-sku' }),
  'documents that failed in one way': (db) => listMessages(db, { code: 'unknown-sku' }),
  'an order with all that belongs to it': (db) => orderDetail(db, 1, 'internal', null),
  'documents that wait': (db) => documentsLeft(db, {}, { before: now, now }, 100),
  'changes that wait for their orders': (db) => changesThatWait(db, ['ACME']),
  'changes that wait to be worked': (db) => changesStored(db, ['ACME']),
  'changes that have waited for long': (db) => changesParkedSince(db, now, 100),
  'answers that are ready': (db) => takeReadyAnswers(db, {}, now, 100),
  'answers that are due': (db) => takeDueAnswers(db, 100),
  'messages that are read half': (db) => jobsLeft(db, now, 1),
  'orders that wait for a check': (db) => ordersLeft(db, { bit: 1, after: 0 }, {}, now, 100),
  'orders that are stuck': (db) => stuckOrders(db),
  'orders for the warehouse': (db) => claimableOrders(db, 'MAIN', 100, now),
  'releases to be sent again': (db) => releasesToRetry(db, 'MAIN', now, 100),
  'orders to be invoiced': (db) => ordersToInvoice(db, { limit: 100, leftSince: now }),
  'reservations that have run out': (db) => expiredReservations(db, now, 100),
  'goods that moved since a count': (db) => movementsSince(db, ['A'], now),
  'documents of an order': (db) => listMessages(db, { salesOrder: 'SO-000001' }),
  signals: (db) => signals(db, now),
};

describe('a question to a store with very many orders', () => {
  let database: FreshDatabase;
  let store: Store;
  before(async () => {
    database = await freshDatabase('sqlite');
    store = await openStore(database.url);
  });
  after(async () => {
    await store.close();
    await database.drop();
  });

  const readBy = async (ask: (db: Database) => Promise<unknown>): Promise<string[]> => {
    const asked: [sql: string, values: readonly unknown[]][] = [];
    await store.read((db) => ask(listening(db, asked)));
    expect(asked).to.not.have.length(0);
    const partial = await store.read((db) =>
      db.all<{ name: string }>("select name from sqlite_master where type = 'index' and sql like '% where %'"),
    );
    const whole: string[] = [];
    for (const [sql, values] of asked) {
      const plan = await store.read((db) => db.all<{ detail: string }>(`explain query plan ${sql}`, values));
      whole.push(...readWhole(sql, plan, new Set(partial.map(({ name }) => name))));
    }
    return whole;
  };

  it('is known to read one when it does', async () => {
    expect(await readBy((db) => db.all("select d.place from inbox_document d where d.place = '/7'"))).to.have.length(1);
    expect(await readBy((db) => db.all('select count(*) from inbox_document'))).to.have.length(1);
  });

  for (const [words, ask] of Object.entries(questions))
    it(`reads no large table from end to end: ${words}`, async () => {
      expect(await readBy(ask)).to.deep.equal([]);
    });

  it('counts all of three by an index for the metrics, and reads nothing else from end to end', async () => {
    const whole = await readBy((db) => metricsText(db, now));
    for (const detail of whole) expect(detail).to.match(/^SCAN \w+ USING COVERING INDEX /);
    expect(whole.map((detail) => detail.split(' ')[1])).to.have.members([
      'inbox_document',
      'inbox_message',
      'sales_order_terms',
    ]);
  });
});

function listening(db: Database, asked: [string, readonly unknown[]][]): Database {
  return new Proxy(db, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== 'all') return typeof value === 'function' ? value.bind(target) : value;
      return (sql: string, values: readonly unknown[] = []) => {
        asked.push([sql, values]);
        return target.all(sql, values);
      };
    },
  });
}
