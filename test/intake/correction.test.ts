import { expect } from 'chai';
import fc from 'fast-check';
import { BusinessRejection } from '../../lib/domain/faults';
import { replacedDocuments } from '../../lib/intake/correction';
import { defaultReading, readingFrom, readingOf, storedReading } from '../../lib/intake/reading-settings';

const numbers = fc.option(fc.constantFrom('PO-1', 'po-1', 'PO 1', 'PO-2', 'PO-3'), { nil: null });
const failed = fc.array(fc.record({ poNumber: numbers }), { minLength: 1, maxLength: 5 });
const copy = fc.array(fc.record({ poNumber: numbers, kind: fc.constantFrom('order', 'unreadable') }), { maxLength: 5 });

describe('a corrected copy', () => {
  it('replaces nothing when it cannot be read', () => {
    fc.assert(
      fc.property(failed, fc.boolean(), (documents, only) => {
        expect(replacedDocuments(documents, [{ poNumber: null, kind: 'unreadable' }], only)).to.deep.equal([]);
        expect(replacedDocuments(documents, [], only)).to.deep.equal([]);
      }),
    );
  });

  it('never replaces an order that it leaves out, unless that is the only one of its message', () => {
    fc.assert(
      fc.property(failed, copy, (documents, copied) => {
        const keys = copied
          .filter(({ kind }) => kind === 'order')
          .map(({ poNumber }) => poNumber?.replaceAll(/\s/g, '').toUpperCase());
        for (const { poNumber } of replacedDocuments(documents, copied, false))
          if (poNumber !== null) expect(keys).to.include(poNumber.replaceAll(/\s/g, '').toUpperCase());
      }),
    );
    const other = [{ poNumber: 'PO-9', kind: 'order' }];
    expect(replacedDocuments([{ poNumber: 'PO-1' }], other, false)).to.deep.equal([]);
    expect(replacedDocuments([{ poNumber: 'PO-1' }], other, true)).to.deep.equal([{ poNumber: 'PO-1' }]);
  });
});

describe('how a message was read', () => {
  it('is kept only when it is not as usual, and comes back as it was', () => {
    expect(storedReading(defaultReading)).to.equal(null);
    expect(readingOf(null)).to.deep.equal(defaultReading);
    const other = { batchPolicy: 'reject-file', csv: { ...defaultReading.csv, decimalMark: ',' } } as const;
    expect(readingOf(storedReading(other))).to.deep.equal(other);
  });

  it('takes settings of a person, and finds every fault in them', () => {
    expect(readingFrom({})).to.deep.equal(defaultReading);
    expect(readingFrom({ csv: { decimalMark: ',' } }).csv.decimalMark).to.equal(',');
    for (const [given, places] of [
      [{ colour: 1 }, ['/colour']],
      [
        { batchPolicy: 'x', csv: { decimalMark: ';', mapping: { a: 1 } } },
        ['/batchPolicy', '/csv/decimalMark', '/csv/mapping'],
      ],
      [{ csv: [] }, ['/csv']],
      ['text', ['']],
      [null, ['']],
    ] as const) {
      let faults: readonly { path: string }[] = [];
      try {
        readingFrom(given);
      } catch (error) {
        if (error instanceof BusinessRejection) faults = error.faults;
      }
      expect(
        faults.map(({ path }) => path),
        JSON.stringify(given),
      ).to.deep.equal(places);
    }
  });
});
