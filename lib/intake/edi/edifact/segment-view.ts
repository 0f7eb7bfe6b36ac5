import type { EdiSegment } from '../interchange';
import { PlainSegment } from './plain-segment';

/** A value as it was sent, '' when it is absent. Elements and components count from 1, as in the standard's directory. */
export function rawValue(segment: EdiSegment, element: number, component = 1): string {
  if (segment instanceof PlainSegment) return segment.value(element, component);
  return segment.elements[element - 1]?.[0]?.[component - 1] ?? '';
}

/** A code, number, date or id: without the line breaks that files of fixed record length have anywhere, and trimmed. */
export function codeValue(segment: EdiSegment, element: number, component = 1): string {
  return withoutBreaks(rawValue(segment, element, component)).trim();
}

/** A line of text: line breaks become blanks. */
export function textValue(segment: EdiSegment, element: number, component = 1): string {
  const text = rawValue(segment, element, component);
  return (text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+/g, ' ') : text).trim();
}

function withoutBreaks(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+/g, '') : text;
}
