import { writeXlsx } from '../lib/answers/sheet-writer';
import { partsOf, rowsXml, sheetOf, workbookOf, zipOf } from '../test/support/workbooks';
import { unzipped } from './workbook-mutations';

/** Inputs from which mutations start: small, sound, and different from each other in what they make a reader do. */
const textsAsBytes = (texts: readonly string[]): Buffer[] => texts.map((text) => Buffer.from(text));

const order = {
  poNumber: 'PO-1001',
  customer: 'C-1001',
  currency: 'EUR',
  orderDate: '2026-11-23',
  requestedDelivery: '2026-11-30',
  warehouse: 'MAIN',
  shipTo: { name: 'Müller & Söhne', address: 'Am Ring 1\nHof', city: 'Köln', postalCode: '01234', country: 'DE' },
  note: 'ring twice',
  lines: [
    { line: 1, sku: 'WIDGET-1', quantity: '5', uom: 'EA', unitPrice: '12.50' },
    { line: 2, sku: 'WIDGET-2', quantity: 2.5, ids: [{ qualifier: 'UP', value: '012345678905' }] },
  ],
};
const shortOrder = { poNumber: 'PO-2', customer: 'C-2', lines: [{ sku: 'A', quantity: 1 }] };

export const orderSeeds = (): readonly Buffer[] =>
  textsAsBytes([
    JSON.stringify(order),
    JSON.stringify([shortOrder, order, { ...shortOrder, poNumber: 'PO-3', release: 'R1' }], null, 1),
    '{"poNumber":"PO-4","customer":"C-1","lines":[{"sku":"A","quantity":5.000,"unitPrice":1e1},{"sku":"A","quantity":"1"}]}',
    '[{"poNumber":"\\u00c4 1","customer":"C","lines":[]}, 7, null]',
    '\ufeff {"poNumber": 12, "customer": true, "lines": {"sku": []}, "extra": [[[{}]]]}',
  ]);

const header = 'poNumber,customer,currency,orderDate,line,sku,quantity,uom,unitPrice,shipToName,shipToCountry';

export const tableSeeds = (): readonly Buffer[] => [
  ...textsAsBytes([
    `${header}\nPO-1,C-1,EUR,2026-11-23,1,WIDGET-1,5,EA,12.50,Miller,DE\nPO-1,C-1,,,2,WIDGET-2,2.5,KG,,,\nPO-2,C-2,,,,A,1,,,,\n`,
    `\ufeff${header.replaceAll(',', ';')}\r\nPO-1;C-1;EUR;23.11.2026;1;"WIDGET;1";1.234,5;EA;12,5;"Müller ""&"" Söhne\r\nHof";DE\r\n\r\nPO-2;C-2;;;;A;1;;;;\r\n`,
    'PO Number\tCustomer\tSKU\tQty\tNote\nPO-9\tC-1\tA\t3\t"x"\n\nPO-9\tC-1\tB\t4\t',
    'Name,Currency,Created at,Lineitem sku,Lineitem quantity,Lineitem price,Shipping Name,Shipping Country,Notes,Cancelled at\n#1001,EUR,2026-11-23 10:00:00 +0100,W-1,2,9.90,Ann,DE,,\n#1001,,,W-2,1,5,,,,\n#1002,EUR,2026-11-24,W-1,1,9.90,Bob,FR,,2026-11-24\n',
    'poNumber|customer|sku|quantity\n1|2|3|4\n1|2|3|4|5\n1|2|3\n',
  ]),
  Buffer.from(`\ufeff${header}\nPO-1,C-1,EUR,2026-11-23,1,Ä-1,5,EA,12.50,Łukasz,PL\n`, 'utf16le'),
  Buffer.from(`${header.replaceAll(',', ';')}\nPO-1;C-1;EUR;;1;W;5;EA;1,5;Müller;DE\n`, 'latin1'),
];

const sheetRows: readonly (readonly string[])[] = [
  header.split(','),
  ['PO-1', 'C-1', 'EUR', '2026-11-23', '1', 'WIDGET-1', '5', 'EA', '12.5', 'Müller', 'DE'],
  ['PO-1', 'C-1', '', '', '2', 'WIDGET-2', '2.5', 'KG', '', '', ''],
  ['PO-2', 'C-2', '', '', '', 'A', '1', '', '', '', ''],
];

/** exceljs writes when it wrote: parts with that are left out, so that a number gives the same input on every day. */
const timeless = (bytes: Buffer): Buffer => {
  const entries = unzipped(bytes);
  if (entries === undefined) throw new Error('A seed is no archive that can be read.');
  return zipOf(entries.filter(({ name }) => !name.startsWith('docProps/')));
};

export async function workbookSeeds(): Promise<readonly Buffer[]> {
  const day = new Date('2026-11-23T00:00:00Z');
  const typed = await sheetOf(
    [
      header.split(','),
      ['PO-1', 'C-1', 'EUR', day, 1, 'W-1', 5, 'EA', 12.5, 'x', 'DE'],
      ['PO-1', 'C-1', '', '', 2, 7, 2.5],
    ],
    (sheet) => {
      sheet.getCell('G3').value = { formula: 'G2/2', result: 2.5 };
      sheet.getCell('J3').value = { richText: [{ text: 'rich ' }, { font: { bold: true }, text: 'text' }] };
      sheet.mergeCells('J3:K3');
    },
  );
  const several = await workbookOf((workbook) => {
    workbook.addWorksheet('Info').addRow(['nothing here']);
    for (const name of ['One', 'Two'])
      for (const row of sheetRows) (workbook.getWorksheet(name) ?? workbook.addWorksheet(name)).addRow([...row]);
    workbook.addWorksheet('Hidden', { state: 'hidden' }).addRow(['x']);
  });
  return [
    timeless(await writeXlsx([{ name: 'Orders', rows: sheetRows }])),
    timeless(typed),
    timeless(several),
    zipOf(partsOf(`<worksheet><sheetData>${rowsXml(sheetRows)}</sheetData></worksheet>`)),
  ];
}

const slip = {
  warehouse: 'MAIN',
  packingSlip: 'PS-1',
  final: false,
  shippedAt: '2026-11-24T10:00:00Z',
  salesOrder: 'SO-000001',
  lines: [
    { slipLine: 1, line: 1, quantity: '5', uom: 'EA', sku: 'WIDGET-1', lot: 'L1', serials: ['S1', 'S2'] },
    { salesOrder: 'SO-000002', release: 1, line: 2, quantity: 2.5 },
  ],
};
const payment = {
  reference: 'BANK-1',
  customer: 'C-1',
  amount: '74.38',
  currency: 'EUR',
  receivedAt: '2026-11-24',
  invoice: 'INV-1',
};
const creditNote = { creditNote: 'CLAIM-1', invoice: 'INV-1', reason: 'damaged' };

export const slipSeeds = (): readonly Buffer[] =>
  textsAsBytes([
    JSON.stringify(slip),
    JSON.stringify([slip, { ...slip, packingSlip: 'PS-2', final: true, lines: [] }]),
  ]);

export const paymentSeeds = (): readonly Buffer[] =>
  textsAsBytes([
    JSON.stringify(payment),
    JSON.stringify([
      payment,
      { ...payment, amount: 12.5, invoice: null, salesOrder: 'SO-000001' },
      { ...payment, amount: '-1' },
    ]),
    JSON.stringify([
      creditNote,
      {
        ...creditNote,
        currency: 'EUR',
        note: 'Two were wet.',
        lines: [{ line: 1, quantity: '2.5' }, { line: 2, net: '12.50' }, { line: 3 }],
      },
      payment,
    ]),
  ]);
