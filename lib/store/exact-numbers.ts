/**
 * Refuses what one of the databases would round, or give back as a number that cannot be read exactly.
 * @throws RangeError for a number that is not whole, or beyond 2^53 - 1
 */
export function exactInteger(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`${value} is no whole number that can be kept exactly.`);
}

/**
 * Values of a statement; lists of numbers are only compared with, and pass.
 * @throws RangeError like `exactInteger`
 */
export function exactValues(values: readonly unknown[]): readonly unknown[] {
  for (const value of values) if (typeof value === 'number') exactInteger(value);
  return values;
}
