import { readIncoming } from '../../lib/domain/incoming-money';
import type { ReadPayment } from '../../lib/domain/payment';

/** Payments as a node reads them, one or an array. */
export function readPayments(value: unknown): ReadPayment[] {
  return readIncoming(value).map((read) => {
    if (read.kind === 'payment') return read;
    throw new Error('This is a credit note.');
  });
}
