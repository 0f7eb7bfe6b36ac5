import { expect } from 'chai';
import fc from 'fast-check';
import type { CanonicalOrder } from '../../lib/intake/canonical-order';
import { placedFaults } from '../../lib/intake/field-places';
import { defaultIntakeLimits, type ReadDocument } from '../../lib/intake/message-content';
import { readMessageKeeping } from '../../lib/intake/read-message';
import { plainLayout } from '../../lib/intake/sheets/layout';
import { purchaseOrder, x12 } from '../support/edi';

/** Numbers of lines in any order. */
const lineNumbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });
const skuOf = (line: number): string => `SKU-${line}`;

const documentsOf = (text: string, contentType: string): readonly ReadDocument[] =>
  readMessageKeeping(
    {
      bytes: Buffer.from(text),
      contentType,
      limits: defaultIntakeLimits,
      batchPolicy: 'reject-order',
      csv: plainLayout,
    },
    (document) => document,
  ).documents as readonly ReadDocument[];

/** Where the SKU of each line of a document stands, as it is told when nobody knows it. */
function placesOfSkus({ order, edi, places }: ReadDocument): { sku: string; place: string }[] {
  const { lines } = order ?? (JSON.parse(edi?.content ?? '') as CanonicalOrder);
  const faults = lines.map((_, i) => ({ path: `/lines/${i}/sku`, code: 'unknown-sku' as const, message: '' }));
  const kept = places === undefined ? undefined : JSON.stringify(places);
  return placedFaults(faults, kept).map(({ path }, i) => ({ sku: lines[i]?.sku ?? '', place: path }));
}

describe('the places of the fields of an order', () => {
  it('lead to the lines of a JSON order as they were sent', () =>
    fc.assert(
      fc.property(lineNumbers, (numbers) => {
        const lines = numbers.map((line) => ({ line, sku: skuOf(line), quantity: '1' }));
        const [document] = documentsOf(JSON.stringify({ poNumber: 'P', customer: 'C', lines }), 'application/json');
        for (const { sku, place } of placesOfSkus(document as ReadDocument))
          expect(lines[Number(place.split('/')[2])]?.sku).to.equal(sku);
      }),
    ));

  it('lead to the rows of a table, however the rows of its orders are mixed', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat()), { minLength: 1, maxLength: 20 }),
        (sent) => {
          const rows = sent.map(([order], i) => `P-${order},C,${100 - i},${order}-${100 - i},1`);
          const text = ['poNumber,customer,line,sku,quantity', ...rows].join('\n');
          for (const document of documentsOf(text, 'text/csv'))
            for (const { sku, place } of placesOfSkus(document)) {
              const [, row] = /^row (\d+), column sku$/.exec(place) ?? [];
              expect(text.split('\n')[Number(row) - 1]?.split(',')[3]).to.equal(sku);
            }
        },
      ),
    ));

  it('lead to the segments of an X12 order', () =>
    fc.assert(
      fc.property(lineNumbers, (numbers) => {
        const lines = numbers.map((line) => [`${line}`, '1', 'EA', '1', 'VN', skuOf(line)]);
        const text = x12('850', [purchaseOrder('P', 'C', lines)]);
        const [document] = documentsOf(text, 'application/edi-x12');
        for (const { sku, place } of placesOfSkus(document as ReadDocument)) {
          const [, segment] = /element 7 \(segment (\d+)\)$/.exec(place) ?? [];
          // the first segment of the message is its ST, after ISA and GS
          expect(text.split('~\n')[Number(segment) + 1]?.split('*')[7]).to.equal(sku);
        }
      }),
    ));

  it('are not kept where pointers say them', () => {
    const lines = [1, 2].map((line) => ({ line, sku: skuOf(line), quantity: '1' }));
    const [document] = documentsOf(JSON.stringify({ poNumber: 'P', customer: 'C', lines }), 'application/json');
    expect(document).to.not.have.property('places');
  });

  it('are kept shortly: the rows, and what columns are called otherwise', () => {
    const text = 'poNumber,customer,Item,quantity\nP,C,A,1\nP,C,B,1';
    const [document] = documentsOf(text, 'text/csv');
    expect(document?.places).to.deep.equal({ rows: [2, 3], columns: { sku: 'Item' } });
  });
});
