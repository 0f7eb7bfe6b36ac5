import { namingFields, namingLineFields } from '../naming-fields';
import type { EdiStandard } from './interchange';

/** An element of a segment of a message; element 0 is the segment itself. */
export interface SegmentPlace {
  readonly tag: string;
  /** Which of its like it is, or the line that it belongs to, from 1; 0: not told. */
  readonly ordinal: number;
  readonly element: number;
  /** Of the segment in its message, from 1. */
  readonly position: number;
}

/** `PO1 2, element 4 (segment 9)` in X12, `LIN 2, QTY element 1 (segment 14)` in EDIFACT. */
export function segmentInWords(standard: EdiStandard, { tag, ordinal, element, position }: SegmentPlace): string {
  if (standard === 'x12')
    return `${tag}${ordinal === 0 ? '' : ` ${ordinal}`}${element === 0 ? '' : `, element ${element}`} (segment ${position})`;
  const own = tag === 'LIN' && ordinal > 0 ? '' : tag;
  const inLine = ordinal > 0 ? `LIN ${ordinal}${own === '' ? '' : ', '}` : '';
  const inSegment = element > 0 ? `${own === '' ? ',' : ''} element ${element}` : '';
  return `${inLine}${own}${inSegment} (segment ${position})`;
}

/** The segments of what is named in an order or change. A message may have thousands of lines: they are kept as numbers. */
export interface SegmentPlaces {
  readonly standard: EdiStandard;
  /** In words, by the fields of the order. */
  readonly order: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** Of each line: where it stands itself, then each of its fields; 0 for a field that is not there. */
  readonly lines: readonly (readonly (KeptPlace | 0)[])[];
}

/** `tag` counts in `tags`. */
type KeptPlace = readonly [tag: number, ordinal: number, element: number, position: number];

const ofLine = ['', ...namingLineFields];
const ofOrder = [...namingFields, 'changeNumber'];

/** Where a message says what. */
export interface SegmentSource {
  /** In words, of a pointer into the order as it was sent. */
  placeOf(pointer: string): string;
  /** Of a line as it was sent, counted from 0, or of one of its fields; undefined for one that no segment gives. */
  segmentOf(line: number, field: string): SegmentPlace | undefined;
}

/** @param sentAs the positions at which lines were sent, in the order of their numbers */
export function segmentPlaces(
  standard: EdiStandard,
  order: { readonly lines: readonly object[] },
  source: SegmentSource,
  sentAs?: readonly number[],
): SegmentPlaces {
  const tags: string[] = [];
  const kept = (place: SegmentPlace | undefined): KeptPlace | 0 => {
    if (place === undefined) return 0;
    if (!tags.includes(place.tag)) tags.push(place.tag);
    return [tags.indexOf(place.tag), place.ordinal, place.element, place.position];
  };
  return {
    standard,
    order: Object.fromEntries(
      ofOrder.filter((field) => field in order).map((field) => [field, source.placeOf(`/${field}`)]),
    ),
    tags,
    lines: order.lines.map((line, i) =>
      ofLine.map((field) => (field === '' || field in line ? kept(source.segmentOf(sentAs?.[i] ?? i, field)) : 0)),
    ),
  };
}

/** The place of a pointer in words, or of the line that it lies in; undefined for what has none. */
export function placeInSegments(pointer: string, { standard, order, tags, lines }: SegmentPlaces): string | undefined {
  const [, line, field = ''] = /^\/lines\/(\d+)(?:\/(\w+))?/.exec(pointer) ?? [];
  if (line === undefined) return order[pointer.slice(1)];
  const places = lines[Number(line)];
  const kept = places?.[ofLine.indexOf(field)] || places?.[0];
  if (!kept) return undefined;
  const [tag, ordinal, element, position] = kept;
  return segmentInWords(standard, { tag: tags[tag] as string, ordinal, element, position });
}
