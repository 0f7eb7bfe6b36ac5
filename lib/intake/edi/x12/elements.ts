import { parseDate } from '../../../domain/dates';
import type { EdiSegment, EdiSeparators } from '../interchange';
import { X12Segment } from './x12-segment';

/**
 * An element as sent, trimmed; elements count from 1, and one that is not there is ''. What separates components in an
 * element that has none, such as a point in a price, is put back: nothing of it may get lost.
 */
export function value(segment: Pick<EdiSegment, 'elements'>, element: number): string {
  return text(segment, element);
}

/** The same, with separators for a segment that does not know its own. */
export function text(segment: Pick<EdiSegment, 'elements'>, element: number, separators?: EdiSeparators): string {
  const repetitions = segment.elements[element - 1];
  if (repetitions === undefined) return '';
  if (repetitions.length === 1 && repetitions[0]?.length === 1) return repetitions[0][0]?.trim() ?? '';
  const { component, repetition } = separatorsOf(segment) ?? separators ?? { component: ':', repetition: '^' };
  return withoutTrailing(repetitions.map((components) => components.join(component)).join(repetition), component);
}

/** The first component of an element that has components. */
export function firstComponent({ elements }: Pick<EdiSegment, 'elements'>, element: number): string {
  return elements[element - 1]?.[0]?.[0]?.trim() ?? '';
}

/** All elements of a segment from one on, joined by `*` and without empty ones at the end. */
export function restOf(segment: EdiSegment, separators?: EdiSeparators, from = 1): string {
  const texts = segment.elements.slice(from - 1).map((_, index) => text(segment, from + index, separators));
  return withoutTrailing(texts.join('*'), '*');
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

function separatorsOf(segment: Pick<EdiSegment, 'elements'>): EdiSeparators | undefined {
  return segment instanceof X12Segment ? segment.separators : undefined;
}

function centuryOf(sent: string): string {
  return Number(sent.slice(0, 2)) < 70 ? '20' : '19';
}

function withoutTrailing(joined: string, separator: string): string {
  let end = joined.length;
  while (end > 0 && joined.charAt(end - 1) === separator) end -= 1;
  return joined.slice(0, end).trim();
}
