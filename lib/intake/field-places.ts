import type { Fault } from '../domain/faults';
import { placeInSegments, type SegmentPlaces } from './edi/segment-places';
import { placeInTable, type TablePlaces } from './sheets/table-places';

/**
 * Where the fields of an order or change stand in its message, where their pointers (`/lines/0/sku`) do not say it: rows and
 * columns of a table, segments and elements of EDI, lines that were not sent in the order of their numbers. What an order
 * names is judged long after it was read, and its sender looks for a fault in what was sent. Plain JSON, stored with it.
 */
export type FieldPlaces = TablePlaces | SegmentPlaces | SentLines;

/** The position at which each line was sent, in the order of their numbers; from 0. */
export interface SentLines {
  readonly sentAs: readonly number[];
}

/** Faults with pointers into an order, each at its place in the message; `kept` is a `FieldPlaces` as JSON. */
export function placedFaults(faults: readonly Fault[], kept: string | null | undefined): readonly Fault[] {
  if (kept === null || kept === undefined || faults.length === 0) return faults;
  const places = JSON.parse(kept) as FieldPlaces;
  return faults.map((fault) => (fault.path === '' ? fault : { ...fault, path: placeOf(fault.path, places) }));
}

function placeOf(pointer: string, places: FieldPlaces): string {
  if ('rows' in places) return placeInTable(pointer, places) ?? pointer;
  if ('sentAs' in places) return sentPointer(pointer, places.sentAs);
  return placeInSegments(pointer, places) ?? pointer;
}

/** A pointer into an order as it was sent, of one into its canonical form. */
export function sentPointer(pointer: string, sentAs: readonly number[] | undefined): string {
  if (sentAs === undefined) return pointer;
  return pointer.replace(/^\/lines\/(\d+)/, (_, line: string) => `/lines/${sentAs[Number(line)] ?? line}`);
}
