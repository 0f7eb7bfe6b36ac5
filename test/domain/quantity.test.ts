import { expect } from 'chai';
import fc from 'fast-check';
import { formatQuantity, parseQuantity, toBase } from '../../lib/domain/quantity';

describe('quantity', () => {
  const cases: [string, number | string][] = [
    ['5', 5000],
    ['2.5', 2500],
    ['0.001', 1],
    ['5.0000', 5000],
    ['0.0005', 'inexact-number'],
    ['9007199254740.991', 9_007_199_254_740_991],
    ['9007199254740.992', 'out-of-range'],
    ['12345678901234567.10', 'out-of-range'],
    ['five', 'not-a-number'],
  ];
  for (const [text, milli] of cases) it(`reads ${text} as ${milli}`, () => expect(parseQuantity(text)).to.equal(milli));

  it('writes milli-units without needless zeros', () => {
    expect([5000, 2500, 1, 0, -1500].map(formatQuantity)).to.deep.equal(['5', '2.5', '0.001', '0', '-1.5']);
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (milli) => {
        expect(parseQuantity(formatQuantity(milli))).to.equal(milli);
      }),
    );
  });

  it('converts to base units, only when that is exact', () => {
    expect(toBase(2000, { numerator: 12, denominator: 1 })).to.equal(24_000);
    expect(toBase(1000, { numerator: 1, denominator: 3 })).to.equal(null);
    expect(toBase(3000, { numerator: 1, denominator: 3 })).to.equal(1000);
    expect(toBase(Number.MAX_SAFE_INTEGER, { numerator: 12, denominator: 1 })).to.equal(null);
    expect(toBase(9_000_000_000_000_000, { numerator: 12, denominator: 24 })).to.equal(4_500_000_000_000_000);
  });

  it('agrees with exact arithmetic', () => {
    const part = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(fc.maxSafeNat(), part, part, (milli, numerator, denominator) => {
        const product = BigInt(milli) * BigInt(numerator);
        const base = toBase(milli, { numerator, denominator });
        if (base !== null) expect(BigInt(base) * BigInt(denominator)).to.equal(product);
        else
          expect(
            product % BigInt(denominator) !== 0n || product / BigInt(denominator) > BigInt(Number.MAX_SAFE_INTEGER),
          ).to.equal(true);
      }),
    );
  });
});
