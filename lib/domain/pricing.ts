import type { PricePolicy } from './master';
import { lineNet, type Totals, totalsOf } from './money';
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
  const sums = new NetSums(order);
  for (const { line, quantity } of quantities) sums.add(line, quantity);
  return sums.totals();
}

export function grossOf(order: Priced, quantities: readonly PricedQuantity[]): number {
  return amountsOf(order, quantities).gross;
}

/** Gross of what is still to be delivered. */
export function openGross(order: Pick<Order, 'currency' | 'taxRates' | 'lines'>): number {
  const sums = new NetSums(order);
  for (const line of order.lines) if (openQuantity(line) > 0) sums.add(line, openQuantity(line));
  return sums.totals().gross;
}

/** Net, tax and gross of what was ordered and not cancelled. */
export function orderAmounts(order: Pick<Order, 'currency' | 'taxRates' | 'lines'>): Totals {
  const sums = new NetSums(order);
  for (const line of order.lines) if (line.ordered > line.cancelled) sums.add(line, line.ordered - line.cancelled);
  return sums.totals();
}

/** The net amounts of an order's lines as they are added up. Every step of the cycle needs such sums several times. */
class NetSums {
  private readonly nets = new Map<string, number>();

  constructor(private readonly order: Priced) {}

  add({ unitPrice, ratio, taxCode }: PricedQuantity['line'], quantity: number): void {
    const net = lineNet({ quantity, unitPrice, uom: ratio }, this.order.currency);
    this.nets.set(taxCode, (this.nets.get(taxCode) ?? 0) + net);
  }

  totals(): Totals {
    const { taxRates } = this.order;
    return totalsOf(this.nets, { get: (code) => (Object.hasOwn(taxRates, code) ? taxRates[code] : undefined) });
  }
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
