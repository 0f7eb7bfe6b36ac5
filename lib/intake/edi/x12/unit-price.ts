import { codeTable } from '../code-table';
import { decimalOf, decimalText, dividedText, isZero } from './decimal-text';

/** The price of one ordered unit; absent when our own price is to be used. */
export interface UnitPrice {
  readonly price?: string;
  readonly fault?: { readonly code: 'inexact-number' | 'not-supported'; readonly message: string };
  /** Why a person has to look at it. */
  readonly doubt?: string;
}

/** Data element 639: how many units a price is for. */
const unitsOfBasis = codeTable<number>({
  PN: 10,
  PD: 12,
  TD: 12,
  WD: 12,
  LD: 12,
  RD: 12,
  HP: 100,
  TC: 100,
  WC: 100,
  LC: 100,
  QH: 100,
  RC: 100,
  TP: 1000,
  TM: 1000,
  WM: 1000,
  LM: 1000,
  QS: 1000,
  RM: 1000,
  TT: 10_000,
  HT: 100_000,
});
/** Units of quantity (355) that are numbers of pieces themselves: a price for a dozen of a line ordered in dozens is its own. */
const piecesOfUnit = codeTable<number>({ DZ: 12, HU: 100, TH: 1000 });
/** A price for one of the ordered unit, as agreed. */
const perUnit: ReadonlySet<string> = new Set([
  '',
  'PE',
  'TE',
  'WE',
  'QE',
  'LE',
  'UM',
  'NT',
  'CT',
  'QT',
  'FX',
  'CA',
  'CP',
  'DI',
  'DR',
  'PR',
  'ST',
  'WH',
  'KR',
  'SW',
  'SC',
]);
/** A price for one of the ordered unit that may not be what is to be paid. */
const otherPrices: ReadonlySet<string> = new Set([
  'AP',
  'AW',
  'BD',
  'BR',
  'DS',
  'ES',
  'LR',
  'NE',
  'PQ',
  'PV',
  'QR',
  'RE',
  'RS',
  'RT',
  'SR',
  'TB',
  'VQ',
]);
const retailPrices: ReadonlySet<string> = new Set(['RC', 'RD', 'RM']);
/** Prices for a measure hold for lines that are ordered in it, for so many of it. */
const measures = codeTable<{ readonly units: readonly string[]; readonly count: number }>({
  PP: { units: ['LB'], count: 1 },
  PK: { units: ['KG'], count: 1 },
  PG: { units: ['GR'], count: 1 },
  PO: { units: ['OZ'], count: 1 },
  PL: { units: ['LT'], count: 1 },
  ML: { units: ['ML'], count: 1 },
  PY: { units: ['YD'], count: 1 },
  PF: { units: ['FT', 'LF'], count: 1 },
  HF: { units: ['FT', 'LF'], count: 100 },
  TF: { units: ['FT', 'LF'], count: 1000 },
  PS: { units: ['SF'], count: 1000 },
});

/**
 * The price of one of the ordered unit from a price and its basis (X12 data element 639), exact to four decimals.
 * None, or zero, means our own price; zero with `NC` is free of charge.
 */
export function unitPriceOf(sent: string, basis: string, unit: string): UnitPrice {
  if (basis === 'NC' && (sent === '' || isZero(sent))) return { price: '0' };
  if (sent === '' || isZero(sent)) return {};
  const pieces = unitsOfBasis.get(basis);
  if (pieces !== undefined) {
    const divided = perCount(sent, piecesOfUnit.get(unit) ?? 1, pieces);
    return retailPrices.has(basis) ? { ...divided, doubt: `the price is of the kind ${basis}` } : divided;
  }
  const measure = measures.get(basis);
  if (measure) {
    if (measure.units.includes(unit)) return perCount(sent, 1, measure.count);
    const message = `The price has the basis ${basis} and the line is ordered in ${unit || 'no unit'}; send a price for one ${measure.units[0]}.`;
    return { fault: { code: 'not-supported', message } };
  }
  if (perUnit.has(basis)) return { price: decimalText(sent) };
  if (otherPrices.has(basis)) return { price: decimalText(sent), doubt: `the price is of the kind ${basis}` };
  const message = `The basis of the price, ${basis}, is not supported; send the price of one unit with PE.`;
  return { fault: { code: 'not-supported', message } };
}

function perCount(sent: string, times: number, by: number): UnitPrice {
  const decimal = decimalOf(sent);
  // What is no number is found with all the other numbers of the order.
  if (decimal === null) return { price: sent };
  const price = dividedText(decimal, times, by);
  if (price !== null) return { price };
  const message = `The price for ${by} gives a price for one with more than four decimals; send it for one.`;
  return { fault: { code: 'inexact-number', message } };
}
