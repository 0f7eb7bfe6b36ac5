import type { Fault } from '../domain/faults';
import { formatMoney } from '../domain/money';
import { formatQuantity } from '../domain/quantity';
import type { StoredCreditNote } from '../store/credit-notes';

/** What became of a credit note. Amounts are decimal strings in `currency`. */
export type CreditNoteOutcome = AppliedCreditNote | RejectedCreditNote;

export interface AppliedCreditNote {
  readonly output: 'applied';
  /** It came before: what became of it then. */
  readonly replayed: boolean;
  /** The caller's own number of it. */
  readonly creditNote: string;
  readonly number: string;
  readonly invoice: string;
  readonly customer: string;
  /** The account whose held orders may be free now. */
  readonly creditAccount: string;
  readonly currency: string;
  readonly reason: string;
  readonly net: string;
  readonly tax: string;
  readonly total: string;
  /** What had been paid of it already, and is the customer's cash again. */
  readonly freed: string;
  /** What is still to be paid of the invoice. */
  readonly open: string;
  /** Quantities in the base unit; 0 where money alone was credited. */
  readonly lines: readonly { readonly line: number; readonly quantity: string; readonly net: string }[];
  readonly faults: readonly Fault[];
  readonly summary: string;
}

export interface RejectedCreditNote {
  readonly output: 'rejected';
  readonly faults: readonly Fault[];
  readonly summary: string;
}

/** A posted credit note; `open` in minor units. */
export function appliedCreditNote(
  note: StoredCreditNote,
  on: { readonly invoice: string; readonly creditAccount: string; readonly open: number },
  replayed: boolean,
): AppliedCreditNote {
  const { currency, reference, number, customer, reason } = note;
  const money = (minor: number) => formatMoney(minor, currency);
  const left = on.open === 0 ? 'nothing of it is open' : `${money(on.open)} of it are open`;
  const freed = note.freed === 0 ? '' : `, ${money(note.freed)} had been paid and are the customer's again`;
  return {
    output: 'applied',
    replayed,
    creditNote: reference,
    number,
    invoice: on.invoice,
    customer,
    creditAccount: on.creditAccount,
    currency,
    reason,
    net: money(note.net),
    tax: money(note.tax),
    total: money(note.gross),
    freed: money(note.freed),
    open: money(on.open),
    lines: note.lines.map(({ line, quantity, net }) => ({ line, quantity: formatQuantity(quantity), net: money(net) })),
    faults: [],
    summary: `${number}: ${money(note.gross)} ${currency} credited to ${customer} on ${on.invoice} (${reason}), ${left}${freed}`,
  };
}

export function rejectedCreditNote(reference: string, faults: readonly Fault[]): RejectedCreditNote {
  return { output: 'rejected', faults, summary: `The credit note ${reference} is rejected: ${faults[0]?.message}` };
}
