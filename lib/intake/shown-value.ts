import { NumberText } from './number-text';

const longestValue = 80;

/** A text of a stranger as it can be stored and shown: at most 80 characters, none that a database refuses. */
export function shownText(text: string): string {
  return storableText(text.slice(0, longestValue));
}

/** Databases keep neither zero characters nor halves of surrogate pairs, as a cut can leave them. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

/** Lists and objects are not shown: the place says enough. */
export function shownValue(value: unknown): string | undefined {
  if (value instanceof NumberText) return value.text.slice(0, longestValue);
  if (typeof value === 'string') return shownText(value);
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}
