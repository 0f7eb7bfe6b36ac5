import { expect } from 'chai';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { postInvoices } from '../../lib/stages/post-invoices';
import { inTransaction } from '../../lib/stages/transaction';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchase, ready } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { slipOf } from '../support/slips';
import { FlowUnderTest } from './flow-under-test';

const nodes = [
  { id: 'post', type: 'payment-post', outputs: 3 },
  { id: 'query', type: 'order-query', outputs: 1 },
];

describe('the node payment-post', () =>
  onBothDatabases((kind, url) => {
    let flow: FlowUnderTest;
    let store: Store;
    let company: SampleCompany;
    let customers = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      company.now = new Date().toISOString();
      await company.open([], ['A'], 1000);
    });
    after(() => store.close());
    beforeEach(async () => {
      flow = new FlowUnderTest();
      await flow.load(url(), nodes);
    });
    afterEach(() => flow.end());

    /** A customer with an invoice of two units, 23.78. */
    async function invoiced(): Promise<{ customer: string; invoice: string }> {
      const customer = `P-${++customers}`;
      await company.addCustomers([customer]);
      const id = await company.order({ customer, lines: [{ sku: 'A', quantity: 2 }] });
      const [delivery] = await confirmDeliveries(company.context, [slipOf([[id, 1, 2]])]);
      const [posted] = await postInvoices(company.context, { slipIds: [delivery?.slipId as number], limit: 1 });
      return { customer, invoice: posted?.number as string };
    }
    const payloads = async (port: number, count: number) =>
      Promise.all(Array.from({ length: count }, async (_, i) => (await flow.next('post', port, i + 1)).payload));

    it('credits an invoice and names the orders that go on because of it', async () => {
      const { customer, invoice } = await invoiced();
      await company.master('customers', [{ customer, creditLimit: '24.00' }]);
      const waiting = await ready(company.context, purchase({ customer, poNumber: 'WAITS' }));
      expect((await company.load(waiting)).status).to.equal('OnHold');
      const payload = { creditNote: 'N-1', invoice, reason: 'quality', lines: [{ line: 1, quantity: '1' }] };
      flow.send('post', { payload });
      const [told] = await payloads(0, 1);
      expect(told).to.deep.include({ creditNote: 'N-1', invoice, total: '11.89', open: '11.89', replayed: false });
      expect(told?.released).to.deep.equal([`SO-${String(waiting).padStart(6, '0')}`]);
      expect(told?.summary).to.match(/^CN-\d{4}-\d{6}: 11.89 EUR credited/);
      expect((await flow.next('post', 2)).statusCode).to.equal(200);
      flow.send('query', { query: 'credit-note', payload: { number: told?.number } });
      expect((await flow.next('query', 0)).payload).to.deep.include({ creditNote: 'N-1', total: '11.89' });
      expect(flow.caught).to.deep.equal([]);
    });

    it('names only the orders of the account that was paid', async () => {
      const [one, other] = [await invoiced(), await invoiced()];
      const limited = (creditLimit: string) =>
        company.master(
          'customers',
          [one, other].map(({ customer }) => ({ customer, creditLimit })),
        );
      await limited('24.00');
      const waiting = [];
      for (const { customer } of [one, other])
        waiting.push(await ready(company.context, purchase({ customer, poNumber: `WAITS-${customer}` })));
      const note = { creditNote: 'O-1', invoice: one.invoice, reason: 'quality', lines: [{ line: 1, quantity: '1' }] };
      const payment = { reference: 'O-2', customer: other.customer, amount: '1.00', currency: 'EUR' };
      flow.send('post', { payload: [note, payment] });
      const [credited, paid] = await payloads(0, 2);
      expect(credited?.released).to.deep.equal([`SO-${String(waiting[0]).padStart(6, '0')}`]);
      expect(paid?.released).to.deep.equal([]);
    });

    if (kind === 'postgres') {
      it('names an order that the sweeps release while the rest is still booked', async () => {
        const [one, other] = [await invoiced(), await invoiced()];
        await company.master('customers', [{ customer: one.customer, creditLimit: '24.00' }]);
        const waiting = await ready(company.context, purchase({ customer: one.customer, poNumber: 'SWEPT' }));
        const { promise: isReleased, resolve: released } = Promise.withResolvers<void>();
        const { promise: hasBegun, resolve: begun } = Promise.withResolvers<void>();
        const lastBooking = inTransaction(company.context, 'test', async (work) => {
          await work.lockAccounts([other.customer]);
          begun();
          await isReleased;
        });
        await hasBegun;
        const note = { creditNote: 'S-1', invoice: one.invoice, reason: 'quality' };
        const payment = { reference: 'S-2', customer: other.customer, amount: '1.00', currency: 'EUR' };
        flow.send('post', { payload: [note, payment] });
        while ((await company.load(waiting)).status === 'OnHold') await new Promise((wake) => setTimeout(wake, 20));
        released();
        await lastBooking;
        const [credited, paid] = await payloads(0, 2);
        expect(credited?.released).to.deep.equal([`SO-${String(waiting).padStart(6, '0')}`]);
        expect(paid?.released).to.deep.equal([]);
      });
    }

    it('books what comes together in its order', async () => {
      const { customer, invoice } = await invoiced();
      const payment = { customer, amount: '23.78', currency: 'EUR', invoice };
      const note = { invoice, reason: 'error', lines: [{ line: 1, quantity: '1' }] };
      flow.send('post', {
        payload: [
          { ...payment, reference: 'B-1' },
          { ...note, creditNote: 'B-2' },
          { ...payment, reference: 'B-3', amount: '1.00' },
          { ...note, creditNote: 'B-4' },
          { ...note, creditNote: 'B-4', reason: 'nonsense' },
        ],
      });
      const told = await payloads(0, 4);
      const [paid, half, more, rest] = told;
      expect(paid).to.deep.include({ invoices: [{ invoice, amount: '23.78' }], onAccount: '0.00' });
      expect(half).to.deep.include({ freed: '11.89', open: '0.00' });
      expect(more).to.deep.include({ onAccount: '1.00' });
      expect(rest).to.deep.include({ freed: '11.89', open: '0.00' });
      const [rejected] = await payloads(1, 1);
      expect(rejected?.summary).to.match(/^Credit note rejected: /);
      const answer = (await flow.next('post', 2)) as { statusCode?: unknown; payload: Record<string, unknown> };
      expect(answer.statusCode).to.equal(207);
      expect((answer.payload.results as { status: number }[]).map(({ status }) => status)).to.deep.equal([
        200, 200, 200, 200, 422,
      ]);
    });

    it('refuses what cannot be credited, with what is wrong', async () => {
      flow.send('post', { payload: { creditNote: 'X', invoice: 'INV-1900-000001', reason: 'other' } });
      const [rejected] = await payloads(1, 1);
      expect(rejected?.summary).to.equal('Credit note rejected: invoice: There is no invoice INV-1900-000001.');
      expect(rejected?.errors).to.deep.equal([
        {
          path: '/invoice',
          code: 'unknown-invoice',
          message: 'There is no invoice INV-1900-000001.',
          value: 'INV-1900-000001',
        },
      ]);
      expect((await flow.next('post', 2)).statusCode).to.equal(422);
      expect(flow.caught).to.deep.equal([]);
    });
  }));
