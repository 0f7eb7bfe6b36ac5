import { expect } from 'chai';
import fc from 'fast-check';
import { approvedContribution, type CreditAccount, judgeCredit } from '../../lib/domain/credit';
import type { Order } from '../../lib/domain/order';
import { openGross } from '../../lib/domain/pricing';
import { everyCheck, orderOf } from '../support/orders';

const accountOf = (limit: number | null, more: Partial<CreditAccount> = {}): CreditAccount => ({
  account: 'C-1',
  currency: 'EUR',
  limit,
  openReceivables: 0,
  uninvoicedGross: 0,
  approvedGross: 0,
  passes: 0,
  ...more,
});

/** Untaxed, so that a line is worth what it says, in minor units. */
function worth(...amounts: number[]): Order {
  const order = orderOf(
    1,
    { lines: amounts.map((amount) => ({ sku: 'A', quantity: 1, unitPrice: amount * 100, taxCode: 'NONE' })) },
    '2026-11-23T10:00:00.000Z',
  );
  return { ...order, taxRates: { NONE: 0 } };
}

describe('credit', () => {
  it('passes exactly at the limit, and not a cent above', () => {
    const account = accountOf(1000, { openReceivables: 300, uninvoicedGross: 200, approvedGross: 100 });
    expect(judgeCredit(worth(400), account)).to.include({ outcome: 'passed', passesIf: null });
    const verdict = judgeCredit(worth(401), account);
    expect(verdict).to.include({ outcome: 'held', reason: 'credit', passesIf: 'passes if 0.01 EUR is paid' });
    expect(verdict.explanation).to.include(
      '0.01 EUR over the credit limit: the exposure would be 10.01 EUR, the limit is 10.00 EUR',
    );
    expect(verdict.evidence).to.include({
      openReceivables: '3.00',
      deliveredNotInvoiced: '2.00',
      otherOrdersApproved: '1.00',
      thisOrder: '4.01',
      excess: '0.01',
    });
  });

  it('has no limit when the limit is null, and no credit when it is 0', () => {
    expect(judgeCredit(worth(9_000_000), accountOf(null)).outcome).to.equal('passed');
    expect(judgeCredit(worth(1), accountOf(0)).outcome).to.equal('held');
    expect(judgeCredit(worth(1), accountOf(0, { openReceivables: -1 })).outcome).to.equal('passed');
  });

  it('needs none for what is paid in advance', () => {
    const order = { ...worth(500), earmarked: 500 };
    expect(judgeCredit(order, accountOf(0, { openReceivables: 999 })).outcome).to.equal('passed');
    expect(judgeCredit({ ...order, earmarked: 499 }, accountOf(0)).outcome).to.equal('held');
  });

  it('does not count the order against itself when it is judged again', () => {
    const order = { ...worth(1000), approvedGross: 1000 };
    expect(judgeCredit(order, accountOf(1000, { approvedGross: 1000 })).outcome).to.equal('passed');
  });

  it('names the smallest line whose absence would be enough', () => {
    expect(judgeCredit(worth(500, 300, 200), accountOf(750)).passesIf).to.equal(
      'passes if 2.50 EUR is paid, or without line 2',
    );
    expect(judgeCredit(worth(500, 300, 200), accountOf(100)).passesIf).to.equal('passes if 9.00 EUR is paid');
  });

  it('holds to what it says would make an order pass', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 5 }),
        fc.nat(200_000),
        fc.nat(100_000),
        (amounts, limit, receivables) => {
          const order = worth(...amounts);
          const verdict = judgeCredit(order, accountOf(limit, { openReceivables: receivables }));
          expect(verdict.outcome === 'passed').to.equal(receivables + openGross(order) <= limit);
          if (verdict.outcome === 'passed') return;
          const [, paid, without] =
            /is paid|passes if ([\d.]+) EUR is paid(?:, or without line (\d+))?/.exec(verdict.passesIf ?? '') ?? [];
          const cents = Math.round(Number(paid) * 100);
          expect(judgeCredit(order, accountOf(limit, { openReceivables: receivables - cents })).outcome).to.equal(
            'passed',
          );
          expect(judgeCredit(order, accountOf(limit, { openReceivables: receivables - cents + 1 })).outcome).to.equal(
            'held',
          );
          if (without === undefined) return;
          const less = worth(...amounts.filter((_, i) => i + 1 !== Number(without)));
          expect(judgeCredit(less, accountOf(limit, { openReceivables: receivables })).outcome).to.equal('passed');
        },
      ),
    );
  });

  it('never gives more than the limit to orders that are judged one after the other', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 30 }), fc.nat(20_000), (amounts, limit) => {
        const account = accountOf(limit);
        for (const amount of amounts) {
          const order = worth(amount);
          if (judgeCredit(order, account).outcome === 'held') continue;
          order.checksPassed = everyCheck;
          account.approvedGross += approvedContribution(order);
        }
        expect(account.approvedGross).to.be.at.most(limit);
      }),
    );
  });

  it('counts an order while it is approved and open, less its own cash, and not while it is held or cancelled', () => {
    const order = { ...worth(500, 300), checksPassed: everyCheck, earmarked: 100 };
    expect(approvedContribution(order)).to.equal(700);
    expect(approvedContribution({ ...order, earmarked: 900 })).to.equal(0);
    expect(approvedContribution({ ...order, status: 'OnHold' })).to.equal(0);
    expect(approvedContribution({ ...order, status: 'Cancelled' })).to.equal(0);
    expect(approvedContribution({ ...order, checksPassed: 0 })).to.equal(0);
    expect(approvedContribution({ ...order, checksPassed: 0, status: 'SentToWarehouse' })).to.equal(700);
  });
});
