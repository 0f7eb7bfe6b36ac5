import { expect } from 'chai';
import fc from 'fast-check';
import { addDays } from '../../lib/domain/dates';
import { judgeOverdue, type OpenInvoice } from '../../lib/domain/overdue';

const today = '2026-11-23';
const rule = { graceDays: 3, minimumAmount: '10.00' };
const invoiceOf = (number: string, due: number, open: number, disputed = false): OpenInvoice => ({
  number,
  dueDate: addDays(today, due),
  open,
  disputed,
});

describe('overdue', () => {
  it('begins on the day after the due date and the grace days', () => {
    expect(judgeOverdue([invoiceOf('A', -3, 5000)], 'EUR', rule, today).outcome).to.equal('passed');
    const verdict = judgeOverdue([invoiceOf('A', -4, 5000)], 'EUR', rule, today);
    expect(verdict).to.include({ outcome: 'held', reason: 'overdue', passesIf: 'passes if 50.00 EUR is paid' });
    expect(verdict.explanation).to.equal('Invoice A is overdue since 2026-11-19: 50.00 EUR are open.');
  });

  it('begins with the minimum amount', () => {
    expect(judgeOverdue([invoiceOf('A', -30, 999)], 'EUR', rule, today).outcome).to.equal('passed');
    expect(judgeOverdue([invoiceOf('A', -30, 1000)], 'EUR', rule, today).outcome).to.equal('held');
  });

  it('leaves paid and disputed invoices out, also when there is no minimum', () => {
    const none = { graceDays: 0, minimumAmount: '0' };
    expect(
      judgeOverdue([invoiceOf('A', -30, 0), invoiceOf('B', -30, 5000, true)], 'EUR', none, today).outcome,
    ).to.equal('passed');
  });

  it('names the oldest one, and what all of them come to', () => {
    const verdict = judgeOverdue(
      [invoiceOf('B', -10, 2000), invoiceOf('A', -20, 1000), invoiceOf('C', 5, 9000)],
      'EUR',
      rule,
      today,
    );
    expect(verdict.explanation).to.equal('2 invoices are overdue since 2026-11-03: 30.00 EUR are open.');
    expect(verdict.evidence).to.include({ overdueCount: 2, overdueAmount: '30.00' });
  });

  it('never begins to hold when money comes or time goes back', () => {
    const invoices = fc.array(
      fc
        .tuple(fc.integer({ min: -60, max: 10 }), fc.nat(5000), fc.boolean())
        .map(([due, open, disputed]) => invoiceOf('I', due, open, disputed)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(invoices, fc.nat(5000), fc.nat(30), (list, paid, days) => {
        if (judgeOverdue(list, 'EUR', rule, today).outcome === 'held') return;
        expect(
          judgeOverdue(
            list.map((invoice) => ({ ...invoice, open: Math.max(0, invoice.open - paid) })),
            'EUR',
            rule,
            today,
          ).outcome,
        ).to.equal('passed');
        expect(judgeOverdue(list, 'EUR', rule, addDays(today, -days)).outcome).to.equal('passed');
      }),
    );
  });
});
