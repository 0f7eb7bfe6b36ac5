import { shownText } from '../domain/storable-text';
import { NumberText } from './number-text';

export { shownText };

/** Lists and objects are not shown: the place says enough. */
export function shownValue(value: unknown): string | undefined {
  if (value instanceof NumberText) return shownText(value.text);
  if (typeof value === 'string') return shownText(value);
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}
