import { salesOrderId } from '../lib/domain/order';
import type { OrderSummary } from '../lib/stages/outcome';
import type { Message } from './node';

/** The fields of what a message or a body holds; a text, a number or nothing has none. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** The order that a message carries, or undefined for a tick. */
export function orderOf(message: Message): number | undefined {
  const { salesOrder } = fieldsOf(message.payload);
  return typeof salesOrder === 'string' ? salesOrderId(salesOrder) : undefined;
}

/** The document that a message carries. */
export function documentOf(message: Message): number | undefined {
  const { documentId } = fieldsOf(message.payload);
  return typeof documentId === 'number' ? documentId : undefined;
}

export const withOrder = (message: Message, summary: OrderSummary): Message => ({ ...message, payload: summary });

/** The outcome of work that a sweep took up. */
export const asRecovered = <Outcome extends { readonly summary: OrderSummary }>(outcome: Outcome): Outcome => ({
  ...outcome,
  summary: { ...outcome.summary, recovered: true },
});

/** A message of work that a sweep took up. */
export const recovered = (summary: OrderSummary): Message => ({ _msgid: '', payload: { ...summary, recovered: true } });
