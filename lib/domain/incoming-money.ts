import { isCreditNote, type ReadCreditNote, readCreditNote } from './credit-note';
import { type ReadPayment, readPayment } from './payment';

/** What lowers the receivables, as finance sends it. */
export type ReadIncoming =
  | ({ readonly kind: 'payment' } & ReadPayment)
  | ({ readonly kind: 'credit-note' } & ReadCreditNote);

/**
 * Reads payments and credit notes, one or an array of them in any order. What has a `creditNote` is a credit note. Each
 * comes with every fault of its form.
 */
export function readIncoming(value: unknown): ReadIncoming[] {
  return Array.isArray(value) ? value.map((sent, i) => readOne(sent, `/${i}`)) : [readOne(value, '')];
}

function readOne(sent: unknown, at: string): ReadIncoming {
  return isCreditNote(sent)
    ? { kind: 'credit-note', ...readCreditNote(sent, at) }
    : { kind: 'payment', ...readPayment(sent, at) };
}
