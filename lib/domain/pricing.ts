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
