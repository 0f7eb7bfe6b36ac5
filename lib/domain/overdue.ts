import { addDays } from './dates';
import { formatMoney, parseMoney } from './money';
import type { Settings } from './settings';
import type { Verdict } from './verdict';

export interface OpenInvoice {
  readonly number: string;
  /** YYYY-MM-DD */
  readonly dueDate: string;
  /** minor units still to be paid */
  readonly open: number;
  readonly disputed: boolean;
}

/**
 * Overdue: the open amount reaches the minimum, and today (in the company's time zone) is after due date + grace days.
 * Disputed invoices are left out.
 */
export function judgeOverdue(
  invoices: readonly OpenInvoice[],
  currency: string,
  rule: Settings['overdue'],
  today: string,
): Verdict {
  const minimum = parseMoney(rule.minimumAmount, currency);
  const least = typeof minimum === 'number' ? Math.max(1, minimum) : 1;
  const overdue = invoices
    .filter((invoice) => !invoice.disputed && invoice.open >= least && today > addDays(invoice.dueDate, rule.graceDays))
    .sort((a, b) => (a.dueDate < b.dueDate ? -1 : 1));
  const [oldest] = overdue;
  const amount = overdue.reduce((sum, invoice) => sum + invoice.open, 0);
  const evidence = {
    today,
    graceDays: rule.graceDays,
    minimumAmount: rule.minimumAmount,
    overdueInvoices: overdue
      .slice(0, 10)
      .map(({ number, dueDate, open }) => ({ number, dueDate, open: formatMoney(open, currency) })),
    overdueCount: overdue.length,
    overdueAmount: formatMoney(amount, currency),
    currency,
  };
  if (oldest === undefined) {
    return {
      outcome: 'passed',
      reason: null,
      explanation: 'No invoice of the customer is overdue.',
      evidence,
      passesIf: null,
    };
  }
  const many = overdue.length === 1 ? `Invoice ${oldest.number} is` : `${overdue.length} invoices are`;
  return {
    outcome: 'held',
    reason: 'overdue',
    explanation: `${many} overdue since ${oldest.dueDate}: ${formatMoney(amount, currency)} ${currency} are open.`,
    evidence,
    passesIf: `passes if ${formatMoney(amount, currency)} ${currency} is paid`,
  };
}
