import type { Decision } from '../domain/order';

/**
 * A decision in words for the customer's side: what was decided, never why in figures. Credit limits, other orders and
 * stock levels are nobody's business but the company's.
 */
export function customerSentence({ check, outcome, reason }: Pick<Decision, 'check' | 'outcome' | 'reason'>): string {
  switch (check) {
    case 'inventory':
      if (outcome === 'cancelled') return 'The order is cancelled, because the goods are out of stock.';
      if (outcome === 'held') return 'The order waits for goods to come in.';
      return reason === null
        ? 'The goods are reserved.'
        : 'The goods in stock are reserved; the lines that are out of stock are cancelled.';
    case 'credit':
      if (outcome === 'passed') return 'The credit check is passed.';
      return reason === 'queue'
        ? 'The order waits its turn behind earlier ones.'
        : 'The order waits for the credit check. Our accounting department can say more.';
    case 'overdue':
      return outcome === 'passed'
        ? 'The check for overdue invoices is passed.'
        : 'The order waits, because invoices are overdue. Our accounting department can say more.';
  }
}
