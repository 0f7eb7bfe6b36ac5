import { type DecimalFault, formatScaled, parseScaled } from './decimal';

/** One ordered unit is `numerator / denominator` base units; both are positive safe integers. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

/** Reads a quantity as milli-units (a safe integer); more than three decimals that are not zero are inexact. */
export function parseQuantity(text: string): number | DecimalFault {
  return parseScaled(text, 3, Number.MAX_SAFE_INTEGER);
}

/** Milli-units as text: 5000 is "5", 2500 is "2.5". */
export function formatQuantity(milli: number): string {
  return formatScaled(milli, 3, 0);
}

/** Milli-units of an ordered unit as milli-units of the base unit; null when that is no whole number of them, or no safe integer. */
export function toBase(quantityMilli: number, uom: Ratio): number | null {
  const { numerator, denominator } = uom;
  if (numerator === denominator) return quantityMilli;
  const product = quantityMilli * numerator;
  if (Number.isSafeInteger(product)) return product % denominator === 0 ? product / denominator : null;
  const exact = BigInt(quantityMilli) * BigInt(numerator);
  if (exact % BigInt(denominator) !== 0n) return null;
  const base = Number(exact / BigInt(denominator));
  return Number.isSafeInteger(base) ? base : null;
}
