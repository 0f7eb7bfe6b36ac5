import type { Fault } from '../domain/faults';
import { fingerprintOf } from './canonical-order';
import { isFull, mostFaultsOfMessage, tooManyFaults } from './fault-list';
import { type FieldPlaces, sentPointer } from './field-places';
import {
  type KeepDocument,
  type KeptDocument,
  type MessageContent,
  type ReadDocument,
  unreadable,
} from './message-content';
import type { NormalizedOrder } from './normalize-order';
import { readableOf } from './readable-order';

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

/** Where the fields of an order stand in its message, when that is not where their pointers lead. */
export interface Placing {
  /** Where in the message a pointer into the order leads, as it was sent. */
  placeOf(pointer: string): string;
  /** The places that are kept, the lines in the order of these positions. */
  placesOf(sentAs: readonly number[] | undefined): FieldPlaces;
}

/** A document from an order and its faults; `value` is the order as it was sent. */
export function documentOf(
  where: Pick<ReadDocument, 'ordinal' | 'place'>,
  value: unknown,
  { order, readable, sentAs }: NormalizedOrder,
  faults: readonly Fault[],
  placing?: Placing,
): ReadDocument {
  const places = placing?.placesOf(order && sentAs) ?? (order && sentAs && { sentAs });
  const placed = places === undefined ? {} : { places };
  if (order && faults.length === 0) {
    return { ...where, poNumber: order.poNumber, order, fingerprint: fingerprintOf(order), ...placed, faults };
  }
  const poNumber = poNumberOf(value);
  const document = { ...where, ...(poNumber === undefined ? {} : { poNumber }), faults };
  const read = readable ?? order;
  if (read === undefined || isFull(faults)) return document;
  const placeOf = (pointer: string): string => {
    const sent = sentPointer(pointer, order && sentAs);
    return placing?.placeOf(sent) ?? sent;
  };
  return { ...document, ...placed, readable: readableOf(read, faults, placeOf) };
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
