import { salesOrderId } from '../lib/domain/order';
import type { OrderSummary } from '../lib/stages/outcome';
import type { Message } from './node';

/** The order that a message carries, or undefined for a tick. */
export function orderOf(message: Message): number | undefined {
  const { payload } = message;
  if (typeof payload !== 'object' || payload === null || !('salesOrder' in payload)) return undefined;
  return typeof payload.salesOrder === 'string' ? salesOrderId(payload.salesOrder) : undefined;
}

/** The document that a message carries. */
export function documentOf(message: Message): number | undefined {
  const { payload } = message;
  if (typeof payload !== 'object' || payload === null || !('documentId' in payload)) return undefined;
  return typeof payload.documentId === 'number' ? payload.documentId : undefined;
}

export const withOrder = (message: Message, summary: OrderSummary): Message => ({ ...message, payload: summary });

/** A message of work that a sweep took up. */
export const recovered = (summary: OrderSummary): Message => ({ _msgid: '', payload: { ...summary, recovered: true } });
