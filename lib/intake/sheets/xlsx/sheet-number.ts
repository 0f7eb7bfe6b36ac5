import { addDays } from '../../../domain/dates';

const numberPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
/** Digits that spreadsheets show and promise to keep. */
const significantDigits = 15;
const longestNumber = 40;
/** Nearly all numbers: in plain notation already, with no digit too many. */
const plainAlready = /^(?:0|-?(?:[1-9]\d{0,6}|(?:0|[1-9]\d{0,6})\.\d{0,6}[1-9]))$/;

/**
 * A number as a workbook has it, in plain notation. Files hold up to 17 digits of the binary number behind a cell
 * (19.899999999999999); spreadsheets show 15 (19.9), and so many are kept here, rounded as texts. Undefined for no number.
 */
export function plainNumber(text: string): string | undefined {
  if (plainAlready.test(text)) return text;
  const [, sign, whole = '', decimals = '', exponent = '0'] = numberPattern.exec(text) ?? [];
  if (sign === undefined || whole + decimals === '') return undefined;
  const all = whole + decimals;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  if (leading === all.length) return '0';
  const digits = all.slice(leading);
  let point = whole.length - leading + Number(exponent);
  let kept = digits;
  if (digits.length > significantDigits) {
    const rounded = BigInt(digits.slice(0, significantDigits)) + (digits.charAt(significantDigits) >= '5' ? 1n : 0n);
    kept = rounded.toString();
    point += kept.length - significantDigits;
  }
  kept = kept.replace(/0+$/, '');
  if (Math.abs(point) > longestNumber) return text;
  const padded = point <= 0 ? `${'0'.repeat(1 - point)}${kept}` : kept.padEnd(point, '0');
  const cut = Math.max(point, 1);
  const fraction = padded.slice(cut);
  return `${sign === '-' ? '-' : ''}${padded.slice(0, cut)}${fraction === '' ? '' : `.${fraction}`}`;
}

const lastDay = 2_958_465; // 9999-12-31

/** The date of a day number; null when there is none. Excel takes 1900 for a leap year: its day 60 never was. */
export function dateOfSerial(serial: string, from1904: boolean): string | null {
  const day = Math.floor(Number(serial));
  if (!(day >= (from1904 ? 0 : 1) && day <= lastDay)) return null;
  if (from1904) return day <= lastDay - 1462 ? addDays('1904-01-01', day) : null;
  if (day === 60) return null;
  return addDays(day < 60 ? '1899-12-31' : '1899-12-30', day);
}
