import type { Fault } from '../domain/faults';
import { fingerprintOf } from './canonical-order';
import { isFull, mostFaultsOfMessage, tooManyFaults } from './fault-list';
import {
  type KeepDocument,
  type KeptDocument,
  type MessageContent,
  type ReadDocument,
  unreadable,
} from './message-content';
import type { NormalizedOrder } from './normalize-order';
import { placed } from './readable-order';

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

/**
 * A document from an order and its faults; `value` is the order as it was sent.
 * @param placeOf where in the message a pointer into the order leads
 */
export function documentOf(
  where: Pick<ReadDocument, 'ordinal' | 'place'>,
  value: unknown,
  { order, readable }: Pick<NormalizedOrder, 'order' | 'readable'>,
  faults: readonly Fault[],
  placeOf?: (pointer: string) => string,
): ReadDocument {
  if (order && faults.length === 0) {
    return { ...where, poNumber: order.poNumber, order, fingerprint: fingerprintOf(order), faults };
  }
  const poNumber = poNumberOf(value);
  const read = readable ?? order;
  return {
    ...where,
    ...(poNumber === undefined ? {} : { poNumber }),
    faults,
    ...(read === undefined || isFull(faults) ? {} : { readable: placed(read, faults, placeOf) }),
  };
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
