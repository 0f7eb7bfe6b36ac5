import { expect } from 'chai';
import fc from 'fast-check';
import { agreedBy, gtinForms, gtinOf } from '../../lib/domain/item-numbers';

const checkDigit = (digits: string): number =>
  (10 -
    ([...digits.padStart(13, '0')].reduce((sum, digit, at) => sum + Number(digit) * (at % 2 === 0 ? 3 : 1), 0) % 10)) %
  10;

const gtin = fc
  .constantFrom(7, 11, 12, 13)
  .chain((length) => fc.stringMatching(new RegExp(`^\\d{${length}}$`)))
  .map((digits) => digits + checkDigit(digits));

describe('item numbers', () => {
  it('know a GTIN of every length by its check digit, and all its forms as the same one', () => {
    expect(gtinOf('4006381333931')).to.equal('04006381333931');
    expect(gtinOf('036000291452')).to.equal('00036000291452');
    expect(gtinOf('96385074')).to.equal('00000096385074');
    for (const text of [
      '4006381333932',
      '400638133393',
      '',
      '0',
      '4006381333931 ',
      '４００６３８１３３３９３１',
      '1234567890',
    ])
      expect(gtinOf(text)).to.equal(undefined);
    fc.assert(
      fc.property(gtin, (number) => {
        const whole = gtinOf(number) as string;
        expect(whole).to.have.length(14);
        const forms = gtinForms(whole);
        expect(forms).to.include(number);
        expect(forms.map(gtinOf)).to.deep.equal(forms.map(() => whole));
      }),
    );
  });

  it('lose the check when one digit is another', () => {
    fc.assert(
      fc.property(gtin, fc.nat(), fc.integer({ min: 1, max: 9 }), (number, place, difference) => {
        const at = place % number.length;
        const other = (Number(number[at]) + difference) % 10;
        expect(gtinOf(number.slice(0, at) + other + number.slice(at + 1))).to.equal(undefined);
      }),
    );
  });

  it('agree on what every known one of them names', () => {
    expect(agreedBy([])).to.equal(undefined);
    expect(agreedBy([[], []])).to.equal(undefined);
    expect(agreedBy([[], ['A'], ['B', 'A']])).to.deep.equal(['A']);
    expect(agreedBy([['A'], ['B']])).to.deep.equal([]);
    expect(agreedBy([['A', 'B'], []])).to.deep.equal(['A', 'B']);
  });
});
