import { expect } from 'chai';
import fc from 'fast-check';
import { BusinessRejection } from '../../lib/domain/faults';
import { documentNumber, fiscalYearOf, slipAmounts } from '../../lib/domain/invoice';
import { orderAmounts } from '../../lib/domain/pricing';
import { orderOf } from '../support/orders';

const sample = (...prices: number[]) =>
  orderOf(
    1,
    { lines: prices.map((unitPrice, i) => ({ sku: 'A', quantity: 10, unitPrice, taxCode: i % 2 ? 'LOW' : 'FULL' })) },
    '2026-11-23T10:00:00.000Z',
  );

describe('invoices', () => {
  it('are numbered by type, year and at least six digits', () => {
    expect(documentNumber('INV', fiscalYearOf('2026-11-23'), 1)).to.equal('INV-2026-000001');
    expect(documentNumber('INV', 2026, 1_234_567)).to.equal('INV-2026-1234567');
  });

  it('price the slip lines of an order line together, in whatever parts and order they come', () => {
    const parts = fc.array(
      fc.record({ line: fc.integer({ min: 1, max: 2 }), quantity: fc.integer({ min: 1, max: 900 }) }),
      { minLength: 1, maxLength: 9 },
    );
    fc.assert(
      fc.property(
        parts,
        fc.integer({ min: 1, max: 99_999 }),
        fc.integer({ min: 1, max: 99_999 }),
        (delivered, first, second) => {
          const order = sample(first, second);
          const sum = (line: number) =>
            delivered.filter((part) => part.line === line).reduce((total, { quantity }) => total + quantity, 0);
          const merged = [1, 2].map((line) => ({ line, quantity: sum(line) })).filter(({ quantity }) => quantity > 0);
          expect(slipAmounts(order, delivered)).to.deep.equal(slipAmounts(order, merged));
          const amounts = slipAmounts(order, delivered.toReversed());
          expect(amounts).to.deep.equal(slipAmounts(order, delivered));
          expect(amounts.gross).to.equal(amounts.net + amounts.byTaxCode.reduce((total, { tax }) => total + tax, 0));
        },
      ),
    );
  });

  it('come to what the order came to when it is delivered at once', () => {
    const order = sample(33_333, 12_345, 7);
    expect(
      slipAmounts(
        order,
        order.lines.map(({ line, ordered }) => ({ line, quantity: ordered })),
      ),
    ).to.deep.equal(orderAmounts(order));
    expect(slipAmounts(order, [])).to.include({ net: 0, tax: 0, gross: 0 });
  });

  it('refuse a line that the order does not have', () => {
    expect(() => slipAmounts(sample(1), [{ line: 2, quantity: 1 }])).to.throw(BusinessRejection, 'no line 2');
  });
});
