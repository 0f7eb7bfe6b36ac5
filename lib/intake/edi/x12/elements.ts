import { parseDate } from '../../../domain/dates';
import type { EdiSegment } from '../interchange';
import { X12Segment } from './x12-segment';

/** An element as sent, trimmed; elements count from 1, and one that is not there is ''. */
export function value(segment: EdiSegment, element: number): string {
  return segment instanceof X12Segment ? segment.value(element) : firstComponent(segment, element);
}

/** The first component of an element that has components. */
export function firstComponent({ elements }: EdiSegment, element: number): string {
  return elements[element - 1]?.[0]?.[0]?.trim() ?? '';
}

/** How many elements a segment has. */
export function elementCount(segment: EdiSegment): number {
  return segment instanceof X12Segment ? segment.length : segment.elements.length;
}

/** All elements of a segment from one on, joined by `*` and without empty ones at the end. */
export function restOf(segment: EdiSegment, from = 1): string {
  const count = elementCount(segment);
  let rest = value(segment, from);
  let end = rest.length;
  for (let element = from + 1; element <= count; element += 1) {
    const sent = value(segment, element);
    rest += `*${sent}`;
    if (sent !== '') end = rest.length;
  }
  return rest.slice(0, end);
}

/** Two control numbers are the same as texts or as numbers: leading zeros come and go. */
export function sameControlNumber(one: string, other: string): boolean {
  if (one === other) return true;
  return digits.test(one) && digits.test(other) && withoutZeros(one) === withoutZeros(other);
}

export function withoutZeros(number: string): string {
  return number.replace(/^0+(?=.)/, '');
}

/** CCYYMMDD, or YYMMDD of releases before 004010 (70 to 99 are of the last century), as YYYY-MM-DD; null when it is none. */
export function x12Date(sent: string, century = ''): string | null {
  const full = sent.length === 6 && /^\d{6}$/.test(sent) ? (century || centuryOf(sent)) + sent : sent;
  if (!/^\d{8}$/.test(full)) return null;
  return parseDate(`${full.slice(0, 4)}-${full.slice(4, 6)}-${full.slice(6)}`);
}

/** HHMM and more digits as HH:MM; null when it is no time. */
export function x12Time(sent: string): string | null {
  if (!/^(?:[01]\d|2[0-3])[0-5]\d/.test(sent)) return null;
  return `${sent.slice(0, 2)}:${sent.slice(2, 4)}`;
}

const digits = /^\d+$/;

function centuryOf(sent: string): string {
  return Number(sent.slice(0, 2)) < 70 ? '20' : '19';
}
