import { expect } from 'chai';
import fc from 'fast-check';
import { formatScaled, multiplyDivide, parseDecimal, parseScaled, rescale } from '../../lib/domain/decimal';

/** Plain notation of any length that is read, with needless zeros on both ends now and then. */
const plainNotation = fc
  .tuple(fc.boolean(), fc.stringMatching(/^[0-9]{1,20}$/), fc.stringMatching(/^[0-9]{0,18}$/))
  .map(([negative, digits, decimals]) => `${negative ? '-' : ''}${digits}${decimals === '' ? '' : `.${decimals}`}`);

describe('decimal', () => {
  it('reads plain notation exactly', () => {
    expect(parseDecimal('12345678901234567.10')).to.deep.equal({ units: 1234567890123456710n, scale: 2 });
    expect(parseDecimal('-0.5')).to.deep.equal({ units: -5n, scale: 1 });
  });

  for (const text of [
    '',
    ' 5',
    '5 ',
    '1 000',
    '1,5',
    '1,000.5',
    '.5',
    '5.',
    '-',
    '+5',
    '--5',
    '1e3',
    '0x10',
    '1_0',
    'NaN',
    '٣',
    '9'.repeat(41),
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseDecimal(text)).to.equal(null);
      expect(parseScaled(text, 4, Number.MAX_SAFE_INTEGER)).to.equal('not-a-number');
    });
  }

  it('rescales exactly or not at all', () => {
    expect(rescale({ units: 125n, scale: 2 }, 4)).to.equal(12500n);
    expect(rescale({ units: 1250n, scale: 3 }, 2)).to.equal(125n);
    expect(rescale({ units: 125n, scale: 2 }, 1)).to.equal(null);
  });

  it('gives the same for short and long texts as exact arithmetic', () => {
    fc.assert(
      fc.property(plainNotation, fc.integer({ min: 0, max: 4 }), (text, scale) => {
        const decimal = parseDecimal(text);
        const exact = decimal && rescale(decimal, scale);
        const greatest = Number.MAX_SAFE_INTEGER;
        const inRange = exact !== null && exact <= BigInt(greatest) && exact >= -BigInt(greatest);
        const expected = exact === null ? 'inexact-number' : inRange ? Number(exact) : 'out-of-range';
        expect(parseScaled(text, scale, greatest)).to.equal(expected);
      }),
    );
  });

  it('writes what it reads', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 4 }), fc.nat(4), (units, scale, decimals) => {
        const text = formatScaled(units, scale, Math.min(decimals, scale));
        expect(parseScaled(text, scale, Number.MAX_SAFE_INTEGER)).to.equal(units);
        const written = text.split('.')[1] ?? '';
        expect(written.length).to.be.at.least(Math.min(decimals, scale));
        expect(written.slice(Math.min(decimals, scale))).to.not.match(/0$/);
      }),
    );
  });

  it('multiplies and divides exactly, rounding half away from zero, in and beyond the safe range', () => {
    const factor = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.maxSafeNat());
    const divisor = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 2 ** 40 }));
    fc.assert(
      fc.property(fc.maxSafeInteger(), factor, fc.nat(1000), divisor, divisor, (a, b, c, d, e) => {
        const product = BigInt(a) * BigInt(b) * BigInt(c);
        const by = BigInt(d) * BigInt(e);
        const result = multiplyDivide(a, b, c, d, e);
        if (!Number.isSafeInteger(result)) return;
        // half away from zero: |result * by - product| <= by / 2, and a tie is never rounded towards zero
        const off = BigInt(result) * by - product;
        const size = off < 0n ? -off : off;
        expect(2n * size <= by).to.equal(true);
        if (2n * size === by) expect(off > 0n).to.equal(product > 0n);
      }),
    );
    expect(multiplyDivide(5, 1, 1, 10, 1)).to.equal(1);
    expect(multiplyDivide(-5, 1, 1, 10, 1)).to.equal(-1);
    expect(multiplyDivide(4, 1, 1, 10, 1)).to.equal(0);
    expect(multiplyDivide(9_007_199_254_740_991, 1_000_000_005, 1, 1_000_000_000, 10)).to.equal(900719929977699);
  });
});
