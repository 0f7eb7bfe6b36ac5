import { expect } from 'chai';
import fc from 'fast-check';
import type { CreditNoteLine } from '../../lib/domain/credit-note';
import { bookCredit, type Credit, type CreditableInvoice, creditOf } from '../../lib/domain/crediting';
import { totals } from '../../lib/domain/money';

type Sample = readonly { readonly quantity: number; readonly net: number; readonly taxCode: string }[];

const rates = new Map([
  ['FREE', 0],
  ['FULL', 1900],
  ['LOW', 550],
]);

function invoiceOf(lines: Sample): CreditableInvoice {
  return {
    number: 'INV-2026-000001',
    currency: 'EUR',
    lines: lines.map((line, i) => ({ ...line, line: i + 1, creditedQuantity: 0, creditedNet: 0 })),
    taxes: totals(lines, rates).byTaxCode,
    creditedTax: new Map(),
  };
}

/** Credits and counts it, when it can be credited. */
function credit(invoice: CreditableInvoice, wanted: readonly CreditNoteLine[] | null): Credit {
  const found = creditOf(invoice, wanted);
  bookCredit(invoice, found);
  return found;
}

const ofLine = (line: number, what: Partial<CreditNoteLine> = {}): CreditNoteLine => ({
  line,
  quantity: null,
  net: null,
  ...what,
});
const faultsOf = (invoice: CreditableInvoice, wanted: readonly CreditNoteLine[] | null) =>
  creditOf(invoice, wanted).faults.map(({ path, code }) => `${path} ${code}`);

/** Ten at 9.99 and three at 0.3333, both with 19 %, and four at 2.50 with 5.5 %. */
const sample = (): CreditableInvoice =>
  invoiceOf([
    { quantity: 10_000, net: 9_990, taxCode: 'FULL' },
    { quantity: 3_000, net: 100, taxCode: 'FULL' },
    { quantity: 4_000, net: 1_000, taxCode: 'LOW' },
  ]);

describe('crediting an invoice', () => {
  it('takes back all of it when nothing is named', () => {
    const invoice = sample();
    const { lines, totals: credited } = credit(invoice, null);
    expect(lines).to.deep.equal([
      { line: 1, quantity: 10_000, net: 9_990 },
      { line: 2, quantity: 3_000, net: 100 },
      { line: 3, quantity: 4_000, net: 1_000 },
    ]);
    expect(credited).to.deep.equal({
      net: 11_090,
      tax: 1_972,
      gross: 13_062,
      byTaxCode: [
        { taxCode: 'FULL', rate: 1900, net: 10_090, tax: 1_917 },
        { taxCode: 'LOW', rate: 550, net: 1_000, tax: 55 },
      ],
    });
    expect(faultsOf(invoice, null)).to.deep.equal(['/invoice nothing-to-credit']);
  });

  it('takes quantities at their share of the net, money as it is, and of a line that says neither the rest', () => {
    const invoice = sample();
    const { lines, totals: first } = credit(invoice, [
      ofLine(1, { quantity: 3_000 }),
      ofLine(3, { net: 400 }),
      ofLine(2),
    ]);
    expect(lines).to.deep.equal([
      { line: 1, quantity: 3_000, net: 2_997 },
      { line: 3, quantity: 0, net: 400 },
      { line: 2, quantity: 3_000, net: 100 },
    ]);
    expect(first.byTaxCode).to.deep.equal([
      { taxCode: 'FULL', rate: 1900, net: 3_097, tax: 588 },
      { taxCode: 'LOW', rate: 550, net: 400, tax: 22 },
    ]);
    // what was taken off the price is not credited again with the goods
    expect(credit(invoice, [ofLine(3, { quantity: 2_000 })]).lines).to.deep.equal([
      { line: 3, quantity: 2_000, net: 300 },
    ]);
    expect(credit(invoice, null).lines).to.deep.equal([
      { line: 1, quantity: 7_000, net: 6_993 },
      { line: 3, quantity: 2_000, net: 300 },
    ]);
  });

  it('refuses what the invoice does not have, or has no more, with every fault', () => {
    const invoice = sample();
    credit(invoice, [ofLine(1, { quantity: 8_000 }), ofLine(2), ofLine(3, { net: 900 })]);
    const wanted = [ofLine(1, { quantity: 2_001 }), ofLine(2, { quantity: 1_000 }), ofLine(3, { net: 101 }), ofLine(7)];
    expect(faultsOf(invoice, wanted)).to.deep.equal([
      '/lines/0/quantity over-credit',
      '/lines/1/line nothing-to-credit',
      '/lines/2/net over-credit',
      '/lines/3/line unknown-line',
    ]);
    const [quantity, , money] = creditOf(invoice, wanted).faults;
    expect(quantity?.message).to.contain('2 can be credited: 10 invoiced less 8 credited');
    expect(money?.message).to.contain('1.00 EUR can be credited: 10.00 EUR invoiced less 9.00 EUR credited');
  });

  it('refuses a quantity that comes to no amount, and what was given free', () => {
    const invoice = invoiceOf([
      { quantity: 1_000_000, net: 10, taxCode: 'FULL' },
      { quantity: 1_000, net: 0, taxCode: 'FULL' },
    ]);
    expect(faultsOf(invoice, [ofLine(1, { quantity: 1_000 })])).to.deep.equal(['/lines/0/quantity nothing-to-credit']);
    expect(faultsOf(invoice, [ofLine(2)])).to.deep.equal(['/lines/0/line nothing-to-credit']);
    expect(creditOf(invoice, null).lines).to.deep.equal([{ line: 1, quantity: 1_000_000, net: 10 }]);
  });

  const line = fc.record({
    quantity: fc.integer({ min: 1, max: 50_000 }),
    net: fc.integer({ min: 0, max: 1_000_000 }),
    taxCode: fc.constantFrom(...rates.keys()),
  });
  /** Which line, which part of what is left of it, in quantity or in money. */
  const step = fc.record({
    line: fc.nat(5),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    how: fc.constantFrom('quantity', 'net'),
  });

  it('never goes beyond the invoice, and ends at exactly its totals, whatever the parts were', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.array(step, { maxLength: 12 }), (lines, steps) => {
        const invoice = invoiceOf(lines);
        const all = totals(lines, rates);
        const sums = { net: 0, tax: 0, gross: 0 };
        const byTaxCode = new Map<string, { net: number; tax: number }>();
        const count = ({ totals: credited, lines: parts }: Credit) => {
          for (const { net, quantity } of parts) {
            expect(net).to.be.above(0);
            expect(quantity).to.be.at.least(0);
          }
          expect(parts.reduce((sum, { net }) => sum + net, 0)).to.equal(credited.net);
          expect(credited.net + credited.tax).to.equal(credited.gross);
          for (const { taxCode, net, tax } of credited.byTaxCode) {
            expect(tax).to.be.at.least(0);
            const before = byTaxCode.get(taxCode) ?? { net: 0, tax: 0 };
            byTaxCode.set(taxCode, { net: before.net + net, tax: before.tax + tax });
          }
          sums.net += credited.net;
          sums.tax += credited.tax;
          sums.gross += credited.gross;
          expect(sums.net).to.be.at.most(all.net);
          expect(sums.tax).to.be.at.most(all.tax);
        };
        for (const { line: index, share, how } of steps) {
          const at = invoice.lines[index % invoice.lines.length];
          if (at === undefined) continue;
          const left = how === 'quantity' ? at.quantity - at.creditedQuantity : at.net - at.creditedNet;
          const part = Math.ceil(left * share);
          if (part > 0) count(credit(invoice, [ofLine(at.line, { [how]: part })]));
        }
        count(credit(invoice, null));
        expect(sums).to.deep.equal({ net: all.net, tax: all.tax, gross: all.gross });
        for (const { taxCode, net, tax } of all.byTaxCode)
          expect(byTaxCode.get(taxCode) ?? { net: 0, tax: 0 }).to.deep.equal({ net, tax });
        for (const credited of invoice.lines) expect(credited.creditedNet).to.equal(credited.net);
      }),
    );
  });

  it('never credits more of a line than was invoiced, and says so', () => {
    fc.assert(
      fc.property(
        line,
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 2_000_000 }),
        (one, milli, net) => {
          const invoice = invoiceOf([{ ...one, net: Math.max(1, one.net) }]);
          const [only] = invoice.lines;
          for (const wanted of [{ quantity: milli }, { net }]) {
            const { faults } = creditOf(invoice, [ofLine(1, wanted)]);
            const over = 'net' in wanted ? net > (only?.net ?? 0) : milli > one.quantity;
            expect(faults.some(({ code }) => code === 'over-credit')).to.equal(over);
          }
        },
      ),
    );
  });
});
