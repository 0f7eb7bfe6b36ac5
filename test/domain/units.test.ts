import { expect } from 'chai';
import fc from 'fast-check';
import type { Product } from '../../lib/domain/master';
import { soldUnit } from '../../lib/domain/units';

const product = (baseUom: string, uoms: Product['uoms'] = {}): Product => ({
  sku: 'A',
  name: 'A',
  baseUom,
  uoms,
  price: 10_000,
  cost: 5_000,
  taxCode: 'FULL',
  gtin: null,
});
const dozen = { numerator: 12, denominator: 1 };
const uomOf = (of: Product, sent?: string, map: Record<string, string> = {}) => soldUnit(of, sent, map)?.uom;

describe('units', () => {
  it('are the product’s own first, then what the partner means, then any code of a piece', () => {
    expect(uomOf(product('EA'))).to.equal('EA');
    expect(uomOf(product('EA', { CS: dozen }), 'CS', { CS: 'CA' })).to.equal('CS');
    expect(soldUnit(product('EA', { CA: dozen }), 'CS', { CS: 'CA' })).to.deep.equal({ uom: 'CA', ratio: dozen });
    expect(uomOf(product('EA'), 'H87')).to.equal('EA');
    expect(uomOf(product('PCE'), 'UN', { UN: 'EA' })).to.equal('PCE');
  });

  it('are never guessed', () => {
    for (const sent of ['UN', 'PC', 'CS', 'ea', '', 'constructor', '__proto__'])
      expect(uomOf(product('EA', { CA: dozen }), sent)).to.equal(undefined);
    expect(uomOf(product('KGM'), 'EA')).to.equal(undefined);
    expect(uomOf(product('EA'), 'CS', { CS: 'PAL' })).to.equal(undefined);
  });

  it('give only units that the product has', () => {
    const code = fc.constantFrom('EA', 'PCE', 'H87', 'C62', 'UN', 'PC', 'CA', 'KGM');
    fc.assert(
      fc.property(
        code,
        fc.dictionary(code, fc.constant(dozen)),
        code,
        fc.dictionary(code, code),
        (base, uoms, sent, map) => {
          const found = soldUnit(product(base, uoms), sent, map);
          if (found !== undefined) expect([base, ...Object.keys(uoms)]).to.include(found.uom);
          if (sent === base || Object.hasOwn(uoms, sent)) expect(found?.uom).to.equal(sent);
        },
      ),
    );
  });
});
