import { type Decimal, parseDecimal } from '../../../domain/decimal';

const plainDecimal = /^\d+(?:\.\d+)?$/;
const zero = /^[+-]?(?:0+\.?0*|\.0+)$/;

/** X12 leaves out a zero before the point and may leave out all after it: `.8` and `5.` as `0.8` and `5`. */
export function decimalText(sent: string): string {
  if (plainDecimal.test(sent)) return sent;
  const [, sign = '', whole = '', decimals = ''] = /^([+-]?)(\d*)\.?(\d*)$/.exec(sent) ?? [];
  if (whole === '' && decimals === '') return sent;
  const number = decimals === '' ? whole : `${whole === '' ? '0' : whole}.${decimals}`;
  return sign === '-' ? `-${number}` : number;
}

export function decimalOf(sent: string): Decimal | null {
  return parseDecimal(decimalText(sent));
}

/** Whether a number is zero, whatever its decimals. */
export function isZero(sent: string): boolean {
  return zero.test(sent);
}

export function add(one: Decimal, other: Decimal): Decimal {
  if (one.scale === other.scale) return { units: one.units + other.units, scale: one.scale };
  const scale = Math.max(one.scale, other.scale);
  return { units: unitsAt(one, scale) + unitsAt(other, scale), scale };
}

/** Null when one of them is no number. */
export function sumOf(numbers: readonly string[]): Decimal | null {
  let sum: Decimal = { units: 0n, scale: 0 };
  for (const number of numbers) {
    const decimal = decimalOf(number);
    if (decimal === null) return null;
    sum = add(sum, decimal);
  }
  return sum;
}

export function multiply(one: Decimal, other: Decimal): Decimal {
  return { units: one.units * other.units, scale: one.scale + other.scale };
}

export function equal(one: Decimal, other: Decimal): boolean {
  const scale = Math.max(one.scale, other.scale);
  return unitsAt(one, scale) === unitsAt(other, scale);
}

/** Whether two amounts differ by no more than rounding each of `count` parts to cents explains. */
export function equalButRounding(one: Decimal, other: Decimal, count: number): boolean {
  const scale = Math.max(one.scale, other.scale, 3);
  const difference = unitsAt(one, scale) - unitsAt(other, scale);
  const half = 5n * 10n ** BigInt(scale - 3) * BigInt(count);
  return (difference < 0n ? -difference : difference) <= half;
}

/** `one * times / by` as text with at most four decimals, or null when it has more. */
export function dividedText(one: Decimal, times: number, by: number): string | null {
  const scaled = one.units * BigInt(times) * 10_000n;
  const divisor = BigInt(by) * 10n ** BigInt(one.scale);
  return scaled % divisor === 0n ? textOf({ units: scaled / divisor, scale: 4 }) : null;
}

/** Plain notation without needless zeros. */
export function textOf({ units, scale }: Decimal): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const decimals = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${decimals === '' ? '' : `.${decimals}`}`;
}

function unitsAt({ units, scale }: Decimal, wanted: number): bigint {
  return wanted === scale ? units : units * 10n ** BigInt(wanted - scale);
}
