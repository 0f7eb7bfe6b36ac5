import { expect } from 'chai';
import fc from 'fast-check';
import { orderTemplateCsv, orderTemplateXlsx } from '../../../lib/answers/order-template';
import { defaultIntakeLimits, type MessageContent } from '../../../lib/intake/message-content';
import { readAnyMessage } from '../../../lib/intake/read-message';
import { plainLayout, type SheetLayout } from '../../../lib/intake/sheets/layout';
import { partsOfPlace } from '../../../lib/intake/sheets/places';
import { readWorkbook, workbookType } from '../../../lib/intake/sheets/xlsx/workbook';
import { partsOf, rowsXml, sheetOf, workbookOf, type ZipEntry, zipOf } from '../../support/workbooks';
import { faultsOf, readCsvText, readJsonText, sampleOrder } from '../orders';

const header = ['poNumber', 'customer', 'sku', 'quantity', 'unitPrice'];

function read(bytes: Buffer, layout: Partial<SheetLayout> = {}): Promise<MessageContent> {
  return readAnyMessage({
    bytes,
    contentType: workbookType,
    limits: defaultIntakeLimits,
    batchPolicy: 'reject-order',
    csv: { ...plainLayout, ...layout },
  });
}

const readRows = async (rows: readonly (readonly unknown[])[], layout: Partial<SheetLayout> = {}) =>
  read(await sheetOf(rows), layout);

describe('a workbook', () => {
  it('gives the same order as JSON and CSV do', async () => {
    const columns =
      'poNumber,customer,currency,orderDate,requestedDelivery,warehouse,line,sku,quantity,uom,unitPrice,shipToName,shipToAddress,shipToCity,shipToPostalCode,shipToCountry';
    const day = (text: string) => new Date(`${text}T00:00:00Z`);
    const rows = [
      columns.split(','),
      [
        'PO-1001',
        'C-1001',
        'EUR',
        day('2026-11-23'),
        day('2026-11-30'),
        'MAIN',
        1,
        'WIDGET-1',
        5,
        'EA',
        12.5,
        'Müller & Söhne',
        'Am Ring 1',
        'Köln',
        '01234',
        'DE',
      ],
      ['PO-1001', 'C-1001', '', '', '', '', 2, 'WIDGET-2', 2.5],
    ];
    const csv = `${columns}
PO-1001,C-1001,EUR,2026-11-23,2026-11-30,MAIN,1,WIDGET-1,5,EA,12.5,Müller & Söhne,Am Ring 1,Köln,01234,DE
PO-1001,C-1001,,,,,2,WIDGET-2,2.5`;
    const [fromWorkbook] = (await readRows(rows)).documents;
    const [fromCsv] = readCsvText(csv).documents;
    const [fromJson] = readJsonText(JSON.stringify(sampleOrder())).documents;
    expect(fromWorkbook?.order).to.deep.equal(fromJson?.order);
    expect(fromCsv?.order).to.deep.equal(fromJson?.order);
    expect(new Set([fromWorkbook, fromCsv, fromJson].map((document) => document?.fingerprint)).size).to.equal(1);
    expect(fromWorkbook?.place).to.equal('sheet Orders, rows 2-3');
  });

  it('gives the same orders as CSV for whatever numbers and texts', async () => {
    const text = fc.stringMatching(/^[A-Za-zÄöß0-9][A-Za-z0-9 .-]{0,8}[A-Za-z]$/);
    const rows = fc.array(
      fc.tuple(text, text, text, fc.integer({ min: 1, max: 99_999_999 }), fc.integer({ min: 0, max: 99_999_999 })),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(rows, async (orders) => {
        const cells = orders.map(([po, customer, sku, quantity, price]) => [
          po,
          customer,
          sku,
          quantity / 1000,
          price / 10_000,
        ]);
        const csv = [header, ...cells].map((row) => row.map(String).join(';')).join('\n');
        const fromCsv = readCsvText(csv, { separator: ';', decimalMark: '.' });
        const fromWorkbook = await readRows([header, ...cells]);
        expect(fromWorkbook.documents.map(({ order }) => order)).to.deep.equal(
          fromCsv.documents.map(({ order }) => order),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('says of a fault in which sheet, row and column it is', async () => {
    const content = await readRows([header, ['PO-1', 'C-1', 'A', -1, 1], ['PO-2', 'C-1', '', 1, 'x']]);
    expect(faultsOf(content)).to.have.members([
      'sheet Orders, row 2, column quantity (D): out-of-range',
      'sheet Orders, row 3, column sku (C): missing-field',
      'sheet Orders, row 3, column unitPrice (E): not-a-number',
    ]);
    expect(partsOfPlace('sheet Orders, row 3, column sku (C)')).to.deep.equal({
      sheet: 'Orders',
      rows: '3',
      column: 'sku (C)',
    });
  });

  it('knows a number from a text: a text with one mark can mean two things, a number cannot', async () => {
    const content = await readRows([header, ['PO-1', 'C-1', 'A', 1.234, 0.1 + 0.2], ['PO-2', 'C-1', 'A', '1.234', 1]]);
    expect(content.documents[0]?.order?.lines[0]).to.include({ quantity: '1.234', unitPrice: '0.3' });
    expect(faultsOf(content)).to.deep.equal(['sheet Orders, row 3, column quantity (D): ambiguous-decimal']);
    const comma = await readRows([header, ['PO-1', 'C-1', 'A', 1.5, '12,50']], { decimalMark: ',' });
    expect(comma.documents[0]?.order?.lines[0]).to.include({ quantity: '1.5', unitPrice: '12.5' });
  });

  it('keeps leading zeros that a format shows, and refuses numbers of which a spreadsheet has lost digits', async () => {
    const bytes = await sheetOf(
      [
        [...header, 'shipToPostalCode'],
        [4500012345, 1001, Number('1234567890123456789'), 1, 1, 1234],
      ],
      (sheet) => {
        sheet.getCell('F2').numFmt = '00000';
      },
    );
    const [document] = (await read(bytes)).documents;
    expect(document?.poNumber).to.equal('4500012345');
    expect(document?.faults.map(({ path, code }) => [path, code])).to.deep.equal([
      ['sheet Orders, row 2, column sku (C)', 'inexact-number'],
    ]);
    const [good] = (
      await read(
        await sheetOf(
          [
            [...header, 'shipToPostalCode'],
            ['1', '1', 'A', 1, 1, 1234],
          ],
          (sheet) => {
            sheet.getCell('F2').numFmt = '00000';
          },
        ),
      )
    ).documents;
    expect(good?.order?.shipTo?.postalCode).to.equal('01234');
  });

  it('reads dates as days, in the systems of 1900 and 1904, and says when a date stands where none belongs', async () => {
    const columns = [...header, 'orderDate', 'requestedDelivery'];
    const day = new Date('2026-11-23T15:30:00Z');
    for (const date1904 of [false, true]) {
      const bytes = await workbookOf((workbook) => {
        workbook.properties.date1904 = date1904;
        const sheet = workbook.addWorksheet('Orders');
        sheet.addRow(columns);
        sheet.addRow(['PO-1', 'C-1', 'A', 1, 1, day, '2026-11-30']);
        sheet.getCell('F2').numFmt = 'dd/mm/yyyy hh:mm';
      });
      expect((await read(bytes)).documents[0]?.order, String(date1904)).to.include({
        orderDate: '2026-11-23',
        requestedDelivery: '2026-11-30',
      });
    }
    const content = await readRows([columns, ['PO-1', 'C-1', day, 1, 1, 46349, '23/11/2026']]);
    expect(faultsOf(content)).to.deep.equal([
      'sheet Orders, row 2, column sku (C): wrong-type',
      'sheet Orders, row 2, column orderDate (F): bad-date',
      'sheet Orders, row 2, column requestedDelivery (G): bad-date',
    ]);
  });

  it('takes results of formulas, rich text, links and truth values as their texts; an error or no result is a fault', async () => {
    const content = await readRows([
      [...header, 'note'],
      [
        'PO-1',
        { formula: '"C-"&1', result: 'C-1' },
        { richText: [{ text: 'WID' }, { text: 'GET', font: { bold: true } }] },
        { formula: '2+3', result: 5 },
        1,
        true,
      ],
      [
        'PO-2',
        { text: 'C-1', hyperlink: 'http://example.invalid' },
        'A',
        { formula: '1/0', result: { error: '#DIV/0!' } },
        { formula: 'A1' },
      ],
    ]);
    expect(content.documents[0]?.order).to.deep.include({ customer: 'C-1', note: 'TRUE' });
    expect(content.documents[0]?.order?.lines[0]).to.include({ sku: 'WIDGET', quantity: '5' });
    const faults = content.documents[1]?.faults ?? [];
    expect(faults.map(({ path, code }) => `${path}: ${code}`)).to.deep.equal([
      'sheet Orders, row 3, column quantity (D): wrong-type',
      'sheet Orders, row 3, column unitPrice (E): wrong-type',
    ]);
    expect(faults[0]?.message).to.contain('#DIV/0!');
    expect(faults[1]?.message).to.contain('without a result');
  });

  it('hands merged order cells down to the rows that they cover, but never quantities', async () => {
    const bytes = await sheetOf([header, ['PO-1', 'C-1', 'A', 1, 1], ['', '', 'B', '', 2]], (sheet) => {
      sheet.mergeCells('A2:A3');
      sheet.mergeCells('B2:B3');
      sheet.mergeCells('D2:D3');
    });
    const content = await read(bytes);
    expect(content.documents).to.have.length(1);
    expect(content.documents[0]).to.include({ place: 'sheet Orders, rows 2-3', poNumber: 'PO-1' });
    expect(faultsOf(content)).to.deep.equal(['sheet Orders, row 3, column quantity (D): missing-field']);
  });

  it('reads every visible sheet with a header, and says which were left out', async () => {
    const bytes = await workbookOf((workbook) => {
      workbook.addWorksheet('Notes').addRow(['Please call', 'us']);
      const monday = workbook.addWorksheet('Monday');
      monday.addRows([['Orders of Monday'], [], header, ['PO-1', 'C-1', 'A', 1, 1]]);
      monday.getRow(4).hidden = true;
      workbook.addWorksheet('Empty');
      workbook.addWorksheet('Tuesday').addRows([header, ['PO-2', 'C-1', 'A', 1, 1]]);
      workbook.addWorksheet('Old', { state: 'hidden' }).addRows([header, ['PO-3', 'C-1', 'A', 1, 1]]);
    });
    const content = await read(bytes);
    expect(content.documents.map(({ ordinal, place }) => [ordinal, place])).to.deep.equal([
      [1, 'sheet Monday, row 4'],
      [2, 'sheet Tuesday, row 2'],
    ]);
    expect(content.warnings).to.have.length(4);
    expect(content.warnings.join(' ')).to.match(
      /Notes was left out.*Old was left out: it is hidden.*Monday has 1 hidden.*row 3/,
    );
  });

  it('does not leave out a sheet that only lacks a column: nothing is lost quietly', async () => {
    const bytes = await workbookOf((workbook) => {
      workbook.addWorksheet('Good').addRows([header, ['PO-1', 'C-1', 'A', 1, 1]]);
      workbook.addWorksheet('Bad').addRows([
        ['poNumber', 'customer', 'sku', 'amount'],
        ['PO-2', 'C-1', 'A', 1],
      ]);
    });
    expect(faultsOf(await read(bytes))).to.deep.equal([
      'sheet Bad, row 1, column amount (D): unknown-column',
      'sheet Bad, row 1: missing-field',
    ]);
  });

  it('has no orders when it is empty, or the template as it is', async () => {
    expect(faultsOf(await readRows([]))).to.deep.equal([': empty-document']);
    expect(faultsOf(await readRows([header]))).to.deep.equal(['sheet Orders, row 2: empty-document']);
    expect(faultsOf(await read(await orderTemplateXlsx()))).to.deep.equal(['sheet Orders, row 2: empty-document']);
    expect(faultsOf(readCsvText(orderTemplateCsv()))).to.deep.equal(['row 2: empty-document']);
  });

  it('limits rows, orders and faults over all sheets', async () => {
    const bytes = await workbookOf((workbook) => {
      for (const name of ['1', '2']) {
        workbook.addWorksheet(name).addRows([header, ...[1, 2, 3].map((n) => [`PO-${name}-${n}`, 'C-1', 'A', 1, 1])]);
      }
    });
    const limited = async (limits: { rows?: number; ordersPerMessage?: number }) =>
      (await readWorkbook(bytes, plainLayout, { ...defaultIntakeLimits, ...limits })).unreadable?.map(
        ({ path, code }) => `${path}: ${code}`,
      );
    expect(await limited({ rows: 5 })).to.deep.equal(['sheet 2, row 4: too-many-rows']);
    expect(await limited({ ordersPerMessage: 5 })).to.deep.equal(['sheet 2, row 4: too-many-orders']);
    expect(await limited({ rows: 6, ordersPerMessage: 6 })).to.equal(undefined);
  });

  describe('of another program', () => {
    const row = ['PO-1', 'C-1', 'A', '1', '1'];
    const data = (xml: string) => `<worksheet><sheetData>${xml}</sheetData></worksheet>`;

    it('is read without references, with prefixes, and whatever size it states', async () => {
      const plain = await read(zipOf(partsOf(data(rowsXml([header, row])))));
      expect(plain.documents[0]).to.include({ place: 'sheet Orders, row 2', poNumber: 'PO-1' });
      const sheet = data(rowsXml([header, row])).replace('<sheetData>', '<dimension ref="A1:XFD1048576"/><sheetData>');
      expect((await read(zipOf(partsOf(sheet)))).documents).to.have.length(1);
      const prefixed = sheet.replaceAll('<', '<x:').replaceAll('<x:/', '</x:');
      expect((await read(zipOf(partsOf(prefixed)))).documents).to.have.length(1);
    });

    it('may leave rows and cells out', async () => {
      const sparse = `<row r="5"><c r="B5" t="inlineStr"><is><t>poNumber</t></is></c><c t="inlineStr"><is><t>customer</t></is></c><c r="F5" t="inlineStr"><is><t>sku</t></is></c><c t="inlineStr"><is><t>quantity</t></is></c></row><row r="900000"><c r="B900000"><v>7</v></c><c r="C900000"><v>8</v></c><c r="F900000"><v>9</v></c><c><v>1E1</v></c></row>`;
      const content = await read(zipOf(partsOf(data(sparse))));
      expect(content.documents[0]).to.include({ place: 'sheet Orders, row 900000', poNumber: '7' });
      expect(content.documents[0]?.order?.lines).to.deep.equal([{ line: 1, sku: '9', quantity: '10' }]);
    });

    it('is refused with a reason when it is damaged or out of order', async () => {
      const faulty: [string, string][] = [
        [data('<row r="2"/><row r="2"/>'), 'not in order'],
        [data('<row r="1"><c r="B1"/><c r="A1"/></row>'), 'not in order'],
        [data('<row r="99999999"/>'), 'not in order'],
        [data('<row><c t="inlineStr">'), 'XML is broken'],
        [data('<row>&unknown;</row>'), 'XML is broken'],
        [`<!DOCTYPE x [<!ENTITY a "aaaa">]>${data('')}`, 'document type'],
        [`<a>`.repeat(200), 'nested too deeply'],
        [data(rowsXml([header, [...row.slice(0, 4), 'x'.repeat(200_000)]])), 'characters'],
      ];
      for (const [xml, words] of faulty) {
        const { unreadable } = await read(zipOf(partsOf(xml)));
        expect(unreadable?.[0]?.code, xml.slice(0, 80)).to.equal('unreadable');
        expect(unreadable?.[0]?.message).to.contain(words);
      }
    });
  });

  describe('that is none, or does harm', () => {
    const good = () =>
      partsOf(`<worksheet><sheetData>${rowsXml([header, ['PO-1', 'C-1', 'A', '1', '1']])}</sheetData></worksheet>`);
    const cases: [string, () => Buffer, RegExp, string?][] = [
      [
        'an old Excel file',
        () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]),
        /\.xls\)/,
        'not-supported',
      ],
      [
        'a protected workbook',
        () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from('EncryptedPackage', 'utf16le')]),
        /password/,
        'not-supported',
      ],
      [
        'a zip with a password',
        () => zipOf(good().map((entry) => ({ ...entry, flags: 1 }))),
        /password/,
        'not-supported',
      ],
      [
        'a workbook with macros',
        () => zipOf([...good(), { name: 'xl/vbaProject.bin', content: 'x' }]),
        /macros/,
        'not-supported',
      ],
      ['a binary workbook', () => zipOf([{ name: 'xl/workbook.bin', content: 'x' }]), /xlsb/, 'not-supported'],
      [
        'an OpenDocument sheet',
        () =>
          zipOf([
            { name: 'content.xml', content: 'x' },
            { name: 'META-INF/manifest.xml', content: 'x' },
          ]),
        /ods/,
        'not-supported',
      ],
      ['a text', () => Buffer.from('poNumber,customer'), /text\/csv/],
      ['a page', () => Buffer.from('<html>'), /no \.xlsx/],
      ['nothing', () => Buffer.alloc(0), /no \.xlsx/],
      ['a zip of something else', () => zipOf([{ name: 'readme.txt', content: 'x' }]), /no part/],
      [
        'a name that leads out',
        () => zipOf([...good(), { name: '../../etc/passwd', content: 'x' }]),
        /no sound workbook/,
      ],
      ['an absolute name', () => zipOf([...good(), { name: '/etc/passwd', content: 'x' }]), /no sound workbook/],
      ['a part that is there twice', () => zipOf([...good(), good()[3] as ZipEntry]), /two parts/],
      [
        'a part that packs too well',
        () => zipOf([...good(), { name: 'bomb', content: Buffer.alloc(20_000_000) }]),
        /times larger/,
      ],
      [
        'a part larger than its directory says',
        () => zipOf(good().map((entry, i) => (i === 3 ? { ...entry, size: 10 } : entry))),
        /no sound workbook/,
      ],
      [
        'a part that is said to be huge',
        () => zipOf(good().map((entry, i) => (i === 3 ? { ...entry, size: 4_000_000_000 } : entry))),
        /larger/,
      ],
      [
        'too many parts',
        () => zipOf([...good(), ...Array.from({ length: 2100 }, (_, i) => ({ name: `p${i}`, content: '' }))]),
        /parts/,
      ],
      ['another way of packing', () => zipOf(good().map((entry) => ({ ...entry, method: 12 }))), /packed in a way/],
      [
        'a directory that leads nowhere',
        () => {
          const bytes = zipOf(good());
          bytes.writeUInt32LE(7, bytes.length - 6);
          return bytes;
        },
        /no sound workbook/,
      ],
    ];
    for (const [name, make, words, code = 'unreadable'] of cases) {
      it(`is refused: ${name}`, async () => {
        const { unreadable, documents } = await read(make());
        expect(documents).to.deep.equal([]);
        expect(unreadable?.[0]?.message).to.match(words);
        expect(unreadable?.[0]?.code).to.equal(code);
      });
    }

    it('is refused or read, and never more, when it is cut off or changed anywhere', async () => {
      const bytes = await sheetOf([header, ['PO-1', 'C-1', 'A', 1, 1]]);
      await fc.assert(
        fc.asyncProperty(
          fc.nat(bytes.length - 1),
          fc.integer({ min: 0, max: 255 }),
          fc.boolean(),
          async (at, byte, cut) => {
            const changed = cut ? bytes.subarray(0, at) : Buffer.from(bytes);
            if (!cut) changed[at] = byte;
            const content = await read(changed);
            if (content.unreadable === undefined) expect(content.documents).to.have.length(1);
            else expect(content.documents).to.deep.equal([]);
          },
        ),
        { numRuns: 300 },
      );
    });
  });
});
