/** An exact decimal number: `units / 10 ** scale`. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** Why a text gives no number: it is none, it has more decimals than can be kept, or it is too large to be kept exactly. */
export type DecimalFault = 'not-a-number' | 'inexact-number' | 'out-of-range';

/** No number of the trade is longer; an upper bound keeps the work on hostile texts small. */
const longestDecimal = 40;
/** Up to this length the digits fit a safe integer even after four decimals are added. */
const longestShortDecimal = 11;
const plainDecimal = /^-?\d+(?:\.\d+)?$/;

/** Reads plain notation: optional minus, digits, optionally a point and digits; at most 40 characters. Anything else is null. */
export function parseDecimal(text: string): Decimal | null {
  if (text.length > longestDecimal || !plainDecimal.test(text)) return null;
  const point = text.indexOf('.');
  if (point < 0) return { units: BigInt(text), scale: 0 };
  return { units: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 };
}

/** The units of the same number at another scale, or null when digits would be lost. */
export function rescale(decimal: Decimal, scale: number): bigint | null {
  if (scale >= decimal.scale) return decimal.units * 10n ** BigInt(scale - decimal.scale);
  const divisor = 10n ** BigInt(decimal.scale - scale);
  return decimal.units % divisor === 0n ? decimal.units / divisor : null;
}

/** Reads a decimal as an integer of units `10 ** -scale` (scale 0 to 4), exactly; `|units| <= greatest`, a safe integer. */
export function parseScaled(text: string, scale: number, greatest: number): number | DecimalFault {
  const units = text.length <= longestShortDecimal ? parseShort(text, scale) : parseLong(text, scale);
  return typeof units === 'number' && Math.abs(units) > greatest ? 'out-of-range' : units;
}

function parseShort(text: string, scale: number): number | DecimalFault {
  const negative = text.charCodeAt(0) === 45;
  const first = negative ? 1 : 0;
  let units = 0;
  let decimals = -1;
  let inexact = false;
  for (let at = first; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (decimals >= 0 || at === first || at === text.length - 1) return 'not-a-number';
      decimals = 0;
      continue;
    }
    const digit = code - 48;
    if (digit < 0 || digit > 9) return 'not-a-number';
    if (decimals >= 0) decimals += 1;
    if (decimals <= scale) units = units * 10 + digit;
    else if (digit !== 0) inexact = true;
  }
  if (text.length === first) return 'not-a-number';
  if (inexact) return 'inexact-number';
  for (let missing = scale - Math.max(decimals, 0); missing > 0; missing -= 1) units *= 10;
  return negative && units !== 0 ? -units : units;
}

function parseLong(text: string, scale: number): number | DecimalFault {
  const decimal = parseDecimal(text);
  if (decimal === null) return 'not-a-number';
  const units = rescale(decimal, scale);
  return units === null ? 'inexact-number' : Number(units);
}

const powersOfTen = [1, 10, 100, 1000, 10_000];

/** Writes `units / 10 ** scale` in plain notation with at least `decimals` decimals and no more zeros than that. */
export function formatScaled(units: number, scale: number, decimals: number): string {
  if (scale === 0) return String(units);
  const whole = units / (powersOfTen[scale] ?? 10 ** scale);
  if (decimals === 0 && Number.isInteger(whole)) return String(whole);
  const sign = units < 0 ? '-' : '';
  const digits = String(Math.abs(units)).padStart(scale + 1, '0');
  let end = digits.length;
  const shortest = digits.length - scale + decimals;
  while (end > shortest && digits.charCodeAt(end - 1) === 48) end -= 1;
  const point = digits.length - scale;
  return end === point ? sign + digits.slice(0, point) : `${sign}${digits.slice(0, point)}.${digits.slice(point, end)}`;
}

/**
 * `a * b * c / (d * e)`, rounded half away from zero. All are safe integers, d and e above zero.
 * Exact as long as the result is a safe integer; beyond that it is close enough to be seen as too large.
 */
export function multiplyDivide(a: number, b: number, c: number, d: number, e: number): number {
  const product = a * b * c;
  const divisor = d * e;
  // Twice the rest must be safe as well, hence the half.
  const safe = Number.MAX_SAFE_INTEGER / 2;
  if (Math.abs(product) > safe || divisor > safe) {
    return divideRounded(BigInt(a) * BigInt(b) * BigInt(c), BigInt(d) * BigInt(e));
  }
  const rest = product % divisor;
  const quotient = (product - rest) / divisor;
  if (Math.abs(rest) * 2 < divisor) return quotient;
  return product < 0 ? quotient - 1 : quotient + 1;
}

function divideRounded(product: bigint, divisor: bigint): number {
  const half = product < 0n ? -divisor : divisor;
  return Number((2n * product + half) / (2n * divisor));
}
