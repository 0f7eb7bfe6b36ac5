import { expect } from 'chai';
import fc from 'fast-check';
import { fingerprintOf, loosePoKey, poKey } from '../../lib/intake/canonical-order';
import { normalizeOrder } from '../../lib/intake/normalize-order';
import { NumberText } from '../../lib/intake/number-text';
import { sampleOrder } from './orders';

const limits = { linesPerOrder: 1000 };

function codes(value: unknown): string[] {
  return normalizeOrder(value, limits).faults.map(({ path, code }) => `${path}: ${code}`);
}

describe('canonical order', () => {
  it('trims, drops what is empty, upper-cases codes, shortens numbers, sorts lines and fixes the order of fields', () => {
    const { order } = normalizeOrder(
      {
        lines: [
          { unitPrice: '12.50', quantity: '5.0', sku: ' B ', line: '2' },
          { quantity: '07', sku: 'A', line: 1, uom: null },
        ],
        note: '  ',
        shipTo: { country: 'de', name: '' },
        currency: 'eur',
        customer: 'C-1',
        release: 3,
        poNumber: ' PO 1 ',
      },
      limits,
    );
    expect(JSON.stringify(order)).to.equal(
      JSON.stringify({
        poNumber: 'PO 1',
        release: '3',
        customer: 'C-1',
        currency: 'EUR',
        shipTo: { country: 'DE' },
        lines: [
          { line: 1, sku: 'A', quantity: '7' },
          { line: 2, sku: 'B', quantity: '5', unitPrice: '12.5' },
        ],
      }),
    );
  });

  it('keeps the further ids of an item, each once and in one order, and says what is wrong with them', () => {
    const line = (ids: unknown) => ({ poNumber: '1', customer: 'C', lines: [{ sku: 'A', quantity: '1', ids }] });
    const ids = [
      { qualifier: 'up', value: ' 036000291452 ' },
      { qualifier: 'BP', value: '00017' },
      { qualifier: 'UP', value: '036000291452' },
    ];
    expect(normalizeOrder(line(ids), limits).order?.lines).to.deep.equal([
      {
        line: 1,
        sku: 'A',
        ids: [
          { qualifier: 'BP', value: '00017' },
          { qualifier: 'UP', value: '036000291452' },
        ],
        quantity: '1',
      },
    ]);
    for (const none of [[], null, undefined])
      expect(normalizeOrder(line(none), limits).order?.lines[0]).not.to.have.property('ids');
    expect(
      codes(
        line([{ qualifier: 'UP' }, { qualifier: 'UP', value: '1', extra: '2' }, 'UP', { qualifier: '', value: 7 }]),
      ),
    ).to.have.members([
      '/lines/0/ids/0/value: missing-field',
      '/lines/0/ids/1/extra: unknown-field',
      '/lines/0/ids/2: wrong-type',
      '/lines/0/ids/3/qualifier: missing-field',
      '/lines/0/ids/3/value: wrong-type',
    ]);
    expect(codes(line(Array(26).fill({ qualifier: 'UP', value: '1' })))).to.deep.equal(['/lines/0/ids: out-of-range']);
  });

  it('gives lines without a number their ordinal, and an address without content is none', () => {
    const { order } = normalizeOrder(
      {
        poNumber: '1',
        customer: 'C',
        shipTo: { city: ' ' },
        lines: [
          { sku: 'A', quantity: 1 },
          { sku: 'B', quantity: 2 },
        ],
      },
      limits,
    );
    expect(order).to.deep.equal({
      poNumber: '1',
      customer: 'C',
      lines: [
        { line: 1, sku: 'A', quantity: '1' },
        { line: 2, sku: 'B', quantity: '2' },
      ],
    });
  });

  it('is its own canonical form', () => {
    const { order } = normalizeOrder(sampleOrder(), limits);
    expect(normalizeOrder(order, limits)).to.deep.equal({ order, faults: [] });
  });

  it('finds every fault at once', () => {
    const order = {
      poNumber: 17,
      currency: 'EURO',
      orderDate: '2026-02-30',
      requestedDelivery: '30.11.2026',
      shipTo: { country: 'Germany', street: 'x' },
      colour: 'red',
      lines: [
        { sku: 'A', quantity: '0', unitPrice: '-1' },
        { sku: '', quantity: '1e3' },
        { line: 2, sku: 'B', quantity: '1.0005', unitPrice: 'free' },
        { line: 0, sku: 'C', quantity: '12345678901234567.10' },
        'five',
        { line: 1.5, sku: 'D', quantity: true },
      ],
    };
    expect(codes(order)).to.have.members([
      '/poNumber: wrong-type',
      '/customer: missing-field',
      '/currency: unknown-currency',
      '/orderDate: bad-date',
      '/requestedDelivery: bad-date',
      '/shipTo/country: out-of-range',
      '/shipTo/street: unknown-field',
      '/colour: unknown-field',
      '/lines/0/quantity: out-of-range',
      '/lines/0/unitPrice: out-of-range',
      '/lines/1/sku: missing-field',
      '/lines/1/quantity: inexact-number',
      '/lines/2/line: duplicate-line',
      '/lines/2/quantity: inexact-number',
      '/lines/2/unitPrice: not-a-number',
      '/lines/3/line: out-of-range',
      '/lines/3/quantity: out-of-range',
      '/lines/4: wrong-type',
      '/lines/5/line: inexact-number',
      '/lines/5/quantity: wrong-type',
    ]);
  });

  for (const [text, quantity] of [
    ['1e3', '1000'],
    ['1E+3', '1000'],
    ['1.5e3', '1500'],
    ['12.5e-1', '1.25'],
    ['500e-3', '0.5'],
    ['0.001e0', '0.001'],
    ['1000000000000e-12', '1'],
  ] as const)
    it(`takes the exact JSON number ${text}`, () => {
      const lines = [{ sku: 'A', quantity: new NumberText(text) }];
      expect(normalizeOrder({ ...sampleOrder(), lines }, limits).order?.lines[0]?.quantity).to.equal(quantity);
    });

  for (const [text, code] of [
    ['1e308', 'out-of-range'],
    ['1e30', 'out-of-range'],
    ['9e999999999999999999999', 'out-of-range'],
    ['1e-9', 'inexact-number'],
    ['1e-400', 'inexact-number'],
    ['12345678901234567.1e-5', 'inexact-number'],
    ['-1e3', 'out-of-range'],
    ['0e308', 'out-of-range'],
  ] as const)
    it(`refuses the JSON number ${text} as ${code}`, () => {
      const lines = [{ sku: 'A', quantity: new NumberText(text) }];
      expect(codes({ ...sampleOrder(), lines })).to.deep.equal([`/lines/0/quantity: ${code}`]);
    });

  it('shows the value that was sent, cut to 80 characters', () => {
    const { faults } = normalizeOrder(
      { ...sampleOrder(), orderDate: ' 2026-02-30', currency: 'X'.repeat(200) },
      limits,
    );
    expect(faults.map(({ path, value }) => [path, value])).to.deep.include(['/orderDate', ' 2026-02-30']);
    expect(faults.find(({ path }) => path === '/currency')?.value).to.equal('X'.repeat(80));
  });

  it('takes numbers of a program only when they are exact', () => {
    const withQuantity = (quantity: unknown, unitPrice: unknown = 1) =>
      codes({ ...sampleOrder(), lines: [{ sku: 'A', quantity, unitPrice }] });
    expect(withQuantity(2.5, 12.3456)).to.deep.equal([]);
    expect(withQuantity(3, 5n)).to.deep.equal([]);
    expect(withQuantity(1, 0.1 + 0.2)).to.deep.equal(['/lines/0/unitPrice: inexact-number']);
    expect(withQuantity(1, 1e-7)).to.deep.equal(['/lines/0/unitPrice: inexact-number']);
    expect(withQuantity(1e21)).to.deep.equal(['/lines/0/quantity: out-of-range']);
    expect(withQuantity(Number.NaN)).to.deep.equal(['/lines/0/quantity: not-a-number']);
  });

  it('refuses characters that no database keeps, and line breaks outside of notes and addresses', () => {
    expect(codes({ ...sampleOrder(), poNumber: 'a\u0000b' })).to.deep.equal(['/poNumber: bad-encoding']);
    expect(codes({ ...sampleOrder(), customer: 'a\ud800' })).to.deep.equal(['/customer: bad-encoding']);
    expect(codes({ ...sampleOrder(), warehouse: 'a\nb' })).to.deep.equal(['/warehouse: bad-encoding']);
    expect(codes({ ...sampleOrder(), note: 'a\nb', shipTo: { address: 'a\r\nb' } })).to.deep.equal([]);
    expect(codes({ ...sampleOrder(), note: 'a\u0007b' })).to.deep.equal(['/note: bad-encoding']);
  });

  it('limits the lines, and still reads the rest', () => {
    const lines = Array.from({ length: 4 }, (_, index) => ({ sku: 'A', quantity: index }));
    const { faults } = normalizeOrder({ ...sampleOrder(), lines }, { linesPerOrder: 3 });
    expect(faults.map(({ path, code }) => `${path}: ${code}`)).to.deep.equal([
      '/lines: too-many-lines',
      '/lines/0/quantity: out-of-range',
    ]);
  });

  it('says so when there are more faults than it lists', () => {
    const lines = Array.from({ length: 999 }, () => ({ sku: '', quantity: '' }));
    const { faults } = normalizeOrder({ poNumber: '1', customer: 'C', lines }, limits);
    expect(faults).to.have.length(1001);
    expect(faults.at(-1)?.code).to.equal('too-many-faults');
    expect(faults.at(-1)?.message).to.match(/^998 more/);
  });

  for (const value of [null, undefined, 5, 'order', true, [], () => 1, new Date(), Symbol('order')]) {
    it(`is never made of ${String(value)}`, () => {
      const { order, faults } = normalizeOrder(value, limits);
      expect(order).to.equal(undefined);
      expect(faults).to.not.be.empty;
    });
  }

  it('survives any value, and circles', () => {
    const circle: Record<string, unknown> = { ...sampleOrder() };
    circle.shipTo = circle;
    expect(codes(circle)).to.include('/shipTo/lines: unknown-field');
    const anyOrder = fc.record(
      { poNumber: fc.anything(), customer: fc.anything(), shipTo: fc.anything(), lines: fc.anything() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), anyOrder), (value) => {
        const { order, faults } = normalizeOrder(value, limits);
        expect(order === undefined).to.equal(faults.length > 0);
      }),
    );
  });
});

describe('fingerprint', () => {
  const fingerprint = (value: unknown) => {
    const { order } = normalizeOrder(value, limits);
    if (!order) throw new Error('the order has faults');
    return fingerprintOf(order);
  };

  it('is the same for the same order, however it is written', () => {
    const { lines, ...header } = sampleOrder();
    const again = { lines: lines.toReversed(), ...header, poNumber: ' po-1001', currency: 'eur', release: '' };
    expect(fingerprint(again))
      .to.equal(fingerprint(sampleOrder()))
      .and.match(/^[0-9a-f]{64}$/);
  });

  it('differs as soon as anything differs', () => {
    const changes = [
      { customer: 'C-2' },
      { release: '2' },
      { note: 'x' },
      { warehouse: null },
      { lines: [{ sku: 'WIDGET-1', quantity: 5 }] },
    ];
    const all = [sampleOrder(), ...changes.map((change) => ({ ...sampleOrder(), ...change }))].map(fingerprint);
    expect(new Set(all).size).to.equal(all.length);
  });
});

describe('PO number', () => {
  it('is the same in any case, width and spacing', () => {
    expect(poKey(' po\u00a01001 ')).to.equal('PO1001');
    expect(poKey('ＰＯ－１００１')).to.equal('PO-1001');
    expect(poKey('Straße')).to.equal('STRASSE');
    expect(poKey('PO-1001')).to.not.equal(poKey('PO1001'));
  });

  it('is alike without dots and dashes of any kind', () => {
    for (const text of ['PO-10.01', 'PO–1001', 'po—1001', 'PO‑1001', 'PO−1001', 'P.O.1001'])
      expect(loosePoKey(text), text).to.equal('PO1001');
  });

  it('has a key that is its own key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(poKey(poKey(text))).to.equal(poKey(text));
      }),
    );
  });
});
