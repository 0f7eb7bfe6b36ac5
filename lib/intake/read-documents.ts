import type { Fault } from '../domain/faults';
import { type CanonicalOrder, fingerprintOf } from './canonical-order';
import { mostFaultsOfMessage, tooManyFaults } from './fault-list';
import {
  type KeepDocument,
  type KeptDocument,
  type MessageContent,
  type ReadDocument,
  unreadable,
} from './message-content';

/** Documents one after the other, until the message has more faults than are kept. */
export function readEach<Item, Kept extends KeptDocument>(
  items: Iterable<Item>,
  warnings: readonly string[],
  keep: KeepDocument<Kept>,
  read: (item: Item, index: number) => ReadDocument,
): MessageContent<Kept> {
  const documents: Kept[] = [];
  let faults = 0;
  for (const item of items) {
    const document = read(item, documents.length);
    documents.push(keep(document));
    faults += document.faults.length;
    if (faults > mostFaultsOfMessage) return unreadable(tooManyFaults(documents.flatMap((each) => each.faults)));
  }
  return { single: false, warnings, documents };
}

/** A document from an order and its faults; `value` is the order as it was sent. */
export function documentOf(
  where: Pick<ReadDocument, 'ordinal' | 'place'>,
  value: unknown,
  order: CanonicalOrder | undefined,
  faults: readonly Fault[],
): ReadDocument {
  if (order && faults.length === 0) {
    return { ...where, poNumber: order.poNumber, order, fingerprint: fingerprintOf(order), faults };
  }
  const poNumber = poNumberOf(value);
  return poNumber === undefined ? { ...where, faults } : { ...where, poNumber, faults };
}

function poNumberOf(value: unknown): string | undefined {
  const poNumber = typeof value === 'object' && value !== null && 'poNumber' in value ? value.poNumber : undefined;
  if (typeof poNumber !== 'string') return undefined;
  // A list of rejected orders shows it, so it must be storable whatever was sent.
  return (
    poNumber
      .trim()
      .replace(/\p{Cc}/gu, ' ')
      .slice(0, 100)
      .toWellFormed() || undefined
  );
}
