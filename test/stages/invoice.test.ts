import { expect } from 'chai';
import { salesOrderNumber } from '../../lib/domain/order';
import type { Payment } from '../../lib/domain/payment';
import { cancelOpen } from '../../lib/stages/cancel-release';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import type { InvoiceOutcome } from '../../lib/stages/invoice-outcome';
import { postInvoices } from '../../lib/stages/post-invoices';
import { postPayments } from '../../lib/stages/post-payments';
import { migrate } from '../../lib/store/migrate';
import { invoiceSubjects } from '../../lib/store/migrations/0013-invoice-subjects';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { SampleCompany } from '../support/orders';
import { expectBooksToAgree } from '../support/reconciliation';
import { type SlipLine, slipOf } from '../support/slips';

describe('posting invoices', () => {
  onBothDatabases((kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let customer: string;
    let customers = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open([], ['BOLT', 'NUT'], 100_000);
    });
    after(() => store.close());

    beforeEach(async () => {
      customer = `C-${++customers}`;
      await company.addCustomers([customer]);
    });
    afterEach(async () => {
      await postInvoices(company.context, { limit: 500 });
      await expectBooksToAgree(company);
    });

    const place = (quantities: readonly number[], more: object = {}) =>
      company.order({ customer, lines: quantities.map((quantity) => ({ sku: 'BOLT', quantity })), ...more });
    const deliver = async (lines: readonly SlipLine[], more: object = {}): Promise<number> => {
      const [outcome] = await confirmDeliveries(company.context, [slipOf(lines, more)]);
      expect(outcome?.output, outcome?.summary).to.be.oneOf(['delivered', 'partly']);
      return outcome?.slipId as number;
    };
    const invoice = async (slipId: number): Promise<InvoiceOutcome[]> =>
      postInvoices(company.context, { slipIds: [slipId], limit: 500 });
    const paymentOf = (reference: string, amount: number, more: Partial<Payment> = {}): Payment => ({
      reference,
      customer,
      amount,
      currency: 'EUR',
      receivedAt: null,
      invoice: null,
      salesOrder: null,
      ...more,
    });
    const account = async () =>
      (
        await company.rows<{ open_receivables: number; uninvoiced_gross: number }>(
          'select open_receivables, uninvoiced_gross from credit_account where account = ?',
          [customer],
        )
      )[0];

    it('invoices a slip: amounts, tax, due date, ledger, credit', async () => {
      const id = await company.order({
        customer,
        paymentTermsDays: 14,
        lines: [
          { sku: 'BOLT', quantity: 3, unitPrice: 333_333 },
          { sku: 'NUT', quantity: 1, unitPrice: 5000, taxCode: 'LOW' },
        ],
      });
      const slipId = await deliver([
        [id, 2, 1],
        [id, 1, 1],
        [id, 1, 2],
      ]);
      const [outcome] = await invoice(slipId);
      expect(outcome).to.deep.include({
        output: 'posted',
        replayed: false,
        orderId: id,
        slipId,
        gross: '119.54',
        open: '119.54',
        currency: 'EUR',
        dueDate: '2026-12-07',
        faults: [],
      });
      expect(outcome?.number).to.match(/^INV-2026-\d{6}$/);
      expect(outcome?.summary).to.include({
        status: 'Invoiced',
        summary: `${salesOrderNumber(id)} invoiced with ${outcome?.number}: 119.54 EUR, due 2026-12-07`,
      });
      const [row] = await company.rows<{ net: number; tax: number; gross: number; taxes: string }>(
        'select net, tax, gross, taxes from invoice where order_id = ?',
        [id],
      );
      expect(row).to.include({ net: 10_050, tax: 1904, gross: 11_954 });
      expect(JSON.parse(row?.taxes ?? '')).to.deep.equal([
        { taxCode: 'FULL', rate: 1900, net: 10_000, tax: 1900 },
        { taxCode: 'LOW', rate: 700, net: 50, tax: 4 },
      ]);
      const postings = await company.rows(
        'select debit, credit, amount from posting where document = ? order by posting',
        [outcome?.number],
      );
      expect(postings).to.deep.equal([
        { debit: 'receivables', credit: 'revenue', amount: 10_050 },
        { debit: 'receivables', credit: 'tax', amount: 1900 },
        { debit: 'receivables', credit: 'tax', amount: 4 },
        { debit: 'cost-of-sales', credit: 'goods-delivered-not-invoiced', amount: 425 + 850 + 425 },
      ]);
      expect(await account()).to.deep.equal({ open_receivables: 11_954, uninvoiced_gross: 0 });
    });

    it('makes one invoice a slip and order, and the order is invoiced with the last one', async () => {
      const one = await place([5, 2]);
      const two = await place([1]);
      const shared = await deliver([
        [one, 1, 2],
        [two, 1, 1],
      ]);
      const rest = await deliver([
        [one, 1, 3],
        [one, 2, 2],
      ]);
      const outcomes = await postInvoices(company.context, { slipIds: [shared, rest], limit: 500 });
      expect(outcomes.map(({ slipId, orderId }) => [slipId, orderId])).to.deep.equal([
        [shared, one],
        [shared, two],
        [rest, one],
      ]);
      expect((await company.load(one)).status).to.equal('Invoiced');
      expect((await company.load(two)).status).to.equal('Invoiced');
    });

    it('gives the invoice again for a slip that was invoiced', async () => {
      const id = await place([5]);
      const slipId = await deliver([[id, 1, 2]]);
      const [first] = await invoice(slipId);
      const [again] = await invoice(slipId);
      expect(again).to.deep.include({ output: 'posted', replayed: true, number: first?.number, gross: first?.gross });
      expect(again?.summary.replayed).to.equal(true);
      expect((await company.load(id)).status).to.equal('PartiallyDelivered');
      expect((await postInvoices(company.context, { limit: 500 })).map(({ slipId: posted }) => posted)).not.to.include(
        slipId,
      );
    });

    it('invoices whatever waits, also of orders on hold', async () => {
      const id = await place([5]);
      await deliver([[id, 1, 2]]);
      await company.change(id, (order) => {
        for (const release of order.releases) release.status = 'Cancelled';
        order.holds = [
          { reason: 'operator', rule: 'by-hand', evidence: {}, since: company.now, by: 'test', forced: true },
        ];
      });
      expect((await company.load(id)).status).to.equal('OnHold');
      const outcomes = await postInvoices(company.context, { limit: 500 });
      expect(outcomes.map(({ orderId }) => orderId)).to.deep.equal([id]);
      expect((await company.load(id)).status).to.equal('OnHold');
      await company.change(id, (order, work) => cancelOpen(work, order, 'operator'));
      expect((await company.load(id)).status).to.equal('Invoiced');
    });

    it('writes one more invoice for a late slip', async () => {
      const id = await place([5]);
      await invoice(await deliver([[id, 1, 3]], { final: true }));
      expect((await company.load(id)).status).to.equal('Invoiced');
      const late = await deliver([[id, 1, 2]]);
      expect((await company.load(id)).status).to.equal('Delivered');
      expect((await invoice(late))[0]).to.include({ output: 'posted', gross: '23.78' });
      expect((await company.load(id)).status).to.equal('Invoiced');
    });

    it('uses what is kept for the order first, then what is on account', async () => {
      const id = await place([10]);
      await postPayments(company.context, [
        paymentOf('kept', 10_000, { salesOrder: salesOrderNumber(id), receivedAt: '2026-11-22T00:00:00.000Z' }),
        paymentOf('free', 1000, { receivedAt: '2026-11-20T00:00:00.000Z' }),
      ]);
      expect(await account()).to.include({ open_receivables: -1000 });
      const [outcome] = await invoice(await deliver([[id, 1, 10]]));
      expect(outcome).to.include({ gross: '118.88', open: '8.88' });
      expect(outcome?.summary.summary).to.include('118.88 EUR, 8.88 open, due 2026-12-23');
      expect(await account()).to.include({ open_receivables: 888 });
      expect((await company.load(id)).earmarked).to.equal(0);
    });

    it('frees what is left of the cash kept for an order when the order is invoiced or cancelled', async () => {
      const other = await place([1]);
      await invoice(await deliver([[other, 1, 1]]));
      const id = await place([1]);
      const never = await place([1]);
      await postPayments(company.context, [
        paymentOf('much', 3000, { salesOrder: salesOrderNumber(id) }),
        paymentOf('more', 700, { salesOrder: salesOrderNumber(never) }),
      ]);
      expect(await account()).to.include({ open_receivables: 1189 });
      expect((await invoice(await deliver([[id, 1, 1]])))[0]).to.include({ open: '0.00' });
      // 30.00 less two invoices of 11.89 each: the older one was open
      expect(await account()).to.include({ open_receivables: -(3000 - 2 * 1189) });
      await confirmDeliveries(company.context, [slipOf([], { final: true, salesOrder: salesOrderNumber(never) })]);
      expect(await account()).to.include({ open_receivables: -(3700 - 2 * 1189) });
      expect(
        await company.rows('select earmarked, on_account from payment where customer = ? order by payment_id', [
          customer,
        ]),
      ).to.deep.equal([
        { earmarked: 0, on_account: 622 },
        { earmarked: 0, on_account: 700 },
      ]);
    });

    it('says what cannot be invoiced, and invoices the rest', async () => {
      const broken = await place([1]);
      const fine = await place([1]);
      const slipId = await deliver([
        [broken, 1, 1],
        [fine, 1, 1],
      ]);
      const lose = (line: number) =>
        store.transaction(async (db) => {
          await db.run('update packing_slip_line set line = ? where order_id = ?', [line, broken]);
          await db.run('update sales_order_state set stamp = 0 where order_id = ?', [broken]);
        });
      await lose(99);
      const outcomes = await invoice(slipId);
      expect(outcomes.map(({ output, orderId }) => [output, orderId])).to.deep.equal([
        ['exception', broken],
        ['posted', fine],
      ]);
      expect(outcomes[0]?.faults).to.deep.equal([
        { path: '', code: 'unknown-line', message: 'The order has no line 99.' },
      ]);
      expect(await company.rows("select message from exception where kind = 'invoice'")).to.have.length(1);
      await lose(1);
      expect((await invoice(slipId)).map(({ output, replayed }) => [output, replayed])).to.deep.equal([
        ['posted', false],
        ['posted', true],
      ]);
      expect(
        await company.rows("select message from exception where kind = 'invoice' and closed_at is null"),
      ).to.have.length(0);
    });

    it('leaves the exception of an order open when another order of the slip is invoiced by itself', async () => {
      const [broken, fine] = [await place([1]), await place([1])];
      await deliver([
        [broken, 1, 1],
        [fine, 1, 1],
      ]);
      const lose = (line: number) =>
        store.transaction((db) => db.run('update packing_slip_line set line = ? where order_id = ?', [line, broken]));
      const alone = async (id: number) =>
        (await postInvoices(company.context, { orderIds: [id], limit: 1 })).map(({ output }) => output);
      const open = () => company.rows("select subject from exception where kind = 'invoice' and closed_at is null");
      await lose(99);
      expect([await alone(broken), await alone(fine)]).to.deep.equal([['exception'], ['posted']]);
      expect(await open()).to.have.length(1);
      await lose(1);
      expect(await alone(broken)).to.deep.equal(['posted']);
      expect(await open()).to.deep.equal([]);
    });

    it('closes the exception of a slip that an earlier version raised, once its store was brought up to date', async () => {
      const broken = await place([1]);
      const slipId = await deliver([[broken, 1, 1]]);
      const lose = (line: number) =>
        store.transaction((db) => db.run('update packing_slip_line set line = ? where order_id = ?', [line, broken]));
      const alone = async () =>
        (await postInvoices(company.context, { orderIds: [broken], limit: 1 })).map(({ output }) => output);
      await lose(99);
      expect(await alone()).to.deep.equal(['exception']);
      await store.transaction(async (db) => {
        await db.run(
          `update exception set subject = (select warehouse || '/' || packing_slip from packing_slip where slip_id = ?)
           where kind = 'invoice' and closed_at is null`,
          [slipId],
        );
        await db.run('delete from schema_migration where number >= ?', [invoiceSubjects.number]);
        await migrate(db, company.now, [invoiceSubjects]);
      });
      await lose(1);
      expect(await alone()).to.deep.equal(['posted']);
      expect(
        await company.rows("select subject from exception where kind = 'invoice' and closed_at is null"),
      ).to.deep.equal([]);
    });

    it('counts from one in every year', async () => {
      company.now = '2027-01-02T10:00:00.000Z';
      const id = await place([1]);
      expect((await invoice(await deliver([[id, 1, 1]])))[0]?.number).to.equal('INV-2027-000001');
      company.now = '2026-11-23T10:00:00.000Z';
    });

    it('numbers without gaps and invoices each slip line once, in eight batches at the same time', async () => {
      const ids: number[] = [];
      for (let i = 0; i < 24; i++) ids.push(await place([4, 2]));
      const slips = ids.flatMap((id) => [
        slipOf([
          [id, 1, 1],
          [id, 2, 2],
        ]),
        slipOf([[id, 1, 3]]),
      ]);
      await confirmDeliveries(company.context, slips);
      const workers = kind === 'postgres' ? 8 : 1;
      const context = { ...company.context, store: beginningTogether(store, workers) };
      const worker = async (): Promise<InvoiceOutcome[]> => {
        const mine: InvoiceOutcome[] = [];
        for (;;) {
          const posted = await postInvoices(context, { limit: 3 });
          mine.push(...posted);
          if (posted.length === 0) return mine;
        }
      };
      const work = await Promise.all(Array.from({ length: 8 }, worker));
      if (kind === 'postgres')
        expect(work.filter((mine) => mine.length > 0).length, 'workers that got something').to.be.above(1);
      await postInvoices(company.context, { limit: 500 });
      const invoices = await company.rows<{ sequence: number }>(
        'select sequence from invoice where fiscal_year = 2026 order by sequence',
      );
      expect(invoices.map(({ sequence }) => sequence)).to.deep.equal(invoices.map((_, i) => i + 1));
      expect(
        await company.rows(
          'select slip_id from packing_slip_line l where not exists (select 1 from invoice i where i.slip_id = l.slip_id and i.order_id = l.order_id)',
        ),
      ).to.have.length(0);
      const [{ next } = { next: 0 }] = await company.rows<{ next: number }>(
        'select next from number_series where fiscal_year = 2026',
      );
      expect(next).to.equal(invoices.length + 1);
      for (const id of ids) expect((await company.load(id)).status).to.equal('Invoiced');
    });
  });
});

/** The store, whose first transactions wait for each other: so many of them have begun when one of them does its work. */
function beginningTogether(store: Store, count: number): Store {
  const { promise: allHere, resolve } = Promise.withResolvers<void>();
  let here = 0;
  const transaction: Store['transaction'] = (work) =>
    store.transaction(async (db, last) => {
      await db.all('select 1');
      here += 1;
      if (here === count) resolve();
      await allHere;
      return work(db, last);
    });
  return Object.create(store, { transaction: { value: transaction } }) as Store;
}
