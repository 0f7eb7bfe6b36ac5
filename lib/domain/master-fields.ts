import { countryOf, noCountry } from './country';
import { exponentOf } from './currency';
import { parseDate } from './dates';
import { type DecimalFault, parseDecimal, parseScaled } from './decimal';
import type { FaultCode } from './faults';
import { gtinOf } from './item-numbers';
import { type Address, type Channel, channels } from './master';
import { parsePrice } from './money';
import { parseQuantity, type Ratio } from './quantity';

/** Reads one field of a record; reports what is wrong and gives undefined then. */
export type Read<T> = (
  value: unknown,
  report: (code: FaultCode, message: string, below?: string) => void,
) => T | undefined;

const controlCharacter = /[\u0000-\u001f\u007f-\u009f]|\p{Cs}/u;

/** A text of 1 to `longest` characters without control characters, blanks around it taken away. */
export const text =
  (longest: number): Read<string> =>
  (value, report) => {
    const trimmed = typeof value === 'string' ? value.trim() : undefined;
    if (trimmed === undefined) report('wrong-type', 'This must be a text in double quotes.');
    else if (trimmed === '') report('missing-field', 'The text is empty.');
    else if (trimmed.length > longest)
      report('out-of-range', `The text is longer than ${longest} characters; shorten it.`);
    else if (controlCharacter.test(trimmed)) report('wrong-type', 'The text holds control characters; leave them out.');
    else return trimmed;
    return undefined;
  };

/** A partner's code is the name of its folder too. */
export const partnerCode: Read<string> = (value, report) => {
  const code = text(64)(value, report);
  if (code === undefined || /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(code)) return code;
  report(
    'out-of-range',
    'A partner code has letters, digits, dots, dashes and underscores only, and begins with a letter or digit.',
  );
  return undefined;
};

export const orNull =
  <T>(read: Read<T>): Read<T | null> =>
  (value, report) =>
    value === null ? null : read(value, report);

export const currencyCode: Read<string> = (value, report) => {
  const code = text(3)(value, report);
  if (code === undefined || exponentOf(code) !== undefined) return code;
  report('unknown-currency', `${code} is no currency of ISO 4217; use a code such as EUR.`);
  return undefined;
};

export const whole =
  (least: number, most: number): Read<number> =>
  (value, report) => {
    const number = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
    if (Number.isInteger(number) && (number as number) >= least && (number as number) <= most) return number as number;
    report('out-of-range', `This must be a whole number from ${least} to ${most}.`);
    return undefined;
  };

const decimalWords: Readonly<Record<DecimalFault, string>> = {
  'not-a-number': 'This must be a number such as "12.50": digits, and a point before the decimals.',
  'inexact-number': 'The number has more decimals than can be kept.',
  'out-of-range': 'The number is too large.',
};

/** A decimal in plain notation; a number of a program counts as its shortest decimal form. */
export const decimal: Read<string> = (value, report) => {
  const plain = writtenNumber(value);
  if (parseDecimal(plain) !== null) return plain;
  report('not-a-number', decimalWords['not-a-number']);
  return undefined;
};

function writtenNumber(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';
}

function scaled(parse: (text: string) => number | DecimalFault): Read<number> {
  return (value, report) => {
    const number = parse(writtenNumber(value));
    if (typeof number === 'string') report(number, decimalWords[number]);
    else if (number < 0) report('out-of-range', 'The number must not be negative.');
    else return number;
    return undefined;
  };
}

/** price units, not negative */
export const price = scaled(parsePrice);
/** milli-units, not negative */
export const quantity = scaled(parseQuantity);

const percent = scaled((plain) => parseScaled(plain, 2, 100_000));

/** Percent, from 0 to 1000 with at most two decimals, as hundredths of a percent. */
export const percentage: Read<number> = (value, report) => percent(value, report);

/** Percent as hundredths of a percent. Between 0 and 1 % a fraction was meant ("0.19"), and nobody should have to guess. */
export const taxRate: Read<number> = (value, report) => {
  const rate = percent(value, report);
  if (rate === undefined || rate === 0 || rate >= 100) return rate;
  report('ambiguous-number', 'The rate is in percent: write "19" for 19 %. Rates below 1 % are not taken.');
  return undefined;
};

export const date: Read<string> = (value, report) => {
  const found = typeof value === 'string' ? parseDate(value.trim()) : null;
  if (found !== null) return found;
  report('bad-date', 'This must be a date such as 2026-11-23.');
  return undefined;
};

/** Yes or no; a file has it as text. */
export const flag: Read<boolean> = (value, report) => {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  report('wrong-type', 'This must be true or false.');
  return undefined;
};

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** A point in time with its zone, as ISO 8601 text in UTC with milliseconds. */
export const instant: Read<string> = (value, report) => {
  const written = typeof value === 'string' ? value.trim() : '';
  const milliseconds =
    instantPattern.test(written) && parseDate(written.slice(0, 10)) !== null ? Date.parse(written) : Number.NaN;
  if (!Number.isNaN(milliseconds)) return new Date(milliseconds).toISOString();
  report('bad-date', 'This must be a time with its zone, such as 2026-11-23T10:00:00Z.');
  return undefined;
};

/** A list of texts; `*` alone may stand for all. */
export const list =
  <T>(read: Read<T>): Read<T[]> =>
  (value, report) => {
    if (!Array.isArray(value)) {
      report('wrong-type', 'This must be a list in square brackets.');
      return undefined;
    }
    const items = value.map((item, i) =>
      read(item, (code, message, below = '') => report(code, message, `/${i}${below}`)),
    );
    return items.includes(undefined) ? undefined : [...new Set(items as T[])];
  };

export const channel: Read<Channel> = (value, report) => {
  if (channels.includes(value as Channel)) return value as Channel;
  report('out-of-range', `A channel is one of ${channels.join(', ')}.`);
  return undefined;
};

/** An object whose values are all read the same way. */
export const record =
  <T>(read: Read<T>): Read<Record<string, T>> =>
  (value, report) => {
    if (!isObject(value)) {
      report('wrong-type', 'This must be an object with fields.');
      return undefined;
    }
    const entries = Object.entries(value).map(([key, item]) => {
      const below = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const name = text(100)(key, (code, message) => report(code, message, below));
      return [name, read(item, (code, message, deeper = '') => report(code, message, below + deeper))] as const;
    });
    return entries.some((entry) => entry.includes(undefined))
      ? undefined
      : (Object.fromEntries(entries) as Record<string, T>);
  };

const greatestRatio = 1_000_000_000;

/** Base units in one unit: 12, "0.5", or "1/3"; kept exactly. */
export const ratio: Read<Ratio> = (value, report) => {
  const written = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  const fraction = /^([1-9]\d{0,9})\/([1-9]\d{0,9})$/.exec(written);
  const parsed = parseDecimal(written);
  const exact = fraction
    ? reduced(BigInt(fraction[1] as string), BigInt(fraction[2] as string))
    : parsed !== null && parsed.units > 0n
      ? reduced(parsed.units, 10n ** BigInt(parsed.scale))
      : undefined;
  if (exact !== undefined && exact.numerator <= greatestRatio && exact.denominator <= greatestRatio) return exact;
  report('not-a-number', 'This must be how many base units the unit holds: 12, "0.5" or "1/3".');
  return undefined;
};

function reduced(numerator: bigint, denominator: bigint): Ratio {
  let [a, b] = [numerator, denominator];
  while (b > 0n) [a, b] = [b, a % b];
  return { numerator: Number(numerator / a), denominator: Number(denominator / a) };
}

const country: Read<string> = (value, report) => {
  const sent = text(20)(value, report);
  const code = sent === undefined ? undefined : countryOf(sent);
  if (sent !== undefined && code === undefined) report('out-of-range', noCountry);
  return code;
};

/** A GTIN-8, -12, -13 or -14, as it was written. */
export const gtin: Read<string> = (value, report) => {
  const sent = text(20)(value, report);
  if (sent === undefined || gtinOf(sent) !== undefined) return sent;
  report('out-of-range', 'This is no GTIN: it has 8, 12, 13 or 14 digits, and the last one is its check digit.');
  return undefined;
};

const addressFields = { name: text(200), address: text(500), city: text(200), postalCode: text(20), country } as const;

export const address: Read<Address> = (value, report) => {
  if (!isObject(value)) {
    report('wrong-type', 'This must be an object with fields.');
    return undefined;
  }
  const found: Record<string, string> = {};
  for (const [key, item] of Object.entries(value)) {
    if (!Object.hasOwn(addressFields, key)) {
      report(
        'unknown-field',
        `This is no field of an address; use one of ${Object.keys(addressFields).join(', ')}.`,
        `/${key}`,
      );
      continue;
    }
    const part = addressFields[key as keyof typeof addressFields](item, (code, message) =>
      report(code, message, `/${key}`),
    );
    if (part !== undefined) found[key] = part;
  }
  return found;
};

/** For what is planned and not built: taken only when it says nothing. */
export const notSupported =
  (words: string): Read<null> =>
  (value, report) => {
    if (value !== null && value !== undefined) report('not-supported', words);
    return null;
  };

/** One of the words that are built; the others of the trade are refused by name. */
export const oneOf =
  <T extends string>(built: readonly T[], planned: readonly string[] = []): Read<T> =>
  (value, report) => {
    if (built.includes(value as T)) return value as T;
    if (planned.includes(String(value)))
      report('not-supported', `${value} is not supported yet; use ${built.join(' or ')}.`);
    else report('out-of-range', `This must be one of ${built.join(', ')}.`);
    return undefined;
  };

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
