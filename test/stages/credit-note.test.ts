import { expect } from 'chai';
import { readIncoming } from '../../lib/domain/incoming-money';
import { salesOrderNumber } from '../../lib/domain/order';
import { reconcile } from '../../lib/ops/reconcile';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import type { AppliedCreditNote, CreditNoteOutcome } from '../../lib/stages/credit-note-outcome';
import { postCreditNotes } from '../../lib/stages/post-credit-notes';
import { postInvoices } from '../../lib/stages/post-invoices';
import { postPayments } from '../../lib/stages/post-payments';
import { releaseHeld } from '../../lib/stages/release-held';
import { lockAccounts } from '../../lib/store/credit-accounts';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchase, ready } from '../support/intake';
import { meet } from '../support/meeting';
import { SampleCompany, type SampleOrder } from '../support/orders';
import { readPayments } from '../support/payments';
import { expectBooksToAgree } from '../support/reconciliation';
import { slipOf } from '../support/slips';

describe('posting credit notes', () => {
  onBothDatabases((kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let customer: string;
    let customers = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['OTHER'], ['BOLT', 'NUT'], 10_000);
    });
    after(() => store.close());

    beforeEach(async () => {
      customer = `C-${++customers}`;
      await company.addCustomers([customer]);
    });
    afterEach(async () => {
      await expectBooksToAgree(company);
      const { checks } = await reconcile(store);
      const amiss = checks.filter(({ name }) => !/document/.test(name)).flatMap(({ differences }) => differences);
      // The sample orders have no messages.
      expect(amiss.filter(({ what }) => !/inbox_message/.test(what))).to.deep.equal([]);
    });

    const notesOf = (...bodies: readonly object[]) =>
      readIncoming(bodies).map((read) => {
        if (read.kind === 'credit-note' && read.creditNote !== undefined) return read.creditNote;
        throw new Error(JSON.stringify(read.faults));
      });
    const post = (...bodies: readonly object[]): Promise<CreditNoteOutcome[]> =>
      postCreditNotes(company.context, notesOf(...bodies));
    const applied = async (body: object): Promise<AppliedCreditNote> => {
      const [outcome] = await post({ creditNote: 'CLAIM-1', reason: 'damaged', ...body });
      if (outcome?.output !== 'applied') throw new Error(JSON.stringify(outcome));
      return outcome;
    };
    const rejected = async (body: object): Promise<string[]> => {
      const [outcome] = await post({ creditNote: 'CLAIM-9', reason: 'damaged', ...body });
      expect(outcome?.output).to.equal('rejected');
      return outcome?.faults.map(({ path, code }) => `${path} ${code}`) ?? [];
    };
    const account = async () =>
      (
        await company.rows<{ open_receivables: number; due_mark: number }>(
          'select open_receivables, due_mark from credit_account where account = ?',
          [customer],
        )
      )[0];
    const pay = async (reference: string, amount: string, more: object = {}): Promise<void> => {
      const [read] = readPayments({ reference, customer, amount, currency: 'EUR', ...more });
      const [outcome] = await postPayments(company.context, read?.payment === undefined ? [] : [read.payment]);
      expect(outcome?.output).to.equal('applied');
    };
    const paidOn = (number: string) =>
      company.rows<{ reference: string; amount: number }>(
        `select p.reference, a.amount from payment_application a join payment p on p.payment_id = a.payment_id
         join invoice i on i.invoice_id = a.invoice_id where i.number = ? order by p.payment_id`,
        [number],
      );
    const onAccount = async (): Promise<number> =>
      (
        await company.rows<{ sum: number | null }>(
          'select cast(sum(on_account) as bigint) as sum from payment where customer = ?',
          [customer],
        )
      )[0]?.sum ?? 0;
    const openOf = async (number: string) =>
      (await company.rows<{ open_amount: number }>('select open_amount from invoice where number = ?', [number]))[0]
        ?.open_amount;

    /** An invoice of all of a new order, due after so many days. */
    async function invoiceOf(lines: SampleOrder['lines'], paymentTermsDays = 30): Promise<string> {
      const id = await company.order({ customer, paymentTermsDays, lines });
      return invoiceAll(id, lines);
    }
    async function invoiceAll(id: number, lines: SampleOrder['lines']): Promise<string> {
      const slip = slipOf(lines.map(({ quantity }, i) => [id, i + 1, quantity] as const));
      const [delivery] = await confirmDeliveries(company.context, [slip]);
      const [posted] = await postInvoices(company.context, { slipIds: [delivery?.slipId as number], limit: 1 });
      return posted?.number as string;
    }
    const bolts = (quantity: number): SampleOrder['lines'] => [{ sku: 'BOLT', quantity }];

    it('knows only invoices that were there when it locked the accounts of their customers', async () => {
      const invoice = await invoiceOf(bolts(2));
      const next = invoice.replace(/\d+$/, (digits) => String(Number(digits) + 1).padStart(digits.length, '0'));
      const id = await company.order({ customer: 'OTHER', lines: bolts(3) });
      const outcomes = await meet({
        store,
        first: (db) => lockAccounts(db, [customer]),
        second: () =>
          post(
            { creditNote: 'CLAIM-2', reason: 'damaged', invoice },
            { creditNote: 'CLAIM-3', reason: 'damaged', invoice: next },
          ),
        meanwhile: () => invoiceAll(id, bolts(3)),
      });
      expect(outcomes.map(({ output }) => output)).to.deep.equal(['applied', 'rejected']);
      expect(await openOf(next)).to.equal(3_566);
      const [again] = await post({ creditNote: 'CLAIM-3', reason: 'damaged', invoice: next });
      expect(again?.output).to.equal('applied');
    });

    it('takes back all of an invoice, reverses its postings and lowers what is open', async () => {
      const lines = [
        { sku: 'BOLT', quantity: 5 },
        { sku: 'NUT', quantity: 2, taxCode: 'LOW' },
      ];
      const invoice = await invoiceOf(lines);
      const outcome = await applied({ invoice, note: 'The pallet fell.' });
      expect(outcome).to.deep.include({
        replayed: false,
        creditNote: 'CLAIM-1',
        invoice,
        customer,
        creditAccount: customer,
        net: '69.93',
        tax: '10.89',
        total: '80.82',
        freed: '0.00',
        open: '0.00',
        lines: [
          { line: 1, quantity: '5', net: '49.95' },
          { line: 2, quantity: '2', net: '19.98' },
        ],
      });
      expect(outcome.number).to.match(/^CN-2026-\d{6}$/);
      expect(outcome.summary).to.equal(
        `${outcome.number}: 80.82 EUR credited to ${customer} on ${invoice} (damaged), nothing of it is open`,
      );
      expect(await account()).to.include({ open_receivables: 0, due_mark: 1 });
      const postings = (number: string) =>
        company.rows('select debit, credit, amount from posting where document = ? order by posting', [number]);
      expect(await postings(outcome.number)).to.deep.equal([
        { debit: 'revenue', credit: 'receivables', amount: 6_993 },
        { debit: 'tax', credit: 'receivables', amount: 949 },
        { debit: 'tax', credit: 'receivables', amount: 140 },
      ]);
      expect(await rejected({ invoice })).to.deep.equal(['/invoice nothing-to-credit']);
      const [record] = await company.rows<{ reason: string; evidence: string }>(
        "select reason, evidence from audit_record where subject = 'credit-note' and subject_id = ?",
        [outcome.number],
      );
      expect(record?.reason).to.equal('damaged');
      expect(JSON.parse(record?.evidence ?? '{}')).to.include({
        invoice,
        note: 'The pallet fell.',
        reference: 'CLAIM-1',
      });
      expect((await verifyAudit(store)).fault).to.equal(null);
    });

    it('takes back quantities and amounts of lines until nothing is left, to the cent', async () => {
      const invoice = await invoiceOf([
        { sku: 'BOLT', quantity: 3, unitPrice: 3_333 },
        { sku: 'NUT', quantity: 10 },
      ]);
      const parts = [
        await applied({ creditNote: 'P-1', invoice, lines: [{ line: 1, quantity: '1' }] }),
        await applied({ creditNote: 'P-2', invoice, currency: 'EUR', lines: [{ line: 2, net: '10.01' }] }),
        await applied({
          creditNote: 'P-3',
          invoice,
          lines: [
            { line: 2, quantity: '2.5' },
            { line: 1, quantity: '1' },
          ],
        }),
        await applied({ creditNote: 'P-4', invoice }),
      ];
      expect(parts.map(({ lines }) => lines.map(({ quantity, net }) => `${quantity}: ${net}`))).to.deep.equal([
        ['1: 0.33'],
        ['0: 10.01'],
        ['1: 0.34', '2.5: 22.47'],
        ['1: 0.33', '7.5: 67.42'],
      ]);
      const cents = (text: string) => Math.round(Number(text) * 100);
      const sum = (of: (part: AppliedCreditNote) => string) => parts.reduce((all, part) => all + cents(of(part)), 0);
      expect([sum(({ net }) => net), sum(({ tax }) => tax), sum(({ total }) => total)]).to.deep.equal([
        10_090, 1_917, 12_007,
      ]);
      expect(parts.at(-1)?.open).to.equal('0.00');
      expect(await account()).to.include({ open_receivables: 0 });
    });

    it('never takes back more than is left, and says every fault', async () => {
      const invoice = await invoiceOf([
        { sku: 'BOLT', quantity: 5 },
        { sku: 'NUT', quantity: 2 },
      ]);
      await applied({ creditNote: 'O-1', invoice, lines: [{ line: 1, quantity: '4' }, { line: 2 }] });
      expect(
        await rejected({
          invoice,
          currency: 'EUR',
          lines: [{ line: 1, quantity: '1.001' }, { line: 2, net: '0.01' }, { line: 3 }],
        }),
      ).to.deep.equal([
        '/lines/0/quantity over-credit',
        '/lines/1/line nothing-to-credit',
        '/lines/2/line unknown-line',
      ]);
      expect(await rejected({ invoice, currency: 'EUR', lines: [{ line: 1, net: '10.00' }] })).to.deep.equal([
        '/lines/0/net over-credit',
      ]);
      expect(await openOf(invoice)).to.equal(1_189);
    });

    it('rejects an invoice that is not there or not the customer’s, and another currency', async () => {
      const invoice = await invoiceOf(bolts(1));
      expect(await rejected({ invoice: 'INV-1999-000001' })).to.deep.equal(['/invoice unknown-invoice']);
      expect(await rejected({ invoice, customer: 'OTHER', currency: 'USD' })).to.deep.equal([
        '/invoice unknown-invoice',
        '/currency currency-mismatch',
      ]);
      const outcomes = await post(
        { creditNote: 'X-1', invoice: 'INV-1999-000001', reason: 'other' },
        { creditNote: 'X-2', invoice, customer, currency: 'EUR', reason: 'other' },
      );
      expect(outcomes.map(({ output }) => output)).to.deep.equal(['rejected', 'applied']);
    });

    it('gives the same answer to the same credit note, in one batch and later, and refuses another one under its reference', async () => {
      const invoice = await invoiceOf(bolts(5));
      const body = { creditNote: 'R-1', invoice, reason: 'price', currency: 'EUR', lines: [{ line: 1, net: '5.00' }] };
      const [first, twin] = await post(body, body);
      const [again] = await post({ ...body, customer });
      for (const repeat of [twin, again]) expect(repeat).to.deep.equal({ ...first, replayed: true });
      const other = await invoiceOf(bolts(1));
      for (const change of [{ invoice: other }, { reason: 'error' }, { note: 'x' }, { lines: [{ line: 1 }] }])
        expect(await rejected({ ...body, ...change })).to.deep.equal(['/creditNote credit-note-conflict']);
      const [mine, changed] = await post(
        { ...body, creditNote: 'R-2' },
        { ...body, creditNote: 'R-2', reason: 'error' },
      );
      expect([mine?.output, changed?.faults[0]?.code]).to.deep.equal(['applied', 'credit-note-conflict']);
      expect(await account()).to.include({ open_receivables: 5_944 + 1_189 - 2 * 595 });
    });

    it('makes what had been paid the customer’s cash again: the newest payment first, and free for the next invoice', async () => {
      const invoice = await invoiceOf(bolts(5));
      await pay('M-1', '40.00');
      await pay('M-2', '10.00');
      const outcome = await applied({ invoice, lines: [{ line: 1, quantity: '2' }] });
      expect(outcome).to.include({ total: '23.78', freed: '14.34', open: '0.00' });
      expect(outcome.summary).to.contain("14.34 had been paid and are the customer's again");
      expect(await paidOn(invoice)).to.deep.equal([{ reference: 'M-1', amount: 3_566 }]);
      expect(await onAccount()).to.equal(1_434);
      expect(await account()).to.include({ open_receivables: -1_434 });
      const next = await invoiceOf(bolts(1));
      expect(await openOf(next)).to.equal(0);
      expect(await onAccount()).to.equal(245);
    });

    it('pays the oldest open invoices with it at once, also one that the same payment had paid a part of', async () => {
      const first = await invoiceOf(bolts(2), 5);
      const second = await invoiceOf(bolts(3), 10);
      const third = await invoiceOf(bolts(1), 20);
      await pay('N-1', '30.00');
      expect(await openOf(second)).to.equal(3_566 - 622);
      const outcome = await applied({ invoice: first });
      expect(outcome).to.include({ total: '23.78', freed: '23.78', open: '0.00' });
      expect(await paidOn(first)).to.deep.equal([]);
      expect(await paidOn(second)).to.deep.equal([{ reference: 'N-1', amount: 3_000 }]);
      expect(await openOf(third)).to.equal(1_189);
      expect(await onAccount()).to.equal(0);
      // and what has gone there is taken from there when that is credited too
      const both = await post(
        { creditNote: 'N-2', invoice: second, reason: 'error' },
        { creditNote: 'N-3', invoice: third, reason: 'error' },
      );
      expect(both.map((each) => (each.output === 'applied' ? each.freed : each.faults))).to.deep.equal([
        '30.00',
        '11.89',
      ]);
      expect(await onAccount()).to.equal(3_000);
    });

    it('lets cash kept for an order and cash that came back pay one invoice', async () => {
      const id = await company.order({ customer, lines: bolts(3) });
      const part = await invoiceAll(id, bolts(1));
      await pay('K-1', '30.00', { salesOrder: salesOrderNumber(id) });
      expect((await company.load(id)).earmarked).to.equal(1_811);
      expect((await applied({ invoice: part, lines: [{ line: 1, quantity: '0.5' }] })).freed).to.equal('5.95');
      const rest = await invoiceAll(id, bolts(2));
      expect(await paidOn(rest)).to.deep.equal([{ reference: 'K-1', amount: 2_378 }]);
      expect(await onAccount()).to.equal(28);
      expect((await company.load(id)).earmarked).to.equal(0);
    });

    it('lets cash that an order gives back pay an invoice that it had paid a part of', async () => {
      const open = await invoiceOf(bolts(5));
      const id = await company.order({ customer, lines: bolts(3) });
      const part = await invoiceAll(id, bolts(1));
      await pay('L-1', '30.00', { salesOrder: salesOrderNumber(id) });
      await applied({ invoice: part });
      expect(await paidOn(open)).to.deep.equal([{ reference: 'L-1', amount: 1_189 }]);
      await confirmDeliveries(company.context, [slipOf([], { final: true, salesOrder: salesOrderNumber(id) })]);
      expect(await paidOn(open)).to.deep.equal([{ reference: 'L-1', amount: 3_000 }]);
    });

    it('ends overdue and makes room for the orders that wait, in their order', async () => {
      await company.master('customers', [{ customer, creditLimit: '30.00' }]);
      const invoice = await invoiceOf(bolts(2), 1);
      const limit = await ready(company.context, purchase({ customer, sku: 'BOLT', poNumber: 'LIMIT' }));
      expect((await company.load(limit)).holds.map(({ reason }) => reason)).to.deep.equal(['credit']);
      const now = company.now;
      company.now = '2026-12-20T10:00:00.000Z';
      const late = await ready(company.context, purchase({ customer, sku: 'BOLT', quantity: '0.5', poNumber: 'LATE' }));
      expect((await company.load(late)).holds.map(({ reason }) => reason)).to.include('overdue');
      await applied({ invoice, lines: [{ line: 1, quantity: '1' }] });
      expect((await releaseHeld(company.context)).map(({ output }) => output)).to.not.include('released');
      await applied({ creditNote: 'CLAIM-2', invoice });
      const released = await releaseHeld(company.context);
      expect(released.filter(({ output }) => output === 'released').map(({ orderId }) => orderId)).to.deep.equal([
        limit,
        late,
      ]);
      company.now = now;
    });

    it('numbers without gaps whatever is rejected, and starts anew in a new year', async () => {
      const invoice = await invoiceOf(bolts(9));
      const one = (creditNote: string, quantity: string) => ({
        creditNote,
        invoice,
        reason: 'other',
        lines: [{ line: 1, quantity }],
      });
      const numbers = (outcomes: readonly CreditNoteOutcome[]) =>
        outcomes.map((outcome) => (outcome.output === 'applied' ? Number(outcome.number.slice(-6)) : outcome.output));
      const [first, , third, fourth] = numbers(await post(one('A', '1'), one('B', '99'), one('C', '1'), one('A', '1')));
      expect([third, fourth]).to.deep.equal([(first as number) + 1, first]);
      const now = company.now;
      company.now = '2027-01-01T10:00:00.000Z';
      expect((await applied(one('D', '1'))).number).to.equal('CN-2027-000001');
      company.now = now;
      expect(numbers(await post(one('E', '1')))).to.deep.equal([(third as number) + 1]);
    });

    it('credits each once when several connections send them at the same time', async () => {
      const invoice = await invoiceOf(bolts(20));
      await pay('W-1', '100.00');
      const bodies = Array.from({ length: 6 }, (_, i) => ({
        creditNote: `W-${i}`,
        invoice,
        reason: 'quality',
        lines: [{ line: 1, quantity: '3' }],
      }));
      const outcomes = (
        await Promise.all(
          Array.from({ length: kind === 'postgres' ? 6 : 2 }, (_, i) =>
            post(...(i % 2 ? bodies : bodies.toReversed())),
          ),
        )
      ).flat();
      expect(outcomes.filter((each) => each.output === 'applied' && !each.replayed)).to.have.length(6);
      expect(await applied({ creditNote: 'W-9', invoice })).to.include({ net: '19.98', open: '0.00' });
      expect(await onAccount()).to.equal(10_000);
    });

    it('keeps the books beside payments and invoices of the same customer', async () => {
      const invoices = [await invoiceOf(bolts(4)), await invoiceOf(bolts(5)), await invoiceOf(bolts(6))];
      const waiting = await Promise.all(
        [2, 3].map(async (quantity) => {
          const id = await company.order({ customer, lines: bolts(quantity) });
          const [delivery] = await confirmDeliveries(company.context, [slipOf([[id, 1, quantity]])]);
          return delivery?.slipId as number;
        }),
      );
      await Promise.all([
        ...invoices.map((invoice, i) => pay(`V-${i}`, '70.00', { invoice })),
        ...invoices.map((invoice, i) =>
          applied({ creditNote: `V-${i}`, invoice, lines: [{ line: 1, quantity: String(i + 1) }] }),
        ),
        ...waiting.map((slipId) => postInvoices(company.context, { slipIds: [slipId], limit: 1 })),
      ]);
      // 20 invoiced less 6 credited, at 11.89 but for the rounding of the tax, less what was paid
      expect((await account())?.open_receivables).to.be.within(14 * 1_189 - 21_000 - 5, 14 * 1_189 - 21_000 + 5);
    });
  });
});
