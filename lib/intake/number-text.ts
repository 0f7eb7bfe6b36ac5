import type { DecimalFault } from '../domain/decimal';

/** A number of a JSON text as it was written, so that nothing is lost on the way through a floating point number. */
export class NumberText {
  constructor(readonly text: string) {}
}

const exponentNotation = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d+)$/;

/** No number of an order has more digits; keeps what a hostile exponent makes short. */
const mostDigits = 40;

/** A number without an exponent, digit for digit the same: `1.5e3` is `1500`. As it was when it would be very long. */
export function plainText(text: string): string {
  const [, sign = '', whole = '', decimals = '', exponent] = exponentNotation.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = `${whole}${decimals}`.replace(/^0+/, '');
  if (digits === '') return '0';
  // what stands before the point; below zero there are zeros behind it
  const places = digits.length - decimals.length + Number(exponent);
  if (digits.length > mostDigits || places > mostDigits || places < -mostDigits) return text;
  if (places >= digits.length) return sign + digits.padEnd(places, '0');
  if (places > 0) return `${sign}${digits.slice(0, places)}.${digits.slice(places)}`;
  return `${sign}0.${'0'.repeat(-places)}${digits}`;
}

/** What is wrong with a number whose exponent `plainText` has left: it is too large, or has too many decimals. */
export function exponentFault(text: string): DecimalFault | undefined {
  const exponent = exponentNotation.exec(text)?.[4];
  if (exponent === undefined) return undefined;
  return exponent.startsWith('-') ? 'inexact-number' : 'out-of-range';
}
