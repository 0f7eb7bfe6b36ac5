import { expect } from 'chai';
import fc from 'fast-check';
import { exponentOf } from '../../lib/domain/currency';
import { BusinessRejection } from '../../lib/domain/faults';
import {
  costOf,
  formatMoney,
  formatPrice,
  greatestAmount,
  lineNet,
  parseMoney,
  parsePrice,
  taxOf,
  totals,
  unitPriceOf,
} from '../../lib/domain/money';

const piece = { numerator: 1, denominator: 1 };

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof BusinessRejection) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

/** Quotient of non-negative integers, rounded half up, by a rule of its own. */
function rounded(product: bigint, divisor: bigint): bigint {
  const quotient = product / divisor;
  return (product - quotient * divisor) * 2n >= divisor ? quotient + 1n : quotient;
}

describe('currency', () => {
  it('has the decimals of ISO 4217, also where ICU has others', () => {
    const expected = {
      EUR: 2,
      JPY: 0,
      ISK: 0,
      UGX: 0,
      KRW: 0,
      KWD: 3,
      IQD: 3,
      TND: 3,
      CLF: 4,
      UYW: 4,
      ALL: 2,
      HUF: 2,
      IDR: 2,
      MGA: 2,
      COP: 2,
    };
    const found = Object.fromEntries(Object.keys(expected).map((code) => [code, exponentOf(code)]));
    expect(found).to.deep.equal(expected);
  });

  for (const code of ['XXX', 'XAU', 'XTS', 'eur', 'EURO', '', 'constructor']) {
    it(`knows no minor unit of ${JSON.stringify(code)}`, () => expect(exponentOf(code)).to.equal(undefined));
  }
});

describe('money', () => {
  it('reads and writes amounts in the decimals of the currency', () => {
    expect(parseMoney('62.5', 'EUR')).to.equal(6250);
    expect(parseMoney('62.505', 'EUR')).to.equal('inexact-number');
    expect(parseMoney('62.505', 'KWD')).to.equal(62_505);
    expect(parseMoney('62.5', 'JPY')).to.equal('inexact-number');
    expect(parseMoney('90000000000.00', 'EUR')).to.equal(greatestAmount);
    expect(parseMoney('90000000000.01', 'EUR')).to.equal('out-of-range');
    expect([
      formatMoney(6250, 'EUR'),
      formatMoney(-5, 'EUR'),
      formatMoney(62, 'JPY'),
      formatMoney(1, 'KWD'),
    ]).to.deep.equal(['62.50', '-0.05', '62', '0.001']);
    expect(codeOf(() => formatMoney(1, 'XXX'))).to.equal('unknown-currency');
  });

  it('reads the amounts and prices it writes', () => {
    const currency = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF');
    fc.assert(
      fc.property(fc.integer({ min: -greatestAmount, max: greatestAmount }), currency, (minor, code) => {
        expect(parseMoney(formatMoney(minor, code), code)).to.equal(minor);
        expect(parsePrice(formatPrice(minor))).to.equal(minor);
      }),
    );
  });

  it('writes prices with two to four decimals', () => {
    expect([125_000, 123_456, 123_450, 0, 1].map(formatPrice)).to.deep.equal([
      '12.50',
      '12.3456',
      '12.345',
      '0.00',
      '0.0001',
    ]);
    expect(parsePrice('12.34567')).to.equal('inexact-number');
  });

  it('prices lines by the ordered unit', () => {
    expect(lineNet({ quantity: 5000, unitPrice: 125_000, uom: piece }, 'EUR')).to.equal(6250);
    expect(lineNet({ quantity: 24_000, unitPrice: 1_000_000, uom: { numerator: 12, denominator: 1 } }, 'EUR')).to.equal(
      20_000,
    );
    expect(lineNet({ quantity: 5000, unitPrice: 1_250_000, uom: piece }, 'JPY')).to.equal(625);
    expect(lineNet({ quantity: 1000, unitPrice: 50, uom: piece }, 'EUR'), 'half a cent').to.equal(1);
    expect(lineNet({ quantity: 1000, unitPrice: 49, uom: piece }, 'EUR')).to.equal(0);
    expect(codeOf(() => lineNet({ quantity: 9e15, unitPrice: 9e15, uom: piece }, 'EUR'))).to.equal('amount-too-large');
  });

  it('rounds lines as exact arithmetic does', () => {
    const part = fc.integer({ min: 1, max: 1000 });
    const currency = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF');
    fc.assert(
      fc.property(
        fc.nat(1e12),
        fc.nat(1e9),
        part,
        part,
        currency,
        (quantity, unitPrice, numerator, denominator, code) => {
          const divisor = BigInt(numerator) * 10n ** BigInt(7 - (exponentOf(code) ?? 0));
          const exact = rounded(BigInt(quantity) * BigInt(unitPrice) * BigInt(denominator), divisor);
          const net = () => lineNet({ quantity, unitPrice, uom: { numerator, denominator } }, code);
          if (exact > BigInt(greatestAmount)) expect(codeOf(net)).to.equal('amount-too-large');
          else expect(BigInt(net())).to.equal(exact);
        },
      ),
    );
  });

  it('taxes symmetrically and costs by the base unit', () => {
    expect(taxOf(6250, 1900)).to.equal(1188);
    expect(taxOf(-6250, 1900)).to.equal(-1188);
    expect(costOf(5000, 70_000, 2)).to.equal(3500);
    fc.assert(
      fc.property(fc.nat(greatestAmount), fc.nat(10_000), (net, rate) => {
        expect(BigInt(taxOf(net, rate))).to.equal(rounded(BigInt(net) * BigInt(rate), 10_000n));
        expect(taxOf(-net, rate) + taxOf(net, rate)).to.equal(0);
      }),
    );
  });

  it('finds the unit price that a quantity was sold at', () => {
    const uom = { numerator: 12, denominator: 1 };
    expect(unitPriceOf(4_995, { quantity: 5_000, uom: { numerator: 1, denominator: 1 } }, 'EUR')).to.equal(99_900);
    expect(unitPriceOf(15_000, { quantity: 24_000, uom }, 'EUR')).to.equal(750_000);
    expect(unitPriceOf(100, { quantity: 3_000, uom: { numerator: 1, denominator: 1 } }, 'JPY')).to.equal(333_333);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_000 }), fc.integer({ min: 1, max: 1_000_000 }), (quantity, net) => {
        const unitPrice = unitPriceOf(net, { quantity, uom }, 'EUR');
        expect(lineNet({ quantity, unitPrice, uom }, 'EUR'), 'below a hundred units').to.equal(net);
      }),
    );
  });

  it('rounds tax once per tax code', () => {
    const rates = new Map([
      ['STD', 1900],
      ['RED', 700],
    ]);
    const lines = [
      { net: 3, taxCode: 'STD' },
      { net: 3, taxCode: 'STD' },
      { net: 100, taxCode: 'RED' },
    ];
    // 19 % of 6 is 1.14; rounded per line it would be 0.57 twice, hence 2
    expect(totals(lines, rates)).to.deep.equal({
      net: 106,
      tax: 8,
      gross: 114,
      byTaxCode: [
        { taxCode: 'RED', rate: 700, net: 100, tax: 7 },
        { taxCode: 'STD', rate: 1900, net: 6, tax: 1 },
      ],
    });
    expect(codeOf(() => totals([{ net: 1, taxCode: 'NONE' }], rates))).to.equal('unknown-tax-code');
    expect(codeOf(() => totals([{ net: greatestAmount, taxCode: 'STD' }], rates))).to.equal('amount-too-large');
    expect(totals([], rates)).to.deep.equal({ net: 0, tax: 0, gross: 0, byTaxCode: [] });
  });

  it('adds up: sum of lines + sum of tax = gross, whatever the order of the lines', () => {
    const rates = new Map([
      ['A', 1900],
      ['B', 700],
      ['C', 0],
    ]);
    const line = fc.record({ net: fc.integer({ min: -1e9, max: 1e9 }), taxCode: fc.constantFrom('A', 'B', 'C') });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const sum = totals(lines, rates);
        expect(sum.net).to.equal(lines.reduce((net, each) => net + each.net, 0));
        expect(sum.tax).to.equal(sum.byTaxCode.reduce((tax, each) => tax + each.tax, 0));
        expect(sum.gross).to.equal(sum.net + sum.tax);
        expect(totals(lines.toReversed(), rates)).to.deep.equal(sum);
      }),
    );
  });
});
