import { expect } from 'chai';
import fc from 'fast-check';
import { judgePrice } from '../../lib/domain/pricing';

const tolerance = (hundredths: number) => ({ pricePolicy: 'tolerance', priceTolerance: hundredths }) as const;
const price = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const percent = fc.integer({ min: 0, max: 100_000 });

describe('price policies', () => {
  it('take the own price, or the sent one', () => {
    fc.assert(
      fc.property(price, price, percent, (own, sent, priceTolerance) => {
        expect(judgePrice({ pricePolicy: 'own', priceTolerance }, own, sent)).to.deep.equal({
          unitPrice: own,
          deviates: false,
        });
        expect(judgePrice({ pricePolicy: 'sent', priceTolerance }, own, sent)).to.deep.equal({
          unitPrice: sent,
          deviates: false,
        });
      }),
    );
  });

  it('let a deviation of exactly the tolerance pass, up and down, and no more', () => {
    expect(judgePrice(tolerance(250), 100_000, 102_500)).to.deep.equal({ unitPrice: 102_500, deviates: false });
    expect(judgePrice(tolerance(250), 100_000, 97_500).deviates).to.equal(false);
    expect(judgePrice(tolerance(250), 100_000, 102_501).deviates).to.equal(true);
    expect(judgePrice(tolerance(250), 100_000, 97_499)).to.deep.equal({ unitPrice: 97_499, deviates: true });
    expect(judgePrice(tolerance(0), 100_000, 100_000).deviates).to.equal(false);
    expect(judgePrice(tolerance(100_000), 0, 1).deviates).to.equal(true);
  });

  it('judge by the sent price, so that a wider tolerance never holds more', () => {
    fc.assert(
      fc.property(price, price, percent, percent, (own, sent, one, other) => {
        const [narrow, wide] = [Math.min(one, other), Math.max(one, other)];
        const verdict = judgePrice(tolerance(wide), own, sent);
        expect(verdict.unitPrice).to.equal(sent);
        if (verdict.deviates) expect(judgePrice(tolerance(narrow), own, sent).deviates).to.equal(true);
      }),
    );
  });
});
