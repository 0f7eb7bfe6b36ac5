import type { PricePolicy } from './master';
import { lineNet, type Totals, totals } from './money';
import { type Order, type OrderLine, openQuantity } from './order';

interface Priced {
  readonly currency: string;
  readonly taxRates: Readonly<Record<string, number>>;
}

export interface PricedQuantity {
  readonly line: Pick<OrderLine, 'unitPrice' | 'ratio' | 'taxCode'>;
  /** milli-units of the base unit */
  readonly quantity: number;
}

/** Net, tax and gross of quantities under an order's own prices and rates; the tax is rounded once per tax code. */
export function amountsOf(order: Priced, quantities: readonly PricedQuantity[]): Totals {
  const nets = quantities.map(({ line, quantity }) => ({
    net: lineNet({ quantity, unitPrice: line.unitPrice, uom: line.ratio }, order.currency),
    taxCode: line.taxCode,
  }));
  return totals(nets, new Map(Object.entries(order.taxRates)));
}

export function grossOf(order: Priced, quantities: readonly PricedQuantity[]): number {
  return amountsOf(order, quantities).gross;
}

/** Gross of what is still to be delivered. */
export function openGross(order: Pick<Order, 'currency' | 'taxRates' | 'lines'>): number {
  return grossOf(
    order,
    order.lines.filter((line) => openQuantity(line) > 0).map((line) => ({ line, quantity: openQuantity(line) })),
  );
}

/** Net, tax and gross of what was ordered and not cancelled. */
export function orderAmounts(order: Pick<Order, 'currency' | 'taxRates' | 'lines'>): Totals {
  return amountsOf(
    order,
    order.lines
      .filter((line) => line.ordered > line.cancelled)
      .map((line) => ({ line, quantity: line.ordered - line.cancelled })),
  );
}

/** What a line is sold at, and whether a person has to agree first. */
export interface PriceVerdict {
  /** price units */
  readonly unitPrice: number;
  readonly deviates: boolean;
}

/** Whose price counts when the order brings one. `tolerance` in hundredths of a percent of the own price. */
export interface PriceTerms {
  readonly pricePolicy: PricePolicy;
  readonly priceTolerance: number;
}

/**
 * Judges a sent price against the own one, both in price units. `own`: the own one counts, whatever was sent. `sent`: what
 * was sent counts. `tolerance`: what was sent counts, and a deviation above the tolerance, up or down, needs a person.
 */
export function judgePrice({ pricePolicy, priceTolerance }: PriceTerms, own: number, sent: number): PriceVerdict {
  if (pricePolicy === 'own' || sent === own) return { unitPrice: own, deviates: false };
  if (pricePolicy === 'sent') return { unitPrice: sent, deviates: false };
  const deviates = BigInt(Math.abs(sent - own)) * 10_000n > BigInt(own) * BigInt(priceTolerance);
  return { unitPrice: sent, deviates };
}
