import { expect } from 'chai';
import { listInvoices } from '../../lib/answers/books-lists';
import { listInbox, listMessages } from '../../lib/answers/inbox-lists';
import { listJobs } from '../../lib/answers/jobs';
import { listOrders } from '../../lib/answers/lists';
import { metricsText } from '../../lib/answers/metrics';
import { signals } from '../../lib/ops/signals';
import type { Database } from '../../lib/store/database';
import { openStore, type Store } from '../../lib/store/store';
import { type FreshDatabase, freshDatabase } from '../support/databases';

const now = '2026-11-27T10:00:00.000Z';

/** The tables that grow with the orders. */
const large: ReadonlySet<string> = new Set([
  'inbox_message',
  'inbox_document',
  'sales_order',
  'sales_order_terms',
  'sales_order_state',
  'sales_order_line',
  'warehouse_release',
  'packing_slip',
  'packing_slip_line',
  'invoice',
  'posting',
  'audit_record',
]);

/** The large tables that a plan reads from end to end; one whose index has all that is asked for, or only some rows, is short. */
function readWhole(sql: string, plan: readonly { readonly detail: string }[]): string[] {
  const names = [...sql.matchAll(/\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(\w+))?/g)];
  const tables = new Map(names.flatMap(([, table = '', alias = table]) => [[alias, table] as const, [table, table]]));
  for (const alias of ['s', 't']) if (tables.has('sales_order') && !tables.has(alias)) tables.set(alias, 'sales_order');
  return plan
    .map(({ detail }) => detail)
    .filter((detail) => {
      const [, name = '', how = ''] = /^SCAN (\S+)(.*)$/.exec(detail) ?? [];
      return large.has(tables.get(name) ?? '') && !/ USING (COVERING )?INDEX /.test(how);
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
  'documents of an order': (db) => listMessages(db, { salesOrder: 'SO-000001' }),
  signals: (db) => signals(db, now),
  metrics: (db) => metricsText(db, now),
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

  it('is known to read one when it does', async () => {
    const sql = "select d.place from inbox_document d where d.place = '/7'";
    const plan = await store.read((db) => db.all<{ detail: string }>(`explain query plan ${sql}`));
    expect(readWhole(sql, plan)).to.have.length(1);
  });

  for (const [words, ask] of Object.entries(questions))
    it(`reads no large table from end to end: ${words}`, async () => {
      const asked: [sql: string, values: readonly unknown[]][] = [];
      await store.read((db) => ask(listening(db, asked)));
      expect(asked).to.not.have.length(0);
      for (const [sql, values] of asked) {
        const plan = await store.read((db) => db.all<{ detail: string }>(`explain query plan ${sql}`, values));
        expect(readWhole(sql, plan), sql).to.deep.equal([]);
      }
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
