import { exponentOf } from './currency';
import type { Fault } from './faults';
import {
  completed,
  currencyCode,
  type Field,
  isObject,
  notSupported,
  orNull,
  type Read,
  readDraft,
  text,
} from './master-fields';
import { moment } from './moment';
import { parseMoney } from './money';
import { shownText } from './storable-text';

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
const noCreditNotes: Field<null> = {
  read: notSupported('Credit notes and money paid back are not supported yet; leave the field out.'),
  initial: null,
};

/** A number of a program counts as its shortest decimal form. */
const amountText: Read<string> = (value, report) => {
  const written = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  if (written !== '') return written;
  report('wrong-type', 'This must be an amount such as "74.38".');
  return undefined;
};

const paymentFields = {
  reference: required(text(100)),
  customer: required(text(100)),
  amount: required(amountText),
  currency: required(currencyCode),
  receivedAt: optional(moment),
  invoice: optional(text(40)),
  salesOrder: optional(text(40)),
  creditNote: noCreditNotes,
  refund: noCreditNotes,
};

/** Reads payments, one or an array of them. Numbers must be numbers of a program or texts. Each comes with every fault of its form. */
export function readPayments(value: unknown): ReadPayment[] {
  return Array.isArray(value) ? value.map((payment, i) => readPayment(payment, `/${i}`)) : [readPayment(value, '')];
}

function readPayment(sent: unknown, at: string): ReadPayment {
  const faults: Fault[] = [];
  const draft = readDraft(paymentFields, sent, at, faults);
  if (!isObject(sent)) return { faults };
  const {
    creditNote: _none,
    refund: _neither,
    amount,
    ...rest
  } = completed(paymentFields, draft, undefined, at, faults);
  const minor =
    draft.amount !== undefined && exponentOf(rest.currency) !== undefined
      ? amountOf(amount, rest.currency, at, faults)
      : 0;
  return faults.length > 0 ? { faults } : { payment: { ...rest, amount: minor }, faults };
}

function amountOf(written: string, currency: string, at: string, faults: Fault[]): number {
  const minor = parseMoney(written, currency);
  if (typeof minor === 'number' && minor > 0) return minor;
  const path = `${at}/amount`;
  if (typeof minor === 'string')
    faults.push({
      path,
      code: minor,
      message: `This is no amount in ${currency} that can be kept exactly; write digits with a point before the decimals.`,
      value: shownText(written),
    });
  else if (minor === 0)
    faults.push({ path, code: 'out-of-range', message: 'The amount must be above zero.', value: shownText(written) });
  else
    faults.push({
      path,
      code: 'not-supported',
      message: 'Credit notes and money paid back are not supported yet; the amount must be above zero.',
      value: shownText(written),
    });
  return 0;
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
