import { setField } from './json';
import { NumberText, plainText } from './number-text';

/** Fields in which a number may be sent as a text or as a number. */
const numberFields: ReadonlySet<string> = new Set(['quantity', 'unitPrice', 'line', 'release']);

/** An order is five levels deep: order, lines, line, ids, id; what lies deeper is a fault anyway and is not looked at. */
const deepest = 5;

/**
 * A copy of what was sent with texts trimmed, blank texts and null absent (their keys stay, so that unknown ones are seen),
 * and the numbers of number fields as texts: as written, an exponent written out, or in the shortest decimal form for a number
 * that a program handed in.
 */
export function tidyOrder(value: unknown, field = '', depth = 0): unknown {
  switch (typeof value) {
    case 'string': {
      const trimmed = value.trim();
      return trimmed === '' ? undefined : trimmed;
    }
    case 'number':
    case 'bigint':
      return numberFields.has(field) ? plainText(String(value)) : Number(value);
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null) return undefined;
  if (value instanceof NumberText) return numberFields.has(field) ? plainText(value.text) : Number(value.text);
  if (depth >= deepest) return {};
  if (Array.isArray(value)) return value.map((item) => tidyOrder(item, '', depth + 1) ?? false);
  const tidied: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    setField(tidied, key, tidyOrder((value as Record<string, unknown>)[key], key, depth + 1));
  }
  return tidied;
}
