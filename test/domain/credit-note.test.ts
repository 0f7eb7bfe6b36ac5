import { expect } from 'chai';
import { readIncoming } from '../../lib/domain/incoming-money';

const body = { creditNote: 'CLAIM-7', invoice: 'INV-2026-000001', reason: 'damaged' };
const read = (value: unknown) => {
  const [only] = readIncoming(value);
  return only?.kind === 'credit-note' ? only.creditNote : undefined;
};
const faults = (more: object) =>
  readIncoming({ ...body, ...more }).flatMap((each) => each.faults.map(({ path, code }) => `${path} ${code}`));

describe('credit notes as they are sent', () => {
  it('are read with all that is left, with quantities, and with amounts', () => {
    expect(read(body)).to.deep.include({
      reference: 'CLAIM-7',
      invoice: 'INV-2026-000001',
      reason: 'damaged',
      customer: null,
      currency: null,
      note: null,
      lines: null,
    });
    expect(
      read({
        ...body,
        note: ' Two were wet. ',
        currency: 'EUR',
        lines: [{ line: 1, quantity: '2.5' }, { line: '2', net: 12.5 }, { line: 3 }],
      }),
    ).to.deep.include({
      note: 'Two were wet.',
      currency: 'EUR',
      lines: [
        { line: 1, quantity: 2_500, net: null },
        { line: 2, quantity: null, net: 1_250 },
        { line: 3, quantity: null, net: null },
      ],
    });
  });

  it('come beside payments, one or an array', () => {
    const payment = { reference: 'R-1', customer: 'C-1', amount: '1.00', currency: 'EUR' };
    expect(readIncoming([payment, body, { ...body, reason: 'x' }]).map(({ kind }) => kind)).to.deep.equal([
      'payment',
      'credit-note',
      'credit-note',
    ]);
    expect(readIncoming([payment, { ...body, reason: 'x' }])[1]?.faults[0]?.path).to.equal('/1/reason');
    expect(readIncoming({ ...payment, creditNote: null })[0]?.kind).to.equal('payment');
    expect(readIncoming('money')[0]?.faults.map(({ code }) => code)).to.deep.equal(['wrong-type']);
  });

  it('are refused with every fault', () => {
    expect(faults({ creditNote: '', invoice: undefined, reason: 'because', amount: '5' })).to.have.members([
      '/creditNote missing-field',
      '/invoice missing-field',
      '/reason out-of-range',
      '/amount unknown-field',
    ]);
    expect(faults({ lines: [] })).to.deep.equal(['/lines missing-field']);
    expect(faults({ lines: 'all' })).to.deep.equal(['/lines wrong-type']);
    expect(faults({ currency: 'XXX', note: 7 })).to.have.members(['/currency unknown-currency', '/note wrong-type']);
    expect(faults({ lines: [{ line: 1, net: '5.00' }] })).to.deep.equal(['/currency missing-field']);
    expect(
      faults({
        currency: 'EUR',
        lines: [
          { line: 1, quantity: '1', net: '5.00' },
          { line: 1, quantity: '0' },
          { line: 0 },
          { quantity: '1.2345' },
          { line: 2, net: '0' },
          { line: 3, net: '-5' },
          { line: 4, net: '1.234' },
          7,
        ],
      }),
    ).to.have.members([
      '/lines/0/net conflicting-values',
      '/lines/1/line duplicate-line',
      '/lines/1/quantity out-of-range',
      '/lines/2/line out-of-range',
      '/lines/3/quantity inexact-number',
      '/lines/3/line missing-field',
      '/lines/4/net out-of-range',
      '/lines/5/net out-of-range',
      '/lines/6/net inexact-number',
      '/lines/7 wrong-type',
    ]);
  });

  it('are the same whatever the order of their lines, and what they only say again', () => {
    const lines = [
      { line: 1, quantity: '1' },
      { line: 2, net: '1.00' },
    ];
    const one = { ...body, currency: 'EUR', lines };
    const digest = (value: unknown) => read(value)?.digest;
    expect(digest({ ...one, creditNote: 'OTHER', customer: 'C-1', lines: lines.toReversed() })).to.equal(digest(one));
    for (const other of [{ invoice: 'INV-2' }, { reason: 'price' }, { note: 'x' }, { lines: lines.slice(1) }])
      expect(digest({ ...one, ...other })).to.not.equal(digest(one));
    expect(digest(body)).to.not.equal(digest({ ...body, currency: 'EUR', lines }));
  });
});
