import { type Decimal, parseDecimal, rescale } from '../../../domain/decimal';

/**
 * A number as it is written in a message, in plain notation: the decimal mark is a comma or a point, whatever the UNA says,
 * and there are no thousands marks. What is no such number is given back as it is, for the rules for numbers to refuse.
 */
export function plainNumber(text: string): string {
  const point = text.replace(',', '.');
  return /^-?\.\d+$/.test(point) ? point.replace('.', '0.') : point;
}

/** The exact price of one unit when `price` is for `basis` units; null when it has more than four decimals. */
export function pricePerUnit(price: Decimal, basis: Decimal): string | null {
  const numerator = price.units * 10n ** BigInt(basis.scale + 4);
  const denominator = basis.units * 10n ** BigInt(price.scale);
  return numerator % denominator === 0n ? decimalText({ units: numerator / denominator, scale: 4 }) : null;
}

export function product(one: Decimal, other: Decimal): Decimal {
  return { units: one.units * other.units, scale: one.scale + other.scale };
}

export function sum(numbers: readonly Decimal[]): Decimal {
  const scale = Math.max(0, ...numbers.map((number) => number.scale));
  return { units: numbers.reduce((total, number) => total + (rescale(number, scale) ?? 0n), 0n), scale };
}

export function equalNumbers(one: Decimal, other: Decimal): boolean {
  return compareUnits(one, other) === 0n;
}

/** True when the numbers differ by less than one unit of the last decimal that `stated` has, two at least. */
export function roundedEqual(stated: Decimal, exact: Decimal): boolean {
  const scale = Math.max(stated.scale, exact.scale, 2);
  const difference = compareUnits(stated, exact);
  const unit = 10n ** BigInt(scale - Math.max(stated.scale, 2));
  return (difference < 0n ? -difference : difference) < unit;
}

/** Plain notation without needless zeros. */
export function decimalText({ units, scale }: Decimal): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const decimals = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${scale === 0 || decimals === '' ? '' : `.${decimals}`}`;
}

export function readNumber(text: string): Decimal | null {
  return parseDecimal(plainNumber(text));
}

function compareUnits(one: Decimal, other: Decimal): bigint {
  const scale = Math.max(one.scale, other.scale, 2);
  return (rescale(one, scale) ?? 0n) - (rescale(other, scale) ?? 0n);
}
