import type { Fault, FaultCode } from '../domain/faults';
import { isFinished } from '../domain/lifecycle';
import type { Customer } from '../domain/master';
import { isAhead } from '../domain/moment';
import { formatMoney } from '../domain/money';
import { type Order, salesOrderId } from '../domain/order';
import { type Application, type Payable, type Payment, spread } from '../domain/payment';
import { ConcurrentChange } from '../store/dialect';
import { invoicesByNumber, openInvoices, type PostedInvoice, saveOpenAmounts } from '../store/invoices';
import { loadCustomers } from '../store/master';
import {
  applicationsOf,
  findPayments,
  insertApplications,
  insertPayments,
  type KnownPayment,
  type NewPayment,
} from '../store/payments';
import { appliedPayment, type PaymentOutcome, rejectedPayment } from './payment-outcome';
import { inTransaction } from './transaction';
import type { Asked, StageContext, Work } from './work';

/** What payments are held against. */
interface Books {
  readonly customers: ReadonlyMap<string, Customer>;
  /** by number */
  readonly invoices: ReadonlyMap<string, PostedInvoice>;
  /** Open ones of all customers, the oldest due date first. */
  readonly payables: readonly Payable[];
}

interface Booked {
  readonly payment: NewPayment;
  readonly applications: readonly Application[];
}

/**
 * Posts payments in the order given: each pays the invoice that it names, else the oldest due dates, and the rest stays
 * on account and lowers the exposure. What names an order that is not finished counts for that order alone. Marks the
 * accounts as due: the caller runs the release stage. One outcome a payment, in order; one that came before changes nothing.
 */
export function postPayments(context: StageContext, payments: readonly (Payment & Asked)[]): Promise<PaymentOutcome[]> {
  return inTransaction(context, 'payment', async (work) => {
    const known = new Map((await findPayments(work.db, payments)).map((stored) => [identity(stored), stored]));
    const told = await recorded(work, [...known.values()]);
    const fresh = payments.filter((payment) => !known.has(identity(payment)));
    const books = await open(work, fresh);
    const paymentIds = await work.db.take('payment', Math.max(1, fresh.length));
    const booked: Booked[] = [];
    const outcomes = payments.map((payment) => {
      const before = known.get(identity(payment));
      if (before !== undefined) return repeatOf(payment, before, told.get(before.paymentId));
      const faults = faultsOf(work, payment, books);
      if (faults.length > 0) return rejectedPayment(payment, faults);
      const entry = book(work, payment, paymentIds[booked.length] as number, books);
      booked.push(entry);
      known.set(identity(payment), { ...entry.payment, postedAt: work.now });
      const outcome = appliedPayment(entry.payment, creditAccountOf(payment, books), numbersOf(entry, books), false);
      told.set(entry.payment.paymentId, outcome);
      work.record({
        subject: 'payment',
        subjectId: `${payment.customer}/${payment.reference}`,
        from: null,
        to: 'posted',
        reason: null,
        actor: payment.by ?? work.actor,
        evidence: { summary: outcome.summary, invoices: outcome.invoices },
      });
      return outcome;
    });
    if (
      !(await insertPayments(
        work.db,
        booked.map(({ payment }) => payment),
        work.now,
      ))
    )
      throw new ConcurrentChange('a payment');
    const paid = new Set(booked.flatMap(({ applications }) => applications.map(({ invoiceId }) => invoiceId)));
    await saveOpenAmounts(
      work.db,
      books.payables.filter(({ invoiceId }) => paid.has(invoiceId)),
    );
    await insertApplications(
      work.db,
      booked.flatMap(({ applications }) => applications),
    );
    return outcomes;
  });
}

const identity = ({ customer, reference }: { readonly customer: string; readonly reference: string }): string =>
  JSON.stringify([customer, reference]);

async function open(work: Work, payments: readonly Payment[]): Promise<Books> {
  const customers = await loadCustomers(
    work.db,
    payments.map(({ customer }) => customer),
  );
  await work.lockOrders(
    payments.flatMap(({ salesOrder }) => (salesOrder === null ? [] : (salesOrderId(salesOrder) ?? []))),
  );
  await work.lockAccounts([...customers.values()].map(({ creditAccount }) => creditAccount));
  const invoices = await invoicesByNumber(
    work.db,
    payments.flatMap(({ invoice }) => invoice ?? []),
  );
  return {
    customers,
    invoices: new Map(invoices.map((invoice) => [invoice.number, invoice])),
    payables: await openInvoices(work.db, [...customers.keys()]),
  };
}

function faultsOf(work: Work, payment: Payment, { customers, invoices }: Books): Fault[] {
  const faults: Fault[] = [];
  const add = (path: string, code: FaultCode, message: string, value: string) =>
    faults.push({ path, code, message, value });
  const customer = customers.get(payment.customer);
  if (customer === undefined) {
    add('/customer', 'unknown-customer', `The customer ${payment.customer} is not known.`, payment.customer);
    return faults;
  }
  if (payment.currency !== customer.currency) {
    add(
      '/currency',
      'currency-mismatch',
      `The customer ${customer.customer} pays in ${customer.currency}, the payment is in ${payment.currency}.`,
      payment.currency,
    );
  }
  if (payment.receivedAt !== null && isAhead(payment.receivedAt, work.now)) {
    const words =
      'The payment is said to come later than tomorrow. Send the day on which the money came, or leave it out.';
    add('/receivedAt', 'out-of-range', words, payment.receivedAt);
  }
  if (payment.invoice !== null && invoices.get(payment.invoice)?.customer !== customer.customer) {
    add(
      '/invoice',
      'unknown-invoice',
      `The customer ${customer.customer} has no invoice ${payment.invoice}.`,
      payment.invoice,
    );
  }
  if (payment.salesOrder !== null && orderOf(work, payment)?.customer !== customer.customer) {
    add(
      '/salesOrder',
      'unknown-order',
      `The customer ${customer.customer} has no order ${payment.salesOrder}.`,
      payment.salesOrder,
    );
  }
  return faults;
}

const orderOf = (work: Work, { salesOrder }: Payment): Order | undefined =>
  work.orders.get(salesOrderId(salesOrder ?? '') ?? 0);

function book(work: Work, payment: Payment & Asked, paymentId: number, books: Books): Booked {
  const order = orderOf(work, payment);
  const keptFor = order === undefined || isFinished(order.status) ? null : order;
  const { applications, rest } = spread(paymentId, payment, keptFor?.id ?? null, books.payables);
  const earmarked = keptFor === null ? 0 : rest;
  const account = creditAccountOf(payment, books);
  work.changeAccount(account, { openReceivables: earmarked - payment.amount });
  work.due(account);
  if (keptFor !== null) {
    keptFor.earmarked += earmarked;
    const kept = formatMoney(keptFor.earmarked, payment.currency);
    const evidence = { payment: payment.reference, keptForOrder: kept, currency: payment.currency };
    work.note(keptFor, null, evidence, payment.by);
  }
  const document = `${payment.customer}/${payment.reference}`;
  work.post({
    documentType: 'payment',
    document,
    debit: 'bank',
    credit: 'receivables',
    amount: payment.amount,
    currency: payment.currency,
  });
  const { reference, customer, amount, currency, invoice, receivedAt } = payment;
  const stored = {
    paymentId,
    reference,
    customer,
    amount,
    currency,
    invoice,
    receivedAt: receivedAt ?? work.now,
    orderId: order?.id ?? null,
    earmarked,
    onAccount: rest - earmarked,
  };
  return { payment: stored, applications };
}

const creditAccountOf = ({ customer }: Payment, { customers }: Books): string =>
  customers.get(customer)?.creditAccount ?? customer;

const numbersOf = ({ applications }: Booked, { payables }: Books) =>
  applications.map(({ invoiceId, amount }) => ({
    invoice: payables.find((payable) => payable.invoiceId === invoiceId)?.number ?? '',
    amount,
  }));

/** Payments that came before, with where their money went. */
async function recorded(work: Work, known: readonly KnownPayment[]): Promise<Map<number, PaymentOutcome>> {
  if (known.length === 0) return new Map();
  const applications = await applicationsOf(
    work.db,
    known.map(({ paymentId }) => paymentId),
  );
  const customers = await loadCustomers(
    work.db,
    known.map(({ customer }) => customer),
  );
  return new Map(
    known.map((payment) => {
      const applied = applications.filter(({ paymentId }) => paymentId === payment.paymentId);
      return [
        payment.paymentId,
        appliedPayment(payment, customers.get(payment.customer)?.creditAccount ?? payment.customer, applied, true),
      ];
    }),
  );
}

/** A repeat that says when the money came must say the same; a payment that did not say was received when it was posted. */
function repeatOf(payment: Payment, before: KnownPayment, told: PaymentOutcome | undefined): PaymentOutcome {
  const same =
    payment.amount === before.amount &&
    payment.currency === before.currency &&
    payment.invoice === before.invoice &&
    (payment.salesOrder === null ? null : salesOrderId(payment.salesOrder)) === before.orderId &&
    (payment.receivedAt ?? before.postedAt) === before.receivedAt;
  if (same && told !== undefined) return { ...told, replayed: true };
  const message = `Another payment of ${payment.customer} came before under the reference ${payment.reference}; it stands.`;
  return rejectedPayment(payment, [
    { path: '/reference', code: 'payment-conflict', message, value: payment.reference },
  ]);
}
