import { exponentOf } from './currency';
import { type DecimalFault, formatScaled, multiplyDivide, parseScaled } from './decimal';
import { BusinessRejection } from './faults';
import type { Ratio } from './quantity';

/** Largest amount that is kept, in minor units: sums of a thousand of them stay safe integers. */
export const greatestAmount = 9_000_000_000_000;

/** Reads an amount as minor units of the currency. Throws BusinessRejection `unknown-currency`. */
export function parseMoney(text: string, currency: string): number | DecimalFault {
  return parseScaled(text, knownExponent(currency), greatestAmount);
}

/** Minor units as text with the currency's decimals: 6250 EUR is "62.50". Throws BusinessRejection `unknown-currency`. */
export function formatMoney(minor: number, currency: string): string {
  const exponent = knownExponent(currency);
  return formatScaled(minor, exponent, exponent);
}

/** Reads a unit price as price units (1/10000 of the currency's major unit). */
export function parsePrice(text: string): number | DecimalFault {
  return parseScaled(text, 4, Number.MAX_SAFE_INTEGER);
}

/** Price units as text with two to four decimals: 125000 is "12.50", 123456 is "12.3456". */
export function formatPrice(priceUnits: number): string {
  return formatScaled(priceUnits, 4, 2);
}

/** What a line is priced by. */
export interface PricedLine {
  /** Milli-units of the base unit. */
  readonly quantity: number;
  /** Price units for one ordered unit. */
  readonly unitPrice: number;
  /** The ordered unit in base units. */
  readonly uom: Ratio;
}

/** Net amount of a line in minor units, rounded half away from zero. Throws BusinessRejection `amount-too-large`, `unknown-currency`. */
export function lineNet(line: PricedLine, currency: string): number {
  const { numerator, denominator } = line.uom;
  // milli-units are 1/10^3 and price units 1/10^4; the exponent takes some of these seven places back
  const divisor = 10 ** (7 - knownExponent(currency));
  return checkedAmount(multiplyDivide(line.quantity, line.unitPrice, denominator, numerator, divisor));
}

/** The price of one ordered unit, in price units, when a quantity comes to this net amount; rounded half away from zero. */
export function unitPriceOf(net: number, { quantity, uom }: Omit<PricedLine, 'unitPrice'>, currency: string): number {
  return multiplyDivide(net, 10 ** (7 - knownExponent(currency)), uom.numerator, quantity, uom.denominator);
}

/** Tax in minor units, rounded half away from zero; `rate` in hundredths of a percent (1900 is 19 %). */
export function taxOf(netMinor: number, rate: number): number {
  return checkedAmount(multiplyDivide(netMinor, rate, 1, 10_000, 1));
}

/** Cost in minor units of milli-units of the base unit at a cost in price units for one base unit, rounded half away from zero. */
export function costOf(quantityMilli: number, costPriceUnits: number, exponent: number): number {
  return checkedAmount(multiplyDivide(quantityMilli, costPriceUnits, 1, 10 ** (7 - exponent), 1));
}

/** Net and tax of the lines that share a tax code; minor units, rate in hundredths of a percent. */
export interface TaxAmount {
  readonly taxCode: string;
  readonly rate: number;
  readonly net: number;
  readonly tax: number;
}

/** Minor units; `gross = net + tax`, `tax` is the sum over the tax codes. */
export interface Totals {
  readonly net: number;
  readonly tax: number;
  readonly gross: number;
  readonly byTaxCode: readonly TaxAmount[];
}

/**
 * Adds lines up (minor units); tax is rounded once per tax code, the codes come in their alphabetic order.
 * Throws BusinessRejection `amount-too-large` above 9e12, `unknown-tax-code` when a rate is missing.
 */
export function totals(
  lines: readonly { readonly net: number; readonly taxCode: string }[],
  rates: Pick<ReadonlyMap<string, number>, 'get'>,
): Totals {
  const nets = new Map<string, number>();
  for (const { net, taxCode } of lines) nets.set(taxCode, checkedAmount((nets.get(taxCode) ?? 0) + net));
  return totalsOf(nets, rates);
}

/** As `totals`, of the net amounts by tax code. */
export function totalsOf(nets: ReadonlyMap<string, number>, rates: Pick<ReadonlyMap<string, number>, 'get'>): Totals {
  const byTaxCode: TaxAmount[] = [];
  let net = 0;
  let tax = 0;
  for (const taxCode of [...nets.keys()].sort()) {
    const rate = rates.get(taxCode);
    if (rate === undefined) {
      throw new BusinessRejection(
        'unknown-tax-code',
        `There is no rate for the tax code ${taxCode}; add it to the taxes.`,
      );
    }
    const codeNet = checkedAmount(nets.get(taxCode) ?? 0);
    const codeTax = taxOf(codeNet, rate);
    byTaxCode.push({ taxCode, rate, net: codeNet, tax: codeTax });
    net = checkedAmount(net + codeNet);
    tax = checkedAmount(tax + codeTax);
  }
  return { net, tax, gross: checkedAmount(net + tax), byTaxCode };
}

function checkedAmount(minor: number): number {
  if (Math.abs(minor) <= greatestAmount) return minor;
  throw new BusinessRejection('amount-too-large', `An amount is above ${greatestAmount} minor units; split the order.`);
}

function knownExponent(currency: string): number {
  const exponent = exponentOf(currency);
  if (exponent !== undefined) return exponent;
  throw new BusinessRejection('unknown-currency', `${currency} is no currency of ISO 4217; use a code such as EUR.`);
}
