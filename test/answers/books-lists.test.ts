import { expect } from 'chai';
import { listCreditNotes, listInvoices, listPayments } from '../../lib/answers/books-lists';
import type { ListQuery } from '../../lib/answers/list-query';
import { BusinessRejection } from '../../lib/domain/faults';
import type { Database } from '../../lib/store/database';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { expectAnswer } from '../support/openapi';
import { storeBooks } from './books';
import { now } from './stored-orders';

/** To the one of `storeBooks` two invoices more, credit notes on two of them, and a payment that is on account. */
async function storeMore(db: Database): Promise<void> {
  const invoice = {
    document_type: 'INV',
    fiscal_year: 2026,
    order_id: 4,
    customer: 'C-1001',
    credit_account: 'C-1001',
    currency: 'JPY',
    net: 500,
    tax: 0,
    gross: 500,
    taxes: '[{"taxCode":"ZERO","rate":0,"net":500,"tax":0}]',
    due_date: '2026-12-24',
    posted_at: '2026-11-24T10:00:00.000Z',
    disputed: 0,
  };
  await db.insert('invoice', [
    {
      ...invoice,
      invoice_id: 3,
      number: 'INV-2026-000002',
      sequence: 2,
      slip_id: 2,
      open_amount: 500,
      invoice_date: '2026-11-24',
    },
    {
      ...invoice,
      invoice_id: 2,
      number: 'INV-2026-000003',
      sequence: 3,
      slip_id: 3,
      open_amount: 0,
      invoice_date: '2026-11-25',
      customer: 'C-1002',
    },
  ]);
  const creditNote = {
    document_type: 'CN',
    fiscal_year: 2026,
    invoice_id: 1,
    customer: 'C-1001',
    digest: 'd',
    reason: 'damaged',
    note: null,
    currency: 'EUR',
    net: 100,
    tax: 19,
    gross: 119,
    taxes: '[{"taxCode":"STD","rate":1900,"net":100,"tax":19}]',
    freed: 0,
    posted_at: now,
  };
  await db.insert('credit_note', [
    {
      ...creditNote,
      credit_note_id: 1,
      number: 'CN-2026-000001',
      sequence: 1,
      reference: 'CLAIM-1',
      credit_date: '2026-11-23',
    },
    {
      ...creditNote,
      credit_note_id: 33,
      number: 'CN-2026-000002',
      sequence: 2,
      reference: 'CLAIM-2',
      credit_date: '2026-11-24',
    },
    {
      ...creditNote,
      credit_note_id: 22,
      number: 'CN-2026-000003',
      sequence: 3,
      reference: 'CLAIM-3',
      credit_date: '2026-11-25',
      invoice_id: 2,
      customer: 'C-1002',
      currency: 'JPY',
    },
  ]);
  await db.insert('payment', [
    {
      payment_id: 2,
      customer: 'C-1001',
      reference: 'BANK-2',
      amount: 2_000,
      currency: 'EUR',
      received_at: '2026-11-24T09:00:00.000Z',
      invoice: null,
      order_id: null,
      earmarked: 0,
      on_account: 2_000,
      posted_at: '2026-11-24T10:00:00.000Z',
    },
  ]);
}

describe('lists of the books', () =>
  onBothDatabases((_, url) => {
    let store: Store;

    before(async () => {
      store = await openStore(url());
      await store.transaction(async (db) => {
        await storeBooks(db);
        await storeMore(db);
      });
    });
    after(() => store.close());

    const invoices = async (query: ListQuery) => {
      const answer = await store.read((db) => listInvoices(db, query));
      expectAnswer('GET', '/o2c/invoices', 200, 'application/json', answer);
      return answer;
    };
    const creditNotes = async (query: ListQuery) => {
      const answer = await store.read((db) => listCreditNotes(db, query));
      expectAnswer('GET', '/o2c/credit-notes', 200, 'application/json', answer);
      return answer;
    };
    const payments = async (query: ListQuery) => {
      const answer = await store.read((db) => listPayments(db, query));
      expectAnswer('GET', '/o2c/payments', 200, 'application/json', answer);
      return answer;
    };
    const counted = (entries: readonly { readonly number: string }[]) => entries.map(({ number }) => number.slice(-1));

    it('show what is invoiced, credited and open, the highest number first, whichever was stored last', async () => {
      const { invoices: all, next } = await invoices({});
      expect(counted(all)).to.deep.equal(['3', '2', '1']);
      expect(next).to.equal(null);
      expect(all[2]).to.deep.equal({
        number: 'INV-2026-000001',
        documentType: 'INV',
        salesOrder: 'SO-000002',
        packingSlip: 'PS-1',
        customer: 'C-1001',
        currency: 'EUR',
        net: '50.00',
        tax: '9.50',
        total: '59.50',
        credited: '2.38',
        open: '10.00',
        invoiceDate: '2026-11-23',
        dueDate: '2026-12-23',
        postedAt: now,
        disputed: false,
      });
      expect(all[1]).to.include({ total: '500', credited: '0', open: '500', packingSlip: null });
    });

    it('find invoices by customer, state and date, both days included', async () => {
      const found = async (query: ListQuery) => counted((await invoices(query)).invoices);
      expect(await found({ customer: 'C-1001' })).to.deep.equal(['2', '1']);
      expect(await found({ state: 'open' })).to.deep.equal(['2', '1']);
      expect(await found({ state: 'closed' })).to.deep.equal(['3']);
      expect(await found({ from: '2026-11-24', to: '2026-11-25' })).to.deep.equal(['3', '2']);
      expect(await found({ to: '2026-11-24', customer: 'C-1001', state: 'open' })).to.deep.equal(['2', '1']);
      expect(await found({ customer: 'C-0' })).to.deep.equal([]);
    });

    it('show credit notes, and find them by customer, invoice and date', async () => {
      const found = async (query: ListQuery) => counted((await creditNotes(query)).creditNotes);
      expect((await creditNotes({ to: '2026-11-23' })).creditNotes).to.deep.equal([
        {
          number: 'CN-2026-000001',
          invoice: 'INV-2026-000001',
          reason: 'damaged',
          net: '1.00',
          tax: '0.19',
          total: '1.19',
          creditDate: '2026-11-23',
          documentType: 'CN',
          salesOrder: 'SO-000002',
          customer: 'C-1001',
          creditNote: 'CLAIM-1',
          note: null,
          currency: 'EUR',
          freed: '0.00',
          postedAt: now,
        },
      ]);
      expect(await found({})).to.deep.equal(['3', '2', '1']);
      expect(await found({ customer: 'C-1002' })).to.deep.equal(['3']);
      expect(await found({ invoice: 'INV-2026-000001' })).to.deep.equal(['2', '1']);
      expect(await found({ from: '2026-11-24', to: '2026-11-24' })).to.deep.equal(['2']);
    });

    it('show payments with what they paid, and find them by customer and time', async () => {
      const found = async (query: ListQuery) =>
        (await payments(query)).payments.map(({ reference }) => reference.slice(-1));
      const { payments: all } = await payments({});
      expect(all[0]).to.deep.include({ reference: 'BANK-2', onAccount: '20.00', invoices: [], salesOrder: null });
      expect(all[1]).to.deep.equal({
        reference: 'BANK-1',
        customer: 'C-1001',
        amount: '49.50',
        currency: 'EUR',
        receivedAt: now,
        postedAt: now,
        invoices: [{ invoice: 'INV-2026-000001', amount: '49.50' }],
        earmarked: '0.00',
        onAccount: '0.00',
        salesOrder: 'SO-000002',
      });
      expect(await found({ customer: 'C-1001' })).to.deep.equal(['2', '1']);
      expect(await found({ customer: 'C-1002' })).to.deep.equal([]);
      expect(await found({ from: '2026-11-24' })).to.deep.equal(['2']);
      expect(await found({ to: '2026-11-23' })).to.deep.equal(['1']);
      expect(await found({ from: now, to: now })).to.deep.equal(['1']);
    });

    it('come in pages without losing or repeating one', async () => {
      const walk = async <Page extends { readonly next: string | null }>(list: (query: ListQuery) => Promise<Page>) => {
        const pages: Page[] = [await list({ limit: 1 })];
        for (let next = pages[0]?.next; next; next = pages.at(-1)?.next)
          pages.push(await list({ limit: 1, cursor: next }));
        return pages;
      };
      expect((await walk(invoices)).flatMap((page) => counted(page.invoices))).to.deep.equal(['3', '2', '1']);
      expect((await walk(creditNotes)).flatMap((page) => counted(page.creditNotes))).to.deep.equal(['3', '2', '1']);
      const references = (await walk(payments)).flatMap((page) => page.payments.map(({ reference }) => reference));
      expect(references).to.deep.equal(['BANK-2', 'BANK-1']);
    });

    it('refuse bad parameters with every fault, and cursors of other lists', async () => {
      const { next } = await invoices({ limit: 1 });
      for (const [list, paths] of [
        [listInvoices, ['/colour', '/from', '/limit', '/state']],
        [listCreditNotes, ['/colour', '/cursor', '/from', '/limit', '/state']],
        [listPayments, ['/colour', '/cursor', '/from', '/limit', '/state']],
      ] as const) {
        const query = { colour: 'red', state: 'paid', from: 'tomorrow', limit: 501, cursor: next };
        const refusal = await store.read((db) =>
          (list as (db: Database, query: ListQuery) => Promise<unknown>)(db, query).then(
            () => undefined,
            (error: unknown) => error,
          ),
        );
        expect(refusal).to.be.instanceOf(BusinessRejection);
        expect((refusal as BusinessRejection).faults.map(({ path }) => path).sort()).to.deep.equal(paths);
      }
    });
  }));
