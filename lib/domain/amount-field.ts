import type { Fault } from './faults';
import type { Read } from './master-fields';
import { parseMoney } from './money';
import { shownText } from './storable-text';

/** An amount as it was written; a number of a program counts as its shortest decimal form. What it is worth needs a currency. */
export const amountText: Read<string> = (value, report) => {
  const written = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  if (written !== '') return written;
  report('wrong-type', 'This must be an amount such as "74.38".');
  return undefined;
};

/** What is below zero is no error of writing, but something else that was meant. */
export type BelowZero = Pick<Fault, 'code' | 'message'>;

/** Minor units above zero of a known currency; reports what is wrong with the text, and gives 0 then. */
export function amountAboveZero(
  written: string,
  currency: string,
  path: string,
  faults: Fault[],
  belowZero: BelowZero = { code: 'out-of-range', message: 'The amount must be above zero.' },
): number {
  const minor = parseMoney(written, currency);
  if (typeof minor === 'number' && minor > 0) return minor;
  const value = shownText(written);
  if (typeof minor === 'string')
    faults.push({
      path,
      code: minor,
      message: `This is no amount in ${currency} that can be kept exactly; write digits with a point before the decimals.`,
      value,
    });
  else if (minor === 0) faults.push({ path, code: 'out-of-range', message: 'The amount must be above zero.', value });
  else faults.push({ path, ...belowZero, value });
  return 0;
}
