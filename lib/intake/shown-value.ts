import { NumberText } from './number-text';

const longestValue = 80;

/** A text of a stranger as it can be stored and shown: at most 80 characters, none that a database refuses. */
export function shownText(text: string): string {
  return text.slice(0, longestValue).toWellFormed().replaceAll('\u0000', '\ufffd');
}

/** Lists and objects are not shown: the place says enough. */
export function shownValue(value: unknown): string | undefined {
  if (value instanceof NumberText) return value.text.slice(0, longestValue);
  if (typeof value === 'string') return shownText(value);
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}
