import type { Fault } from '../domain/faults';
import { formatMoney } from '../domain/money';
import { salesOrderNumber } from '../domain/order';
import type { Payment } from '../domain/payment';
import type { NewPayment } from '../store/payments';

/** What became of a payment. Amounts are decimal strings in `currency`. */
export interface PaymentOutcome {
  readonly output: 'applied' | 'rejected';
  /** It came before: what became of it then. */
  readonly replayed: boolean;
  readonly reference: string;
  readonly customer: string;
  /** The account whose held orders may be free now; null when the payment was rejected. */
  readonly creditAccount: string | null;
  readonly amount: string;
  readonly currency: string;
  readonly invoices: readonly { readonly invoice: string; readonly amount: string }[];
  /** Kept for `salesOrder`. */
  readonly earmarked: string;
  readonly onAccount: string;
  readonly salesOrder: string | null;
  readonly faults: readonly Fault[];
  readonly summary: string;
}

/** A posted payment; `applied` in minor units. */
export function appliedPayment(
  payment: NewPayment,
  creditAccount: string,
  applied: readonly { invoice: string; amount: number }[],
  replayed: boolean,
): PaymentOutcome {
  const { currency, reference, customer } = payment;
  const money = (minor: number) => formatMoney(minor, currency);
  const salesOrder = payment.orderId === null ? null : salesOrderNumber(payment.orderId);
  const parts = applied.map(({ invoice, amount }) => `${money(amount)} to ${invoice}`);
  if (payment.earmarked > 0) parts.push(`${money(payment.earmarked)} kept for ${salesOrder}`);
  if (payment.onAccount > 0) parts.push(`${money(payment.onAccount)} on account`);
  return {
    output: 'applied',
    replayed,
    reference,
    customer,
    creditAccount,
    amount: money(payment.amount),
    currency,
    invoices: applied.map(({ invoice, amount }) => ({ invoice, amount: money(amount) })),
    earmarked: money(payment.earmarked),
    onAccount: money(payment.onAccount),
    salesOrder,
    faults: [],
    summary: `${reference}: ${money(payment.amount)} ${currency} of ${customer}, ${parts.join(', ')}`,
  };
}

export function rejectedPayment(payment: Payment, faults: readonly Fault[]): PaymentOutcome {
  const { reference, customer, currency, salesOrder } = payment;
  const none = formatMoney(0, currency);
  return {
    output: 'rejected',
    replayed: false,
    reference,
    customer,
    creditAccount: null,
    amount: formatMoney(payment.amount, currency),
    currency,
    invoices: [],
    earmarked: none,
    onAccount: none,
    salesOrder,
    faults,
    summary: `${reference} of ${customer} is rejected: ${faults[0]?.message}`,
  };
}
