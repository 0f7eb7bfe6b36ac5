import { expect } from 'chai';
import { salesOrderNumber } from '../../lib/domain/order';
import type { Payment } from '../../lib/domain/payment';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import type { PaymentOutcome } from '../../lib/stages/payment-outcome';
import { postInvoices } from '../../lib/stages/post-invoices';
import { postPayments } from '../../lib/stages/post-payments';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { SampleCompany } from '../support/orders';
import { expectBooksToAgree } from '../support/reconciliation';
import { slipOf } from '../support/slips';

describe('posting payments', () => {
  onBothDatabases((kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let customer: string;
    let customers = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['OTHER'], ['BOLT'], 10_000);
    });
    after(() => store.close());

    beforeEach(async () => {
      customer = `C-${++customers}`;
      await company.addCustomers([customer]);
    });
    afterEach(() => expectBooksToAgree(company));

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
    const pay = async (payment: Payment): Promise<PaymentOutcome> =>
      (await postPayments(company.context, [payment]))[0] as PaymentOutcome;
    const account = async () =>
      (
        await company.rows<{ open_receivables: number; due_mark: number; approved_gross: number }>(
          'select open_receivables, due_mark, approved_gross from credit_account where account = ?',
          [customer],
        )
      )[0];

    /** An invoice of 11.89 a unit, due after so many days. */
    async function invoiceOf(quantity: number, paymentTermsDays: number): Promise<string> {
      const id = await company.order({ customer, paymentTermsDays, lines: [{ sku: 'BOLT', quantity }] });
      const [delivery] = await confirmDeliveries(company.context, [slipOf([[id, 1, quantity]])]);
      const [posted] = await postInvoices(company.context, { slipIds: [delivery?.slipId as number], limit: 1 });
      return posted?.number as string;
    }

    it('pays the oldest due date first, and keeps the rest on account', async () => {
      const late = await invoiceOf(1, 60);
      const soon = await invoiceOf(1, 10);
      const part = await pay(paymentOf('R-1', 1500));
      expect(part).to.deep.include({
        output: 'applied',
        replayed: false,
        creditAccount: customer,
        amount: '15.00',
        onAccount: '0.00',
        invoices: [
          { invoice: soon, amount: '11.89' },
          { invoice: late, amount: '3.11' },
        ],
      });
      expect(part.summary).to.equal(`R-1: 15.00 EUR of ${customer}, 11.89 to ${soon}, 3.11 to ${late}`);
      const rest = await pay(paymentOf('R-2', 1000));
      expect(rest).to.deep.include({ onAccount: '1.22', invoices: [{ invoice: late, amount: '8.78' }] });
      expect(await account()).to.include({ open_receivables: -122 });
      expect((await account())?.due_mark).to.equal(2);
      const postings = await company.rows('select debit, credit, amount from posting where document = ?', [
        `${customer}/R-1`,
      ]);
      expect(postings).to.deep.equal([{ debit: 'bank', credit: 'receivables', amount: 1500 }]);
    });

    it('is refused when it is said to come later than tomorrow', async () => {
      const refused = await pay(paymentOf('R-9', 100, { receivedAt: '9999-12-31T00:00:00.000Z' }));
      expect(refused.output).to.equal('rejected');
      expect(refused.faults.map(({ path, code }) => [path, code])).to.deep.equal([['/receivedAt', 'out-of-range']]);
      expect(await pay(paymentOf('R-9', 100, { receivedAt: '2026-11-24T00:00:00.000Z' }))).to.include({
        output: 'applied',
        replayed: false,
      });
    });

    it('pays the invoice that is named before the others', async () => {
      const late = await invoiceOf(1, 60);
      const soon = await invoiceOf(1, 10);
      expect((await pay(paymentOf('R-1', 1289, { invoice: late }))).invoices).to.deep.equal([
        { invoice: late, amount: '11.89' },
        { invoice: soon, amount: '1.00' },
      ]);
    });

    it('leaves disputed invoices out, unless they are named', async () => {
      const number = await invoiceOf(1, 10);
      await store.transaction((db) => db.run('update invoice set disputed = 1 where number = ?', [number]));
      expect(await pay(paymentOf('R-1', 500))).to.include({ onAccount: '5.00' });
      expect((await pay(paymentOf('R-2', 500, { invoice: number }))).invoices).to.deep.equal([
        { invoice: number, amount: '5.00' },
      ]);
    });

    it('keeps a payment for the order that it names: it lowers what the order needs, not what others owe', async () => {
      const id = await company.order({ customer, lines: [{ sku: 'BOLT', quantity: 10 }] });
      const outcome = await pay(paymentOf('R-1', 10_000, { salesOrder: salesOrderNumber(id) }));
      expect(outcome).to.include({ earmarked: '100.00', onAccount: '0.00', salesOrder: salesOrderNumber(id) });
      expect((await company.load(id)).earmarked).to.equal(10_000);
      expect(await account()).to.include({ open_receivables: 0, approved_gross: 1888 });
    });

    it('pays the open invoices of the order that it names first', async () => {
      const other = await invoiceOf(1, 1);
      const id = await company.order({ customer, lines: [{ sku: 'BOLT', quantity: 2 }] });
      const [delivery] = await confirmDeliveries(company.context, [slipOf([[id, 1, 1]])]);
      const [posted] = await postInvoices(company.context, { slipIds: [delivery?.slipId as number], limit: 1 });
      const outcome = await pay(paymentOf('R-1', 2000, { salesOrder: salesOrderNumber(id) }));
      expect(outcome).to.deep.include({ earmarked: '8.11', invoices: [{ invoice: posted?.number, amount: '11.89' }] });
      expect(await company.rows('select open_amount from invoice where number = ?', [other])).to.deep.equal([
        { open_amount: 1189 },
      ]);
    });

    it('takes a payment for a finished order as ordinary cash', async () => {
      const id = await company.order({ customer, lines: [{ sku: 'BOLT', quantity: 2 }] });
      await confirmDeliveries(company.context, [slipOf([], { final: true, salesOrder: salesOrderNumber(id) })]);
      expect(await pay(paymentOf('R-1', 2000, { salesOrder: salesOrderNumber(id) }))).to.include({
        earmarked: '0.00',
        onAccount: '20.00',
      });
      expect(await account()).to.include({ open_receivables: -2000 });
    });

    it('gives the same outcome for the same payment, in one batch and later, and refuses another one under its reference', async () => {
      const number = await invoiceOf(1, 10);
      const payment = paymentOf('R-1', 2000);
      const [first, twin] = await postPayments(company.context, [payment, payment]);
      company.now = '2026-11-24T10:00:00.000Z';
      const again = await pay(payment);
      company.now = '2026-11-23T10:00:00.000Z';
      for (const repeat of [twin, again]) expect(repeat).to.deep.equal({ ...first, replayed: true });
      expect(first?.invoices).to.deep.equal([{ invoice: number, amount: '11.89' }]);
      for (const other of [{ amount: 2001 }, { invoice: number }, { receivedAt: '2026-11-01T00:00:00.000Z' }]) {
        expect((await pay({ ...payment, ...other })).faults[0]).to.include({
          path: '/reference',
          code: 'payment-conflict',
        });
      }
      expect(await account()).to.include({ open_receivables: 1189 - 2000 });
    });

    it('rejects what is unknown or in another currency, with every fault, and posts nothing', async () => {
      const number = await invoiceOf(1, 10);
      const codes = async (more: Partial<Payment>) =>
        (await pay(paymentOf('R-1', 100, more))).faults.map(({ path, code }) => `${path} ${code}`);
      expect(await codes({ customer: 'NOBODY' })).to.deep.equal(['/customer unknown-customer']);
      expect(await codes({ customer: 'OTHER', invoice: number })).to.deep.equal(['/invoice unknown-invoice']);
      expect(await codes({ currency: 'USD', invoice: 'INV-2026-999999', salesOrder: 'SO-999999' })).to.deep.equal([
        '/currency currency-mismatch',
        '/invoice unknown-invoice',
        '/salesOrder unknown-order',
      ]);
      expect(await codes({ salesOrder: 'order 7' })).to.deep.equal(['/salesOrder unknown-order']);
      expect(
        await company.rows('select payment_id from payment where reference = ? and customer in (?, ?)', [
          'R-1',
          customer,
          'OTHER',
        ]),
      ).to.have.length(0);
      const outcomes = await postPayments(company.context, [
        paymentOf('R-2', 100, { currency: 'USD' }),
        paymentOf('R-3', 100),
      ]);
      expect(outcomes.map(({ output }) => output)).to.deep.equal(['rejected', 'applied']);
      expect(outcomes[0]?.creditAccount).to.equal(null);
    });

    it('posts payments of several connections at the same time once each', async () => {
      await invoiceOf(5, 10);
      const payments = Array.from({ length: 6 }, (_, i) => paymentOf(`R-${i}`, 500 + i));
      const outcomes = await Promise.all(
        Array.from({ length: kind === 'postgres' ? 6 : 2 }, (_, i) =>
          postPayments(company.context, i % 2 ? payments : payments.toReversed()),
        ),
      );
      expect(outcomes.flat().filter(({ replayed }) => !replayed)).to.have.length(6);
      expect(await account()).to.include({ open_receivables: 5944 - 3015 });
    });
  });
});
