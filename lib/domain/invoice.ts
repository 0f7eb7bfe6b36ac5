import { BusinessRejection } from './faults';
import type { Totals } from './money';
import type { Order, OrderLine } from './order';
import { amountsOf, type PricedQuantity } from './pricing';

/** The number that a customer sees: document type, fiscal year, at least six digits. */
export function documentNumber(documentType: string, fiscalYear: number, sequence: number): string {
  return `${documentType}-${fiscalYear}-${String(sequence).padStart(6, '0')}`;
}

/** A posting's fiscal year: the year of its date (YYYY-MM-DD). */
export function fiscalYearOf(date: string): number {
  return Number(date.slice(0, 4));
}

export interface DeliveredQuantity {
  /** The number of the order line. */
  readonly line: number;
  /** milli-units of the base unit */
  readonly quantity: number;
}

/**
 * Net, tax and gross of what one slip delivered on one order. The slip lines of an order line are added up before they
 * are priced, so that lots do not change an amount. The delivery books the gross as uninvoiced and the invoice takes
 * the same gross away: this is the one place where it is computed.
 * @throws BusinessRejection `unknown-line` for a line that the order does not have, `amount-too-large`, `unknown-tax-code`
 */
export function slipAmounts(
  order: Pick<Order, 'currency' | 'taxRates' | 'lines'>,
  delivered: readonly DeliveredQuantity[],
): Totals {
  const sums = new Map<number, number>();
  for (const { line, quantity } of delivered) sums.set(line, (sums.get(line) ?? 0) + quantity);
  const priced = [...sums].map(
    ([number, quantity]): PricedQuantity => ({ line: lineOf(order.lines, number), quantity }),
  );
  return amountsOf(order, priced);
}

export function lineOf(lines: readonly OrderLine[], number: number): OrderLine {
  const line = lines.find((candidate) => candidate.line === number);
  if (line === undefined) throw new BusinessRejection('unknown-line', `The order has no line ${number}.`);
  return line;
}
