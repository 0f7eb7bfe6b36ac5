import { expect } from 'chai';
import fc from 'fast-check';
import { BusinessRejection } from '../../lib/domain/faults';
import { defaultIntakeLimits, type ReceivedMessage } from '../../lib/intake/message-content';
import { readMessageKeeping } from '../../lib/intake/read-message';
import { allFaults, faultsOf, readCsvText, readJsonText, sampleOrder } from './orders';

function rejection(changes: Partial<ReceivedMessage>): BusinessRejection {
  try {
    readJsonText('[]', changes);
  } catch (error) {
    if (error instanceof BusinessRejection) return error;
    throw error;
  }
  throw new Error('the message was not refused');
}

describe('reading a message', () => {
  it('gives equal orders and fingerprints for the same order as JSON and as CSV', () => {
    const csv = [
      'poNumber;customer;currency;orderDate;requestedDelivery;warehouse;line;sku;quantity;uom;unitPrice;shipToName;shipToAddress;shipToCity;shipToPostalCode;shipToCountry',
      'PO-1001;C-1001;EUR;2026-11-23;2026-11-30;MAIN;2;WIDGET-2;2,50;;;;;;;',
      'PO-1001;C-1001;EUR;;;;1;WIDGET-1;5;EA;12,5;Müller & Söhne;Am Ring 1;Köln;01234;DE',
    ].join('\r\n');
    const [fromJson] = readJsonText(JSON.stringify(sampleOrder(), null, 2)).documents;
    const [fromCsv] = readCsvText(csv, { decimalMark: ',' }).documents;
    const numbers = JSON.stringify(sampleOrder()).replace('"5"', '5.000').replace('"12.50"', '12.50');
    const [fromNumbers] = readJsonText(numbers).documents;
    expect(fromJson?.faults).to.deep.equal([]);
    for (const other of [fromCsv, fromNumbers]) {
      expect(other?.order).to.deep.equal(fromJson?.order);
      expect(JSON.stringify(other?.order)).to.equal(JSON.stringify(fromJson?.order));
      expect(other?.fingerprint)
        .to.equal(fromJson?.fingerprint)
        .and.match(/^[0-9a-f]{64}$/);
    }
  });

  it('keeps of each order what is asked for, whatever the policy says then', () => {
    const text = 'poNumber,customer,sku,quantity\nPO-1,C-1,A,1\nPO-2,C-1,A,0\nPO-3,C-1,A,1\n';
    for (const batchPolicy of ['reject-order', 'reject-file'] as const) {
      const message = {
        ...{ bytes: Buffer.from(text), contentType: 'text/csv', limits: defaultIntakeLimits, batchPolicy },
        csv: { separator: '', decimalMark: '', mapping: {} } as const,
      };
      const kept = readMessageKeeping(message, ({ order, ...others }) => ({ ...others, isOrder: order !== undefined }));
      const whole = readCsvText(text, {}, { batchPolicy });
      expect(kept.documents).to.deep.equal(
        whole.documents.map(({ order, ...others }) => ({ ...others, isOrder: order !== undefined })),
      );
      expect(kept.documents.map(({ isOrder }) => isOrder)).to.deep.equal(
        batchPolicy === 'reject-order' ? [true, false, true] : [false, false, false],
      );
    }
  });

  it('tells one order from a list of one', () => {
    const order = JSON.stringify(sampleOrder());
    expect(readJsonText(order)).to.deep.include({ single: true });
    expect(readJsonText(order).documents[0]).to.deep.include({ ordinal: 1, place: '', poNumber: 'PO-1001' });
    expect(readJsonText(`[${order}]`)).to.deep.include({ single: false });
    expect(readJsonText(`[${order},${order}]`).documents.map(({ place }) => place)).to.deep.equal(['/0', '/1']);
  });

  it('rejects a faulty order alone, or the file with it', () => {
    const faulty = { ...sampleOrder(), poNumber: 'PO-2', currency: 'XYZ' };
    const text = JSON.stringify([sampleOrder(), faulty, 7]);
    const alone = readJsonText(text);
    expect(alone.documents.map(({ order }) => order !== undefined)).to.deep.equal([true, false, false]);
    expect(alone.documents[1]?.poNumber).to.equal('PO-2');
    const whole = readJsonText(text, { batchPolicy: 'reject-file' });
    expect(faultsOf(whole)).to.deep.equal([': file-rejected', '/currency: unknown-currency', ': wrong-type']);
    expect(whole.documents.some((document) => 'order' in document || 'fingerprint' in document)).to.equal(false);
    expect(whole.documents[0]).to.include({ poNumber: 'PO-1001', place: '/0' });
    expect(whole.documents[0]?.faults[0]?.message).to.contain('document 2 (/1)');
    expect(faultsOf(readJsonText(JSON.stringify([sampleOrder()]), { batchPolicy: 'reject-file' }))).to.deep.equal([]);
  });

  it('refuses an empty list and lists that are too long', () => {
    expect(faultsOf(readJsonText('[]'))).to.deep.equal([': empty-document']);
    expect(faultsOf(readJsonText(''))).to.deep.equal([': empty-document']);
    const limits = { ...defaultIntakeLimits, ordersPerMessage: 1 };
    expect(faultsOf(readJsonText(JSON.stringify([sampleOrder(), sampleOrder()]), { limits }))).to.deep.equal([
      ': too-many-orders',
    ]);
    expect(
      faultsOf(readJsonText(JSON.stringify(sampleOrder()), { limits: { ...limits, linesPerOrder: 1 } })),
    ).to.deep.equal(['/lines: too-many-lines']);
  });

  it('has no order and no faults at the same time, and stays short for a message full of faults', () => {
    const order = `{${Array.from({ length: 60 }, (_, index) => `"k${index}":1`).join()}}`;
    const content = readJsonText(`[${Array.from({ length: 3000 }, () => order).join()}]`);
    expect(content.documents).to.deep.equal([]);
    expect(content.unreadable?.[0]?.code).to.equal('too-many-faults');
    expect(content.unreadable).to.have.length(21);
  });

  it('goes by the content type', () => {
    expect(readJsonText('[]', { contentType: 'Application/JSON ; charset=utf-8' }).unreadable?.[0]?.code).to.equal(
      'empty-document',
    );
    for (const contentType of ['', 'text/plain', 'constructor', '__proto__', 'application/x-www-form-urlencoded']) {
      expect(rejection({ contentType })).to.include({ code: 'unsupported-media-type' });
      expect(rejection({ contentType }).message).to.contain('send one of application/json, text/csv, ');
    }
  });

  it('refuses messages that are too large before reading them', () => {
    expect(rejection({ limits: { ...defaultIntakeLimits, bytes: 1 } })).to.include({ code: 'message-too-large' });
  });

  it('never throws on arbitrary bytes, and finds orders or says why not', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      ';',
      '\n',
      '\r',
      '\t',
      'poNumber',
      'customer',
      'sku',
      'quantity',
      'lines',
      '"lines":[',
      '{"sku":"A"}',
      '1.5',
      '-',
      '\\u0000',
      '\ufeff',
      '\u0000',
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array)),
      fc.array(fragment, { maxLength: 60 }).map((parts) => Buffer.from(parts.join(''))),
      fc
        .array(fragment, { maxLength: 60 })
        .map((parts) => Buffer.from(`poNumber,customer,sku,quantity,note\n${parts.join('')}`)),
      fc.array(fragment, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(''), 'utf16le')),
    );
    const contentType = fc.constantFrom(
      'application/json',
      'text/csv',
      'text/csv; charset=utf-16le',
      'text/csv; charset=latin1',
    );
    fc.assert(
      fc.property(
        bytes,
        contentType,
        fc.constantFrom<('reject-order' | 'reject-file')[]>('reject-order', 'reject-file'),
        (body, type, batchPolicy) => {
          const content = readJsonText(body, { contentType: type, batchPolicy });
          expect(content.unreadable === undefined).to.equal(content.documents.length > 0);
          for (const { order, fingerprint, faults } of content.documents) {
            expect([order === undefined, fingerprint === undefined]).to.deep.equal([
              faults.length > 0,
              faults.length > 0,
            ]);
          }
          for (const { path, value = '' } of allFaults(content))
            expect(path + value).to.satisfy((text: string) => text.isWellFormed() && !text.includes('\u0000'));
        },
      ),
      { numRuns: 1500 },
    );
  });

  const hostile: [string, string, string][] = [
    ['nested arrays', 'application/json', '['.repeat(2_000_000)],
    ['one endless text', 'application/json', `"${'\\n'.repeat(1_000_000)}`],
    ['line feeds', 'application/json', '\n'.repeat(2_000_000)],
    ['digits', 'application/json', `{"poNumber":"1","lines":[{"quantity":${'9'.repeat(2_000_000)}}]}`],
    ['empty objects', 'application/json', `[${'{},'.repeat(600_000)}{}]`],
    ['commas', 'text/csv', ','.repeat(2_000_000)],
    ['quotes', 'text/csv', '"'.repeat(2_000_001)],
    ['rows of one cell', 'text/csv', `poNumber,customer,sku,quantity\n${'a\n'.repeat(100_000)}`],
  ];
  for (const [name, contentType, text] of hostile) {
    it(`comes to an end with ${name}`, () => {
      // what takes a second alone may take many on a busy machine; what grows with the square of its input takes minutes
      expect(readJsonText(text, { contentType })).to.satisfy(
        (content: ReturnType<typeof readJsonText>) => allFaults(content).length > 0,
      );
    });
  }
});
