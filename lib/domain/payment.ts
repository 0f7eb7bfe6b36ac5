import { amountAboveZero, amountText, type BelowZero } from './amount-field';
import { exponentOf } from './currency';
import type { Fault } from './faults';
import { currencyCode, isObject, notSupported, orNull, type Read, text } from './master-fields';
import { moment } from './moment';
import { completed, type Field, readDraft } from './record-draft';

/** Money that a customer paid. */
export interface Payment {
  /** Unique for the customer: the number of the bank's statement. */
  readonly reference: string;
  readonly customer: string;
  /** minor units of `currency`, above zero */
  readonly amount: number;
  readonly currency: string;
  /** ISO 8601; null when it was not said. */
  readonly receivedAt: string | null;
  /** The number of the invoice that it is for. */
  readonly invoice: string | null;
  /** The number of the order that it is kept for. */
  readonly salesOrder: string | null;
}

/** `payment` is there exactly when `faults` is empty. */
export interface ReadPayment {
  readonly payment?: Payment;
  readonly faults: readonly Fault[];
}

const required = <T>(read: Read<T>): Field<T> => ({ read });
const optional = <T>(read: Read<T>): Field<T | null> => ({ read: orNull(read), initial: null });

const paymentFields = {
  reference: required(text(100)),
  customer: required(text(100)),
  amount: required(amountText),
  currency: required(currencyCode),
  receivedAt: optional(moment),
  invoice: optional(text(40)),
  salesOrder: optional(text(40)),
  refund: {
    read: notSupported('Money paid back is not supported yet; leave the field out.'),
    initial: null,
  } satisfies Field<null>,
};

const belowZero: BelowZero = {
  code: 'not-supported',
  message:
    'Money paid back is not supported yet; the amount must be above zero. To take back what was invoiced, send a credit note: creditNote, invoice and reason.',
};

/** Reads one payment, with every fault of its form; `at` is its place, a JSON pointer. Numbers must be numbers of a program or texts. */
export function readPayment(sent: unknown, at: string): ReadPayment {
  const faults: Fault[] = [];
  const draft = readDraft(paymentFields, sent, at, faults);
  if (!isObject(sent)) return { faults };
  const { refund: _none, amount, ...rest } = completed(paymentFields, draft, undefined, at, faults);
  const minor =
    draft.amount !== undefined && exponentOf(rest.currency) !== undefined
      ? amountAboveZero(amount, rest.currency, `${at}/amount`, faults, belowZero)
      : 0;
  return faults.length > 0 ? { faults } : { payment: { ...rest, amount: minor }, faults };
}

/** An invoice that money can go to; `open` in minor units. */
export interface Payable {
  readonly invoiceId: number;
  readonly number: string;
  readonly orderId: number;
  readonly customer: string;
  open: number;
  readonly disputed: boolean;
}

/** The part of a payment that no invoice has used, in minor units. */
export interface Cash {
  readonly paymentId: number;
  readonly customer: string;
  /** The order that the payment named. */
  readonly orderId: number | null;
  /** Counts for `orderId` alone. */
  earmarked: number;
  onAccount: number;
}

/** What a payment paid of an invoice, in minor units. */
export interface Application {
  readonly paymentId: number;
  readonly invoiceId: number;
  readonly amount: number;
}

/** Pays invoices in the order given with at most `amount`, and changes what is open of them. Returns what went where. */
export function pay(paymentId: number, payables: readonly Payable[], amount: number): Application[] {
  const applications: Application[] = [];
  let left = amount;
  for (const payable of payables) {
    const part = Math.min(left, payable.open);
    if (part <= 0) continue;
    payable.open -= part;
    left -= part;
    applications.push({ paymentId, invoiceId: payable.invoiceId, amount: part });
  }
  return applications;
}

export const sumOf = (applications: readonly Application[]): number =>
  applications.reduce((sum, { amount }) => sum + amount, 0);

/**
 * Pays a new invoice with the customer's unused cash (the oldest first): with what is kept for its order, then with what
 * is on account. Changes the invoice and the cash. `earmarked` is how much of it had been kept for the order.
 */
export function payFromCash(
  invoice: Payable,
  cash: readonly Cash[],
): { applications: Application[]; earmarked: number } {
  const applications: Application[] = [];
  let earmarked = 0;
  for (const bucket of ['earmarked', 'onAccount'] as const) {
    for (const money of cash) {
      if (money.customer !== invoice.customer || (bucket === 'earmarked' && money.orderId !== invoice.orderId))
        continue;
      const paid = pay(money.paymentId, [invoice], money[bucket]);
      const part = sumOf(paid);
      money[bucket] -= part;
      if (bucket === 'earmarked') earmarked += part;
      applications.push(...paid);
    }
  }
  return { applications, earmarked };
}

/**
 * Spreads a payment: to the invoice that it names, then to the open invoices of the order that it is kept for; when it
 * is kept for none, to the oldest due dates (`payables` come in that order), disputed ones left out. `rest` is unused.
 */
export function spread(
  paymentId: number,
  payment: Pick<Payment, 'customer' | 'amount' | 'invoice'>,
  keptFor: number | null,
  payables: readonly Payable[],
): { applications: Application[]; rest: number } {
  const own = payables.filter((payable) => payable.customer === payment.customer);
  const named = own.filter((payable) => payable.number === payment.invoice);
  const others = own.filter(
    (payable) =>
      payable.number !== payment.invoice && !payable.disputed && (keptFor === null || payable.orderId === keptFor),
  );
  const applications = pay(paymentId, [...named, ...others], payment.amount);
  return { applications, rest: payment.amount - sumOf(applications) };
}

/**
 * Cash on account pays open invoices of its customer (`payables` come with the oldest due date first), disputed ones
 * left out. Changes the cash and what is open.
 */
export function spendOnAccount(cash: readonly Cash[], payables: readonly Payable[]): Application[] {
  const applications: Application[] = [];
  for (const money of cash) {
    const own = payables.filter(({ customer, open, disputed }) => customer === money.customer && open > 0 && !disputed);
    const paid = pay(money.paymentId, own, money.onAccount);
    money.onAccount -= sumOf(paid);
    applications.push(...paid);
  }
  return applications;
}

/** What to take back of what was paid on an invoice: of the newest payments first, `amount` in all. */
export function takeBack(paid: readonly Application[], amount: number): Application[] {
  const taken: Application[] = [];
  let left = amount;
  for (const application of paid.toSorted((a, b) => b.paymentId - a.paymentId)) {
    const part = Math.min(left, application.amount);
    if (part <= 0) continue;
    left -= part;
    taken.push({ ...application, amount: part });
  }
  return taken;
}
