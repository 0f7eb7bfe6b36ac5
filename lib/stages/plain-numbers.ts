import { NumberText } from '../intake/number-text';

/** Beyond so many digits a number of a program is no longer the one that was written. */
const exactDigits = 15;
/** No record is nested as deep; what lies deeper is a fault of its field. */
const deepest = 6;

/** A copy in which the numbers of a JSON text are numbers, or texts where a number would not be exact. */
export function plainNumbers(value: unknown, depth = 0): unknown {
  if (value instanceof NumberText) return isExact(value.text) ? Number(value.text) : value.text;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === deepest) return null;
  if (Array.isArray(value)) return value.map((item) => plainNumbers(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainNumbers(item, depth + 1)]));
}

/** An exponent may leave nothing of the digits: 1e-400 is not zero. */
function isExact(text: string): boolean {
  const [digits = ''] = text.split(/e/i);
  const number = Number(text);
  if (!Number.isFinite(number) || (number === 0 && /[1-9]/.test(digits))) return false;
  return text.replace(/\D/g, '').length <= exactDigits;
}
