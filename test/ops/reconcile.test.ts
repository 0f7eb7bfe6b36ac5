import { expect } from 'chai';
import { reconcile } from '../../lib/ops/reconcile';
import { changeCompanySettings } from '../../lib/stages/company-settings';
import { postPayments } from '../../lib/stages/post-payments';
import type { Database } from '../../lib/store/database';
import { openStore, type Store } from '../../lib/store/store';
import { type DatabaseKind, freshDatabase, onBothDatabases } from '../support/databases';
import { SampleCompany } from '../support/orders';
import { SoundBooks } from './sound-books';

/** One hand in the database: what it does, where it is found, and what the other checks that see it are. */
interface Planted {
  readonly what: string;
  readonly sql: readonly string[];
  /** `check: subject what expected→found` */
  readonly found: readonly string[];
}

const posting =
  'insert into posting (document_type, document, debit, credit, amount, currency, posting_date, posted_at) values';

const at = '2026-11-23T10:00:00.000Z';

const planted: readonly Planted[] = [
  {
    what: 'open receivables',
    sql: ["update credit_account set open_receivables = open_receivables + 1 where account = 'C-1'"],
    found: ['open receivables: C-1 open receivables'],
  },
  {
    what: 'delivered, not invoiced',
    sql: ["update credit_account set uninvoiced_gross = uninvoiced_gross + 1 where account = 'C-2'"],
    found: ['delivered, not invoiced: C-2 delivered, not invoiced 0→1'],
  },
  {
    what: 'the approved sum of an account',
    sql: ["update credit_account set approved_gross = approved_gross + 1 where account = 'C-1'"],
    found: ['approved by account: C-1 approved gross'],
  },
  {
    what: 'the approved share of an order',
    sql: [
      'update sales_order_state set approved_gross = approved_gross + 1 where order_id = 3',
      "update credit_account set approved_gross = approved_gross + 1 where account = 'C-1'",
    ],
    found: ['approved by order: SO-000003 approved gross 2776→2777'],
  },
  {
    what: 'a reservation',
    sql: ["update stock_item set reserved = reserved + 1 where sku = 'A'"],
    found: ['reservations: A in MAIN reserved'],
  },
  {
    what: 'a movement',
    sql: [
      "insert into stock_movement (sku, warehouse, kind, quantity, reference, at, cost) values ('B', 'MAIN', 'receipt', 5, 'r', 't', 0)",
    ],
    found: ['stock: B in MAIN on hand'],
  },
  {
    what: 'a shipment without a slip',
    sql: [
      "insert into stock_movement (sku, warehouse, kind, quantity, reference, at) values ('B', 'MAIN', 'delivery', -5, 'r', 't')",
      "update stock_item set on_hand = on_hand - 5 where sku = 'B'",
    ],
    found: ['stock: r B shipped 0→5'],
  },
  {
    what: 'an accepted document without its order',
    sql: ['update inbox_document set order_id = 99 where document_id = 1'],
    found: ['documents: document 1 order of an accepted document 99→1'],
  },
  {
    what: 'an order whose document was rejected',
    sql: ["update inbox_document set state = 'rejected', order_id = null where document_id = 2"],
    found: [
      'documents: order 2 accepted document of an order 2→null',
      'documents: order documents accepted, and orders 5→6',
    ],
  },
  {
    what: 'a duplicate of nothing',
    sql: [
      "insert into inbox_document (document_id, inbox_id, ordinal, kind, place, state, order_id, attempts, step_at) values (99, 1, 1, 'order', '', 'duplicate', 98, 1, 't')",
    ],
    found: ['documents: document 99 order that a duplicate names 98→null'],
  },
  {
    what: 'a message without documents',
    sql: [
      'insert into inbox_message (inbox_id, channel, partner, document, content_type, bytes, size, sha256, fingerprint, single, warnings, received_at) select 99, channel, partner, document, content_type, bytes, size, sha256, fingerprint, single, warnings, received_at from inbox_message where inbox_id = 1',
    ],
    found: ['documents: message 99 documents of a message 1→0'],
  },
  {
    what: 'a document that counts as nothing',
    sql: [
      "insert into inbox_document (document_id, inbox_id, ordinal, kind, place, state, order_id, attempts, step_at) values (99, 1, 1, 'order', '', 'rejected', 1, 1, 't')",
    ],
    found: ['accounting of documents: documents received 7→6'],
  },
  {
    what: 'a document that nothing replaced',
    sql: [
      "insert into inbox_document (document_id, inbox_id, ordinal, kind, place, state, replaced_by, attempts, step_at) values (99, 1, 1, 'order', '', 'rejected', 98, 1, 't')",
    ],
    found: ['accounting of documents: document 99 message that replaced it 98→null'],
  },
  {
    what: 'a corrected copy of nothing',
    sql: ['update inbox_message set corrects = 98 where inbox_id = 1'],
    found: ['accounting of documents: message 1 message that it corrects 98→null'],
  },
  {
    what: 'bytes that are not all there',
    sql: ['update inbox_message set size = size + 5 where inbox_id = 2'],
    found: ['accounting of documents: message 2 bytes'],
  },
  {
    what: 'a gap in the invoice numbers',
    sql: ['update invoice set sequence = 9 where sequence = 3'],
    found: [
      'invoice numbers: INV-2026-000003 number of the series INV-2026-000009→INV-2026-000003',
      'invoice numbers: INV 2026 number in the series 3→9',
      'invoice numbers: INV 2026 next number 10→4',
    ],
  },
  {
    what: 'a number that was taken and not used',
    sql: ['update number_series set next = next + 1'],
    found: ['invoice numbers: INV 2026 next number 4→5', 'credit note numbers: CN 2026 next number 2→3'],
  },
  {
    what: 'a series without its row',
    sql: ['delete from number_series'],
    found: ['invoice numbers: INV 2026 number series 1→0', 'credit note numbers: CN 2026 number series 1→0'],
  },
  {
    what: 'an invoice amount',
    sql: ['update invoice set net = net + 1, gross = gross + 1, open_amount = open_amount + 1 where sequence = 1'],
    found: [
      'open receivables: C-1 open receivables',
      'ledger: INV-2026-000001 receivables',
      'ledger: INV-2026-000001 revenue',
      'invoice amounts: INV-2026-000001 net at the prices of its order 494→495',
    ],
  },
  {
    what: 'a posting too many',
    sql: [`${posting} ('invoice', 'INV-2026-000001', 'receivables', 'tax', 1, 'EUR', '2026-11-23', '${at}')`],
    found: ['ledger: INV-2026-000001 receivables', 'ledger: INV-2026-000001 tax'],
  },
  {
    what: 'a payment posted twice',
    sql: [`${posting} ('payment', 'C-2/R-C-2', 'bank', 'receivables', 2000, 'EUR', '2026-11-23', '${at}')`],
    found: ['ledger: C-2/R-C-2 bank 2000→4000'],
  },
  {
    what: 'a delivery posted twice',
    sql: [
      `${posting} ('delivery', 'MAIN/PS-2', 'goods-delivered-not-invoiced', 'inventory', 1, 'EUR', '2026-11-23', '${at}')`,
    ],
    found: ['ledger: MAIN/PS-2 goods delivered not invoiced 2550→2551'],
  },
  {
    what: 'cash that was used twice',
    sql: ["update payment set on_account = on_account + 1, amount = amount + 2 where customer = 'C-2'"],
    found: [
      'open receivables: C-2 open receivables',
      'payments: payment C-2 R-C-2 amount',
      'ledger: C-2/R-C-2 bank 2002→2000',
    ],
  },
  {
    what: 'an open amount',
    sql: ["update invoice set open_amount = open_amount - 1 where customer = 'C-2'"],
    found: ['payments: INV-2026-000002 paid'],
  },
  {
    what: 'cash kept for an order',
    sql: ['update sales_order_state set earmarked = earmarked - 1 where order_id = 4'],
    found: ['payments: order 4 kept for the order', 'approved by order: SO-000004 approved gross'],
  },
  {
    what: 'a delivered quantity',
    sql: ['update sales_order_line set delivered = delivered - 1000 where order_id = 4 and line = 1'],
    found: [
      'delivered and invoiced: order 4 line 1 delivered 7000→6000',
      'approved by order: SO-000004 approved gross',
    ],
  },
  {
    what: 'an invoiced quantity',
    sql: ['update sales_order_line set invoiced = invoiced - 1 where order_id = 5'],
    found: [
      'delivered and invoiced: order 5 line 1 invoiced 6000→5999',
      'order statuses: SO-000005 status Delivered→Invoiced',
    ],
  },
  {
    what: 'a status',
    sql: ["update sales_order_state set status = 'Cancelled' where order_id = 1"],
    found: ['order statuses: SO-000001 status Created→Cancelled'],
  },
  {
    what: 'a count of holds',
    sql: ['update sales_order_state set hold_count = 2 where order_id = 2'],
    found: ['holds: order 2 holds 1→2'],
  },
  {
    what: 'the open release',
    sql: ['update sales_order_state set open_release = null where order_id = 4'],
    found: ['releases: order 4 open release 1→null'],
  },
  {
    what: 'the last release',
    sql: ['update sales_order_state set last_release = 7 where order_id = 4'],
    found: ['releases: order 4 last release 1→7'],
  },
  {
    what: 'a line without its order',
    sql: [
      "insert into decision (order_id, check_name, outcome, explanation, evidence, decided_at) values (77, 'credit', 'passed', '', '{}', 't')",
    ],
    found: ['orphans: order 77 credit without sales_order null→null'],
  },
  {
    what: 'an order without its terms',
    sql: [
      'insert into sales_order_state select 78, priority, credit_account, status, reason, checks_judged, checks_passed, hold_count, held_since, passed_over, passes_at_hold, reserved_until, approval_gross, approval_at, approval_until, approval_policy, 0, earmarked, open_release, last_release, step_at, stamp from sales_order_state where order_id = 1',
    ],
    found: ['orphans: order 78 without sales_order_terms null→null'],
  },
  {
    what: 'an invoice of a slip that is not there',
    sql: ['update invoice set slip_id = 55 where order_id = 5'],
    found: [
      'ledger: INV-2026-000002 cost of sales 0→2550',
      'delivered and invoiced: order 5 line 1 invoiced 0→6000',
      'orphans: INV-2026-000002 without packing_slip_line null→null',
      'delivered, not invoiced: C-2 delivered, not invoiced 7133→0',
      'credit notes: INV-2026-000002 line 1 quantity credited at most 0→1000',
    ],
  },
  {
    what: 'a credit note that nobody posted, of more than the invoice has',
    sql: [
      `insert into credit_note select 77, 'CN-2026-000009', document_type, fiscal_year, 9, invoice_id, customer, 'X', digest, reason, note, currency,
         7000, 0, 7000, '[]', 0, credit_date, posted_at from credit_note where sequence = 1`,
      'insert into credit_note_line (credit_note_id, line, quantity, net) values (77, 1, 5001, 6999)',
    ],
    found: [
      'open receivables: C-2 open receivables',
      'payments: INV-2026-000002 paid or credited',
      'credit note numbers: CN 2026 number in the series 2→9',
      'credit note numbers: CN 2026 next number 10→2',
      'credit notes: CN-2026-000009 net of its lines 7000→6999',
      'credit notes: INV-2026-000002 credited at most 7133→8189',
      'credit notes: INV-2026-000002 line 1 quantity credited at most 6000→6001',
      'ledger: CN-2026-000009 receivables 7000→0',
      'ledger: CN-2026-000009 revenue 7000→0',
    ],
  },
  {
    what: 'a credit note posted twice',
    sql: [`${posting} ('credit-note', 'CN-2026-000001', 'tax', 'receivables', 190, 'EUR', '2026-11-23', '${at}')`],
    found: ['ledger: CN-2026-000001 receivables 1189→1379', 'ledger: CN-2026-000001 tax 190→380'],
  },
  {
    what: 'a credit note of an invoice that is not there',
    sql: ["update invoice set invoice_id = 99 where number = 'INV-2026-000002'"],
    found: [
      'open receivables: C-2 open receivables',
      'payments: INV-2026-000002 paid or credited',
      'orphans: CN-2026-000001 without invoice null→null',
      'orphans: payment',
    ],
  },
  {
    what: 'a line without its credit note',
    sql: ['insert into credit_note_line (credit_note_id, line, quantity, net) values (78, 1, 1000, 5)'],
    found: ['orphans: credit note 78 line 1 without credit_note null→null'],
  },
  {
    what: 'the posting of a count, changed',
    sql: ["update posting set amount = amount + 1 where document = 'A in MAIN'"],
    found: [`stock counts: A in MAIN at ${at} inventory 425010→425011`],
  },
  {
    what: 'the posting of a count, deleted',
    sql: ["delete from posting where document = 'A in MAIN'"],
    found: [`stock counts: A in MAIN at ${at} inventory 425010→0`],
  },
  {
    what: 'the posting of a count, the other way round',
    sql: ["update posting set debit = credit, credit = debit where document = 'A in MAIN'"],
    found: [`stock counts: A in MAIN at ${at} inventory 425010→-425010`],
  },
  {
    what: 'a count posted twice',
    sql: [`${posting} ('count', 'A in MAIN', 'inventory', 'stock-clearing', 1, 'EUR', '2026-11-23', '${at}')`],
    found: [`stock counts: A in MAIN at ${at} inventory 425010→425011`],
  },
  {
    what: 'the posting of a count that nobody made',
    sql: [`${posting} ('count', 'C in MAIN', 'stock-clearing', 'inventory', 5, 'EUR', '2026-11-23', '${at}')`],
    found: [`stock counts: C in MAIN at ${at} inventory 0→-5`],
  },
  {
    what: 'the cost of a count',
    sql: ["update stock_movement set cost = cost + 1 where kind = 'count' and sku = 'A'"],
    found: [`stock counts: A in MAIN at ${at} inventory 425011→425010`],
  },
  {
    what: 'a count without its cost, unless it is from before costs were kept',
    sql: [
      `insert into stock_movement (sku, warehouse, kind, quantity, reference, at) values ('A', 'MAIN', 'count', 5, 'r', '9999-01-01'), ('A', 'MAIN', 'count', -5, 'r', '2020-01-01T10:00:00.000Z')`,
      `${posting} ('count', 'A in MAIN', 'stock-clearing', 'inventory', 5, 'EUR', '2020-01-01', '2020-01-01T10:00:00.000Z')`,
    ],
    found: ['stock counts: A in MAIN at 9999-01-01 cost of a count kept→null'],
  },
  {
    what: 'the movement of a delivery under another slip',
    sql: ["update stock_movement set reference = 'MAIN/PS-2' where reference = 'MAIN/PS-1'"],
    found: ['stock: MAIN/PS-1 A shipped 4000→0', 'stock: MAIN/PS-2 A shipped 6000→10000'],
  },
  {
    what: 'the posting of a delivery, changed',
    sql: ["update posting set amount = amount + 1 where document = 'MAIN/PS-2'"],
    found: ['ledger: MAIN/PS-2 goods delivered not invoiced 2550→2551'],
  },
  {
    what: 'the posting of a delivery, deleted',
    sql: ["delete from posting where document = 'MAIN/PS-2'"],
    found: ['ledger: MAIN/PS-2 goods delivered not invoiced 2550→0'],
  },
  {
    what: 'when a delivery was posted',
    sql: ["update posting set posted_at = '2026-11-23T10:00:00.001Z' where document = 'MAIN/PS-2'"],
    found: [`documents of postings: MAIN/PS-2 posted at ${at}→2026-11-23T10:00:00.001Z`],
  },
  {
    what: 'the currency of a posting',
    sql: ["update posting set currency = 'USD' where document = 'C-2/R-C-2'"],
    found: ['documents of postings: C-2/R-C-2 currency EUR→USD'],
  },
  {
    what: 'a posting between accounts that do not go together',
    sql: [`${posting} ('delivery', 'MAIN/PS-2', 'bank', 'revenue', 1, 'EUR', '2026-11-23', '${at}')`],
    found: ['accounts of postings: MAIN/PS-2 debit and credit of a delivery null→bank / revenue'],
  },
  ...['A in MAIN', 'MAIN/PS-2', 'C-2/R-C-2'].map((document) => ({
    what: `the posting date of ${document}`,
    sql: [`update posting set posting_date = '2026-11-24' where document = '${document}'`],
    found: [`dates: posting of ${document} date 2026-11-23→2026-11-24`],
  })),
  {
    what: 'the posting date of an invoice',
    sql: [
      "update posting set posting_date = '2026-10-31' where document = 'INV-2026-000001' and debit = 'cost-of-sales'",
    ],
    found: ['documents of postings: INV-2026-000001 posting date 2026-11-23→2026-10-31'],
  },
  {
    what: 'the posting date of a credit note',
    sql: ["update posting set posting_date = '2026-10-31' where document = 'CN-2026-000001' and debit = 'tax'"],
    found: ['documents of postings: CN-2026-000001 posting date 2026-11-23→2026-10-31'],
  },
  {
    what: 'the date of an invoice with its postings',
    sql: [
      "update invoice set invoice_date = '2026-10-31' where number = 'INV-2026-000001'",
      "update posting set posting_date = '2026-10-31' where document = 'INV-2026-000001'",
    ],
    found: ['dates: INV-2026-000001 date 2026-11-23→2026-10-31'],
  },
  {
    what: 'a price of what is invoiced',
    sql: ['update sales_order_line set unit_price = unit_price + 100 where order_id = 5'],
    found: [
      'invoice amounts: INV-2026-000002 net at the prices of its order 6000→5994',
      'invoice amounts: INV-2026-000002 tax at the prices of its order 1140→1139',
    ],
  },
  {
    what: 'a price that is beyond all bounds',
    sql: ['update sales_order_line set unit_price = 9000000000000000 where order_id = 5'],
    found: [
      'invoice amounts: INV-2026-000002 net at the prices of its order amount-too-large→5994',
      'invoice amounts: INV-2026-000002 tax at the prices of its order amount-too-large→1139',
    ],
  },
  {
    what: 'a unit of what is invoiced',
    sql: ['update sales_order_line set uom_numerator = 2 where order_id = 5'],
    found: ['invoice amounts: INV-2026-000002 net', 'invoice amounts: INV-2026-000002 tax'],
  },
];

class Undo extends Error {}

describe('reconciliation', () => {
  onBothDatabases((kind, url) => {
    let store: Store;

    before(async () => {
      store = await openStore(url());
      await SoundBooks.fill(store);
    });
    after(() => store.close());

    const differences = async (from: Store) => {
      const { checks } = await reconcile(from);
      return checks.flatMap(({ name, differences: found }) =>
        found.map(({ subject, what, expected, found: is }) => `${name}: ${subject} ${what} ${expected}→${is}`),
      );
    };

    it('finds nothing on sound books, and says how much it compared', async () => {
      const { checks, clean } = await reconcile(store);
      expect(checks.filter(({ differences: found }) => found.length > 0)).to.deep.equal([]);
      expect(clean).to.equal(true);
      const compared = Object.fromEntries(checks.map(({ name, compared: count }) => [name, count]));
      expect(compared).to.include({
        'order statuses': 6,
        'invoice numbers': 3,
        payments: 2,
        documents: 6,
        'delivered and invoiced': 8,
        stock: 2,
        'stock counts': 2,
        'invoice amounts': 3,
        dates: 12,
      });
    });

    for (const { what, sql, found } of planted) {
      it(`finds ${what}`, async () => {
        const seen = await changedFor(store, kind, sql, differences);
        for (const expected of found)
          expect(
            seen.filter((line) => line.startsWith(expected)),
            seen.join('\n'),
          ).to.have.length(1);
        expect(seen, seen.join('\n')).to.have.length(found.length);
      });
    }

    it('knows the dates of a company in any time zone, also of one that moved', async () => {
      const other = await freshDatabase(kind as DatabaseKind);
      const elsewhere = await openStore(other.url);
      try {
        const books = new SampleCompany(elsewhere);
        await changeCompanySettings(books.context, 0, { timeZone: 'Pacific/Auckland' }); // 13 hours ahead
        books.now = '2026-11-23T10:30:00.000Z';
        await books.open([], ['A', 'B'], 10);
        books.now = '2026-11-23T11:30:00.000Z';
        await books.count(['A'], 7);
        expect(await differences(elsewhere)).to.deep.equal([]);
        const moved = ["update posting set posting_date = '2026-11-23' where posted_at like '%T11%'"];
        expect(await changedFor(elsewhere, kind, moved, differences)).to.deep.equal([
          'dates: posting of A in MAIN date 2026-11-24→2026-11-23',
        ]);
        books.now = '2026-11-23T12:30:00.000Z';
        await changeCompanySettings(books.context, 1, { timeZone: 'America/Lima' });
        await books.count(['B'], 7);
        expect(await differences(elsewhere)).to.deep.equal([]);
        const never = ["update posting set posting_date = '2026-11-22' where posted_at like '%T11%'"];
        expect(await changedFor(elsewhere, kind, never, differences)).to.deep.equal([
          'dates: posting of A in MAIN date 2026-11-23→2026-11-22',
        ]);
      } finally {
        await elsewhere.close();
        await other.drop();
      }
    });

    it('tells documents apart whose names hold a slash', async () => {
      const other = await freshDatabase(kind as DatabaseKind);
      const elsewhere = await openStore(other.url);
      try {
        const books = new SampleCompany(elsewhere);
        await books.open(['A', 'A/B'], ['X'], 10);
        const paid = (customer: string, reference: string) =>
          postPayments(books.context, [
            { reference, customer, amount: 1000, currency: 'EUR', receivedAt: null, invoice: null, salesOrder: null },
          ]);
        await paid('A', 'B/1');
        books.now = '2026-11-24T10:00:00.000Z';
        await paid('A/B', '1');
        expect(await differences(elsewhere)).to.deep.equal([]);
        const moved = ["update posting set posted_at = '2026-11-25T10:00:00.000Z' where posted_at like '2026-11-24%'"];
        expect(await changedFor(elsewhere, kind, moved, differences)).to.include(
          'documents of postings: A/B/1 posted at 2026-11-23T10:00:00.000Z→2026-11-25T10:00:00.000Z',
        );
      } finally {
        await elsewhere.close();
        await other.drop();
      }
    });

    it('sees one instant, whatever is written meanwhile', async function () {
      if (kind === 'sqlite') this.skip(); // one connection: nothing is written meanwhile
      const company = new SoundBooks(store);
      const writing = Promise.all(
        Array.from({ length: 10 }, () => company.received({ lines: [{ sku: 'A', quantity: 1 }], state: 'Ready' })),
      );
      const seen = await Promise.all(Array.from({ length: 5 }, () => differences(store)));
      await writing;
      // The sample writes an order and its document in two transactions: only that may be seen.
      expect(
        seen.flat().filter((line) => !line.startsWith('documents:') && !line.includes('without inbox_message')),
      ).to.deep.equal([]);
    });
  });
});

/** What `look` sees while the statements are in force, within a transaction that is then taken back. */
async function changedFor<T>(
  store: Store,
  kind: string,
  sql: readonly string[],
  look: (store: Store) => Promise<T>,
): Promise<T> {
  let seen: { value: T } | undefined;
  await store
    .transaction(async (db) => {
      for (const table of ['posting', 'stock_movement', 'credit_note', 'credit_note_line']) await unguard(db, table);
      for (const statement of sql) await db.run(statement);
      // A store whose one connection is this transaction's; its own begin and rollback would end it.
      const inside = {
        run: async (text: string, values?: readonly unknown[]) =>
          /^(begin|rollback)/.test(text) ? 0 : db.run(text, values),
      };
      const same = Object.assign(Object.create(db), inside);
      seen = {
        value: await look({
          ...store,
          read: (work: (connection: typeof db) => Promise<unknown>) => work(same),
        } as unknown as Store),
      };
      throw new Undo(kind);
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
  return (seen as { value: T }).value;
}

async function unguard(db: Database, table: string): Promise<void> {
  if (db.dialect.name === 'postgres') await db.run(`drop trigger ${table}_append_only on ${table}`);
  else for (const verb of ['update', 'delete']) await db.run(`drop trigger ${table}_no_${verb}`);
}
