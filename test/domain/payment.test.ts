import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Cash,
  type Payable,
  pay,
  payFromCash,
  spendOnAccount,
  spread,
  sumOf,
  takeBack,
} from '../../lib/domain/payment';
import { readPayments } from '../support/payments';

const payableOf = (invoiceId: number, open: number, more: Partial<Payable> = {}): Payable => ({
  invoiceId,
  number: `INV-${invoiceId}`,
  orderId: invoiceId,
  customer: 'C-1',
  open,
  disputed: false,
  ...more,
});
const cashOf = (paymentId: number, onAccount: number, more: Partial<Cash> = {}): Cash => ({
  paymentId,
  customer: 'C-1',
  orderId: null,
  earmarked: 0,
  onAccount,
  ...more,
});

describe('payments', () => {
  describe('as they are sent', () => {
    const body = { reference: 'R-1', customer: 'C-1', amount: '74.38', currency: 'EUR' };

    it('are shown in faults in so far as they can be stored', () => {
      const [read] = readPayments({ ...body, amount: `x\u0000${'9'.repeat(500)}`, 'a\ud800\u0000': 1 });
      expect(read?.faults.map(({ path, value = '' }) => [path, value.length])).to.deep.equal([
        ['/a\ufffd\ufffd', 0],
        ['/amount', 80],
      ]);
      expect(read?.faults[1]?.value).to.match(/^x\ufffd9/);
    });
    const faults = (more: object) =>
      readPayments({ ...body, ...more }).flatMap((read) => read.faults.map(({ path, code }) => `${path} ${code}`));

    it('are read as one or as an array', () => {
      const payment = {
        reference: 'R-1',
        customer: 'C-1',
        amount: 7438,
        currency: 'EUR',
        receivedAt: null,
        invoice: null,
        salesOrder: null,
      };
      expect(readPayments(body)).to.deep.equal([{ kind: 'payment', payment, faults: [] }]);
      expect(
        readPayments([body, { ...body, amount: 74.38, receivedAt: '2026-11-23', invoice: ' INV-1 ' }]),
      ).to.deep.equal([
        { kind: 'payment', payment, faults: [] },
        {
          kind: 'payment',
          payment: { ...payment, receivedAt: '2026-11-23T00:00:00.000Z', invoice: 'INV-1' },
          faults: [],
        },
      ]);
      expect(readPayments({ ...body, receivedAt: '2026-11-23T10:00:00+02:00' })[0]?.payment?.receivedAt).to.equal(
        '2026-11-23T08:00:00.000Z',
      );
    });

    it('are refused with every fault', () => {
      expect(faults({ reference: '', customer: undefined, amount: '1.234', colour: 'red' })).to.have.members([
        '/reference missing-field',
        '/customer missing-field',
        '/amount inexact-number',
        '/colour unknown-field',
      ]);
      expect(faults({ currency: 'XXX' })).to.deep.equal(['/currency unknown-currency']);
      expect(faults({ amount: '0' })).to.deep.equal(['/amount out-of-range']);
      expect(faults({ amount: '1e3' })).to.deep.equal(['/amount not-a-number']);
      expect(faults({ amount: '90000000000000' })).to.deep.equal(['/amount out-of-range']);
      expect(faults({ receivedAt: 'yesterday' })).to.deep.equal(['/receivedAt bad-date']);
      expect(readPayments('money')[0]?.faults.map(({ code }) => code)).to.deep.equal(['wrong-type']);
      expect(readPayments([body, 7])[1]?.faults[0]?.path).to.equal('/1');
    });

    it('say that money paid back is not supported, in whatever way it comes', () => {
      expect(faults({ amount: '-5' })).to.deep.equal(['/amount not-supported']);
      expect(faults({ refund: true })).to.deep.equal(['/refund not-supported']);
    });
  });

  it('go to invoices in their order, all of it, and never more than is open', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 6 }), fc.integer({ min: 1, max: 2000 }), (opens, amount) => {
        const payables = opens.map((open, i) => payableOf(i + 1, open));
        const applications = pay(1, payables, amount);
        const total = opens.reduce((sum, open) => sum + open, 0);
        expect(sumOf(applications)).to.equal(Math.min(amount, total));
        expect(payables.reduce((sum, { open }) => sum + open, 0)).to.equal(total - sumOf(applications));
        const firstOpen = payables.findIndex(({ open }) => open > 0);
        if (firstOpen >= 0)
          expect(payables.slice(firstOpen + 1).map(({ open }) => open)).to.deep.equal(opens.slice(firstOpen + 1));
        expect(new Set(applications.map(({ invoiceId }) => invoiceId)).size).to.equal(applications.length);
      }),
    );
  });

  it('pay what is named first, then the oldest; disputed ones only when they are named', () => {
    const payables = () => [
      payableOf(1, 100),
      payableOf(2, 100, { disputed: true }),
      payableOf(3, 100),
      payableOf(4, 100, { customer: 'C-2' }),
    ];
    const to = (invoice: string | null, amount: number, keptFor: number | null = null) => {
      const { applications, rest } = spread(9, { customer: 'C-1', amount, invoice }, keptFor, payables());
      return [...applications.map(({ invoiceId, amount: part }) => [invoiceId, part]), rest];
    };
    expect(to(null, 150)).to.deep.equal([[1, 100], [3, 50], 0]);
    expect(to(null, 999)).to.deep.equal([[1, 100], [3, 100], 799]);
    expect(to('INV-3', 150)).to.deep.equal([[3, 100], [1, 50], 0]);
    expect(to('INV-2', 50)).to.deep.equal([[2, 50], 0]);
    expect(to(null, 150, 3)).to.deep.equal([[3, 100], 50]);
    expect(to(null, 150, 7)).to.deep.equal([150]);
  });

  it('on account pay a new invoice, what is kept for its order before that', () => {
    const cash = [
      cashOf(1, 30),
      cashOf(2, 0, { orderId: 7, earmarked: 50 }),
      cashOf(3, 0, { orderId: 8, earmarked: 99 }),
      cashOf(4, 100, { customer: 'C-2' }),
      cashOf(5, 60),
    ];
    const invoice = payableOf(1, 100, { orderId: 7 });
    expect(payFromCash(invoice, cash)).to.deep.equal({
      applications: [
        { paymentId: 2, invoiceId: 1, amount: 50 },
        { paymentId: 1, invoiceId: 1, amount: 30 },
        { paymentId: 5, invoiceId: 1, amount: 20 },
      ],
      earmarked: 50,
    });
    expect(invoice.open).to.equal(0);
    expect(cash.map(({ earmarked, onAccount }) => earmarked + onAccount)).to.deep.equal([0, 0, 99, 100, 40]);
  });

  it('on account pay open invoices, the oldest first, and leave disputed ones and those of others', () => {
    const cash = [cashOf(1, 70), cashOf(2, 70), cashOf(3, 10, { customer: 'C-2' })];
    const payables = [payableOf(1, 100), payableOf(2, 50, { disputed: true }), payableOf(3, 20)];
    expect(spendOnAccount(cash, payables)).to.deep.equal([
      { paymentId: 1, invoiceId: 1, amount: 70 },
      { paymentId: 2, invoiceId: 1, amount: 30 },
      { paymentId: 2, invoiceId: 3, amount: 20 },
    ]);
    expect(cash.map(({ onAccount }) => onAccount)).to.deep.equal([0, 20, 10]);
    expect(payables.map(({ open }) => open)).to.deep.equal([0, 50, 0]);
  });

  it('are taken back from an invoice with the newest payment first, no more than was paid', () => {
    const paid = [5, 3, 9].map((paymentId) => ({ paymentId, invoiceId: 1, amount: paymentId * 10 }));
    const taken = (amount: number) => takeBack(paid, amount).map(({ paymentId, amount: part }) => [paymentId, part]);
    expect(taken(95)).to.deep.equal([
      [9, 90],
      [5, 5],
    ]);
    expect(taken(500)).to.deep.equal([
      [9, 90],
      [5, 50],
      [3, 30],
    ]);
    expect(taken(0)).to.deep.equal([]);
  });
});
