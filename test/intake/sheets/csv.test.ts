import { expect } from 'chai';
import { defaultIntakeLimits } from '../../../lib/intake/message-content';
import { allFaults, faultsOf, readCsvText } from '../orders';

const header = 'poNumber,customer,sku,quantity,unitPrice';

describe('CSV', () => {
  it('groups rows to orders in the order of their first row, and says where they stand', () => {
    const content = readCsvText(`${header}\nPO-1,C-1,A,1,\nPO-2,C-1,A,2,\n po-1 ,C-1,B,3,2.5\nPO-1,C-2,A,4,\n`);
    expect(content.single).to.equal(false);
    expect(content.documents.map(({ ordinal, place, poNumber }) => [ordinal, place, poNumber])).to.deep.equal([
      [1, 'rows 2, 4', 'PO-1'],
      [2, 'row 3', 'PO-2'],
      [3, 'row 5', 'PO-1'],
    ]);
    expect(content.documents[0]?.order?.lines).to.deep.equal([
      { line: 1, sku: 'A', quantity: '1' },
      { line: 2, sku: 'B', quantity: '3', unitPrice: '2.5' },
    ]);
  });

  it('reads orders whose rows stand apart as it reads them together', () => {
    const row = (order: number, line: number): string => `PO-${order},C-1,S-${line},${order},${line % 2 ? '' : '2.5'}`;
    const orders = [1, 2, 3];
    const lines = [1, 2, 3, 4];
    const apart = readCsvText([header, ...lines.flatMap((line) => orders.map((order) => row(order, line)))].join('\n'));
    const together = readCsvText(
      [header, ...orders.flatMap((order) => lines.map((line) => row(order, line)))].join('\n'),
    );
    expect(apart.documents.map(({ order, fingerprint }) => ({ order, fingerprint }))).to.deep.equal(
      together.documents.map(({ order, fingerprint }) => ({ order, fingerprint })),
    );
    expect(apart.documents.map(({ place }) => place)).to.deep.equal([
      'rows 2, 5, 8, 11',
      'rows 3, 6, 9, 12',
      'rows 4, 7, 10, 13',
    ]);
  });

  it('tells the faults of an order by their rows, also of rows that stand apart', () => {
    const text = `${header},note\nPO-1,C-1,A,1,,x\nPO-2,C-1,A,1,,\nPO-1,C-1,B,0,,y\nPO-2,C-1,A,1,,`;
    expect(faultsOf(readCsvText(text)).toSorted()).to.deep.equal([
      'row 4, column note: conflicting-values',
      'row 4, column quantity: out-of-range',
    ]);
  });

  it('keeps releases of a number apart', () => {
    const content = readCsvText('po_number;Customer;RELEASE;sku;Quantity\nPO-1;C-1;1;A;1\nPO-1;C-1;2;A;1');
    expect(content.documents.map(({ order }) => order?.release)).to.deep.equal(['1', '2']);
  });

  for (const separator of [',', ';', '\t', '|']) {
    it(`finds out the separator ${JSON.stringify(separator)}`, () => {
      const text = `${header},"ship-to, or; name"\nPO-1,C-1,A,1,2,N`
        .replaceAll(',', separator)
        .replace(`to${separator} or`, 'to, or');
      const content = readCsvText(text, { mapping: { 'Ship to, or; name': '' } });
      expect(faultsOf(content)).to.deep.equal([]);
    });
  }

  it('takes the separator that is set, and the one that Excel names', () => {
    const text = 'poNumber;customer;sku;quantity;note,a,b,c,d,e,f\nPO-1;C-1;A;1;x';
    expect(faultsOf(readCsvText(text, { separator: ';', mapping: { 'note,a,b,c,d,e,f': 'note' } }))).to.deep.equal([]);
    expect(
      readCsvText(`sep=|\r\n${header.replaceAll(',', '|')}\r\nPO-1|C-1|A|0|`).documents[0]?.faults[0]?.path,
    ).to.equal('row 2, column quantity');
  });

  it('counts rows as a spreadsheet does: quoted line breaks stay in their row, blank rows count', () => {
    const text = `${header},note\r\nPO-1,C-1,A,1,,"two\nlines, one ""row"""\r\n\r\n,,,,,\nPO-2,C-1,A,x,,\n`;
    const content = readCsvText(text);
    expect(content.documents[0]?.order?.note).to.equal('two\nlines, one "row"');
    expect(content.documents[1]).to.include({ place: 'row 5' });
    expect(faultsOf(content)).to.deep.equal(['row 5, column quantity: not-a-number']);
  });

  it('reads header names in any order and case, with blanks, dashes and underscores', () => {
    const text = 'QUANTITY, Unit Price ,SKU,po_number,ship-to-postal code,Customer\n5,2.50,A,PO-1,01234,C-1';
    expect(readCsvText(text).documents[0]?.order).to.deep.equal({
      poNumber: 'PO-1',
      customer: 'C-1',
      shipTo: { postalCode: '01234' },
      lines: [{ line: 1, sku: 'A', quantity: '5', unitPrice: '2.5' }],
    });
  });

  it('reads other layouts by a mapping, and names columns as the file does', () => {
    const mapping = { Bestellnummer: 'poNumber', kunde: 'customer', 'Artikel Nr': 'sku', Menge: 'Quantity', Farbe: '' };
    const content = readCsvText('Bestellnummer;Kunde;ArtikelNr;MENGE;Farbe\nB-1;K-1;A;-1;rot', { mapping });
    expect(faultsOf(content)).to.deep.equal(['row 2, column MENGE: out-of-range']);
    expect(faultsOf(readCsvText(header, { mapping: { sku: 'article' } }))).to.deep.equal(['row 1: unknown-field']);
  });

  it('refuses headers that leave something open, completely', () => {
    expect(faultsOf(readCsvText('PO number,customer,SKU,colour,sku\n1,2,3,4,5'))).to.deep.equal([
      'row 1, column colour: unknown-column',
      'row 1, column sku: duplicate-key',
      'row 1: missing-field',
    ]);
    expect(faultsOf(readCsvText('poNumber,customer,sku,quantity,__proto__\n1,2,3,4,5'))).to.deep.equal([
      'row 1, column __proto__: unknown-column',
    ]);
  });

  it('refuses values that stand under no column name', () => {
    expect(faultsOf(readCsvText(`${header},,\nPO-1,C-1,A,1,2,,\nPO-2,C-1,A,1,2,x`))).to.deep.equal([
      'row 3: unknown-column',
    ]);
    expect(faultsOf(readCsvText(`${header}\nPO-1,C-1,A,1,2,50`))).to.deep.equal(['row 2: unknown-column']);
    expect(faultsOf(readCsvText(`${header}\nPO-1,C-1,A,1`)), 'short rows are fine').to.deep.equal([]);
  });

  it('refuses fields of the order that differ between its rows', () => {
    const text =
      'poNumber,customer,currency,shipToCity,sku,quantity\nPO-1,C-1,EUR,,A,1\nPO-1,C-1,,Bonn,A,1\nPO-1,C-1,USD,Berlin,A,1';
    const content = readCsvText(text);
    expect(faultsOf(content)).to.deep.equal([
      'row 4, column currency: conflicting-values',
      'row 4, column shipToCity: conflicting-values',
    ]);
    expect(allFaults(content)[1]).to.deep.include({ value: 'Berlin' });
    expect(allFaults(content)[1]?.message).to.contain('Row 3');
  });

  const decimals: [string, '' | '.' | ',', string][] = [
    ['12.50', '', '12.5'],
    ['5', '', '5'],
    ['0.5', '', '0.5'],
    ['1.2345', '', '1.2345'],
    ['1.234', '', 'ambiguous-decimal'],
    ['1,234', '', 'ambiguous-decimal'],
    ['12,50', '', 'ambiguous-decimal'],
    ['1,234.50', '', 'ambiguous-decimal'],
    ['1.234', '.', '1.234'],
    ['12,50', ',', '12.5'],
    ['1,234', ',', '1.234'],
    ['1.234,50', ',', 'not-a-number'],
    ['1,234.50', '.', 'not-a-number'],
    ['12.50', ',', 'not-a-number'],
    ['1,2,3', ',', 'not-a-number'],
    ['1e3', '', 'inexact-number'],
    ['12.50 EUR', '', 'not-a-number'],
  ];
  for (const [cell, decimalMark, expected] of decimals) {
    it(`reads ${cell} with the decimal mark ${JSON.stringify(decimalMark)} as ${expected}`, () => {
      const { documents } = readCsvText(`${header}\nPO-1,C-1,A,1,"${cell}"`, { decimalMark });
      expect(documents).to.have.length(1);
      const [document] = documents;
      expect(document?.order?.lines[0]?.unitPrice ?? document?.faults.map(({ code }) => code).join()).to.equal(
        expected,
      );
    });
  }

  it('says where the decimal mark is set', () => {
    expect(allFaults(readCsvText(`${header}\nPO-1,C-1,A,"1,5",`))[0]).to.deep.include({
      path: 'row 2, column quantity',
      value: '1,5',
    });
    expect(allFaults(readCsvText(`${header}\nPO-1,C-1,A,"1,5",`))[0]?.message).to.match(/decimal mark/i);
  });

  describe('encodings', () => {
    const text = `${header},shipToCity\nPO-1,C-1,A,1,2,Köln €`;
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    const windows = Buffer.from(text.replace('€', '\u0080'), 'latin1');
    const files: [string, Buffer, string, number][] = [
      ['UTF-8', Buffer.from(text), 'text/csv', 0],
      ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), 'text/csv', 0],
      ['UTF-16 LE', utf16, 'text/csv', 0],
      ['UTF-16 BE', Buffer.from(utf16).swap16(), 'text/csv', 0],
      ['UTF-16 LE without a mark', Buffer.from(text, 'utf16le'), 'text/csv', 0],
      ['UTF-16 BE without a mark', Buffer.from(text, 'utf16le').swap16(), 'text/csv', 0],
      ['Windows-1252', windows, 'text/csv', 1],
      ['Windows-1252, stated', windows, 'text/csv; charset="windows-1252"', 0],
      ['UTF-8 whose mark contradicts the charset', Buffer.from(`\ufeff${text}`), 'text/csv;charset=latin1', 0],
    ];
    for (const [name, bytes, contentType, warnings] of files) {
      it(`reads ${name}`, () => {
        const content = readCsvText(bytes, {}, { contentType });
        expect(content.documents[0]?.order?.shipTo?.city).to.equal('Köln €');
        expect(content.warnings).to.have.length(warnings);
      });
    }

    it('refuses what is not in the encoding that it says', () => {
      expect(faultsOf(readCsvText(windows, {}, { contentType: 'text/csv; charset=utf-8' }))).to.deep.equal([
        ': bad-encoding',
      ]);
      expect(faultsOf(readCsvText(text, {}, { contentType: 'text/csv; charset=klingon' }))).to.deep.equal([
        ': bad-encoding',
      ]);
      expect(faultsOf(readCsvText(`${text}\u0000`))).to.deep.equal([': bad-encoding']);
      expect(faultsOf(readCsvText(utf16.subarray(0, -1)))).to.deep.equal([': bad-encoding']);
    });
  });

  it('refuses quotes that do not match, with the row', () => {
    expect(faultsOf(readCsvText(`${header}\nPO-1,C-1,A,1,\nPO-2,C-1,"A"B,1,\n`))).to.deep.equal(['row 3: unreadable']);
    expect(faultsOf(readCsvText(`${header}\nPO-1,C-1,19" rack,1,\n`))).to.deep.equal(['row 2: unreadable']);
    expect(faultsOf(readCsvText(`${header}\nPO-1,C-1,"A,1,\n`))).to.deep.equal(['row 2: unreadable']);
    expect(faultsOf(readCsvText(`${header}\nPO-1,C-1,"${'x\n'.repeat(60_000)}`))).to.deep.equal(['row 2: unreadable']);
  });

  it('refuses files without rows', () => {
    for (const text of ['', '\ufeff', '\n\n', ',,\n'])
      expect(faultsOf(readCsvText(text)), JSON.stringify(text)).to.deep.equal([': empty-document']);
    expect(faultsOf(readCsvText(`${header}\n\n`))).to.deep.equal(['row 2: empty-document']);
  });

  it('limits rows, orders, lines and faults', () => {
    const rows = (count: number, row: (index: number) => string) =>
      `${header}\n${Array.from({ length: count }, (_, index) => row(index)).join('\n')}\n`;
    const limits = { ...defaultIntakeLimits, rows: 5, ordersPerMessage: 3, linesPerOrder: 4 };
    expect(
      faultsOf(
        readCsvText(
          rows(6, () => 'PO-1,C-1,A,1,'),
          {},
          { limits },
        ),
      ),
    ).to.deep.equal(['row 7: too-many-rows']);
    expect(
      faultsOf(
        readCsvText(
          rows(4, (index) => `PO-${index},C-1,A,1,`),
          {},
          { limits },
        ),
      ),
    ).to.deep.equal(['row 5: too-many-orders']);
    expect(
      faultsOf(
        readCsvText(
          rows(5, () => 'PO-1,C-1,A,1,'),
          {},
          { limits },
        ),
      ),
    ).to.deep.equal(['rows 2-6: too-many-lines']);
    expect(
      faultsOf(
        readCsvText(
          rows(5, (index) => `PO-${index % 2},C-1,A,1,`),
          {},
          { limits },
        ),
      ),
    ).to.deep.equal([]);
    const faulty = readCsvText(rows(60_000, (index) => `PO-${index >> 3},C-1,A,"1,5","2,5"`));
    expect(faulty.unreadable?.[0]?.code).to.equal('too-many-faults');
    expect(faulty.unreadable?.[1]?.path).to.equal('row 2, column quantity');
  });
});
