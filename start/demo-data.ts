import { writeXlsx } from '../lib/answers/sheet-writer';
import { workbookType } from '../lib/intake/sheets/xlsx/workbook';
/** A small outdoor shop: what the sample orders are about. Amounts are decimal strings. */
export const demoMaster: readonly (readonly [kind: string, records: readonly object[]])[] = [
  [
    'taxes',
    [
      { taxCode: 'STANDARD', rate: '19' },
      { taxCode: 'REDUCED', rate: '7' },
    ],
  ],
  [
    'products',
    [
      { sku: 'TENT-2', name: 'Tent for two', baseUom: 'EA', price: '249.00', cost: '141.20', taxCode: 'STANDARD' },
      { sku: 'STOVE-GAS', name: 'Gas stove', baseUom: 'EA', price: '49.90', cost: '23.10', taxCode: 'STANDARD' },
      { sku: 'LAMP-LED', name: 'Camping lamp', baseUom: 'EA', price: '39.50', cost: '17.80', taxCode: 'STANDARD' },
      {
        sku: 'BOTTLE-1L',
        name: 'Bottle, 1 l',
        baseUom: 'EA',
        uoms: { CA: 12 },
        price: '8.90',
        cost: '3.05',
        taxCode: 'STANDARD',
      },
      { sku: 'ROPE-50M', name: 'Rope, 50 m', baseUom: 'EA', price: '119.00', cost: '62.40', taxCode: 'STANDARD' },
      {
        sku: 'MAP-ALPS',
        name: 'Hiking map of the Alps',
        baseUom: 'EA',
        price: '14.50',
        cost: '6.20',
        taxCode: 'REDUCED',
      },
    ],
  ],
  [
    'stock',
    [
      { sku: 'TENT-2', warehouse: 'MAIN', onHand: '40' },
      { sku: 'STOVE-GAS', warehouse: 'MAIN', onHand: '120' },
      { sku: 'LAMP-LED', warehouse: 'MAIN', onHand: '5' },
      { sku: 'BOTTLE-1L', warehouse: 'MAIN', onHand: '600' },
      { sku: 'ROPE-50M', warehouse: 'MAIN', onHand: '60' },
      { sku: 'MAP-ALPS', warehouse: 'MAIN', onHand: '200' },
    ],
  ],
  [
    'customers',
    [
      {
        customer: 'C-1001',
        name: 'Alpenblick Outdoor GmbH',
        currency: 'EUR',
        creditLimit: '5000.00',
        paymentTermsDays: 30,
        shipTo: { name: 'Alpenblick Outdoor GmbH', city: 'Garmisch', country: 'DE' },
      },
      {
        customer: 'C-1002',
        name: 'Bergsport Keller',
        currency: 'EUR',
        creditLimit: '1500.00',
        paymentTermsDays: 14,
        shipTo: { name: 'Bergsport Keller', city: 'Kempten', country: 'DE' },
      },
      {
        customer: 'C-1003',
        name: 'Canyon Club e.V.',
        currency: 'EUR',
        creditLimit: null,
        paymentTermsDays: 30,
        shipTo: { name: 'Canyon Club e.V.', city: 'Füssen', country: 'DE' },
      },
      {
        customer: 'C-1004',
        name: 'Dachstein Reisen',
        currency: 'EUR',
        creditLimit: '8000.00',
        paymentTermsDays: 14,
        shipTo: { name: 'Dachstein Reisen', city: 'Schladming', country: 'AT' },
      },
      {
        customer: 'C-1005',
        name: 'Edelweiss Camping',
        currency: 'EUR',
        creditLimit: '2500.00',
        paymentTermsDays: 30,
        shipTo: { name: 'Edelweiss Camping', city: 'Mittenwald', country: 'DE' },
      },
    ],
  ],
  [
    'partners',
    [
      { partner: 'WEBSHOP', name: 'Our web shop', channels: ['api'], customers: ['*'], priority: 5 },
      {
        partner: 'RETAIL',
        name: 'Retail, by CSV and Excel',
        channels: ['api', 'file'],
        customers: ['*'],
        indicator: 'RETAIL',
        priority: 5,
      },
      {
        partner: 'NORDSPORT',
        name: 'Nordsport, by X12',
        channels: ['edi'],
        customers: ['C-1001'],
        ediIds: ['ZZ:NORDSPORT'],
        edi: { answers: ['order-response', 'despatch-advice', 'invoice'] },
        indicator: 'EDI',
        priority: 3,
      },
      {
        partner: 'ALPINA',
        name: 'Alpina, by EDIFACT',
        channels: ['edi'],
        customers: ['C-1003'],
        ediIds: ['14:4012345000009'],
        edi: { answers: ['order-response', 'despatch-advice', 'invoice'] },
        indicator: 'EDI',
        priority: 3,
      },
      { partner: 'EDIHUB', name: 'EDI agent', channels: ['edi'], customers: ['C-1003'], indicator: 'EDI', priority: 3 },
    ],
  ],
];

/** The last of what is loaded: when it is there, all is. */
export const lastPartner = 'EDIHUB';

/** Six weeks ago: its invoice was due after 14 days and was never paid, so that its customer is overdue today. */
export const unpaidOrder = { poNumber: 'WEB-0900', customer: 'C-1004', lines: [{ sku: 'TENT-2', quantity: '2' }] };
export const unpaidSince = 42;

/** A message of the demonstration, as a partner would post it. */
export interface SampleMessage {
  readonly key: string;
  readonly partner: string;
  readonly channel?: 'edi';
  readonly type: string;
  readonly body: string | Buffer;
}

interface SampleOrder {
  readonly poNumber: string;
  readonly customer: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: string }[];
}

const json = (partner: string, order: SampleOrder, channel?: 'edi'): SampleMessage => ({
  key: `demo-${order.poNumber}`,
  partner,
  ...(channel === undefined ? {} : { channel }),
  type: 'application/json',
  body: JSON.stringify(order),
});

const fine = json('WEBSHOP', {
  poNumber: 'WEB-1001',
  customer: 'C-1001',
  lines: [
    { sku: 'TENT-2', quantity: '2' },
    { sku: 'MAP-ALPS', quantity: '3' },
  ],
});

const csv = `poNumber,customer,line,sku,quantity,uom,unitPrice
POS-501,C-1005,1,BOTTLE-1L,2,CA,106.80
POS-502,C-1001,1,STOVE-GAS,5,EA,49.90
POS-502,C-1001,2,ROPE-50M,1,EA,119.00
POS-503,C-1003,1,LAMP-LED,3,EA,39.50
`;

/** A purchase order as an X12 850. */
const x12 = [
  'ISA*00*          *00*          *ZZ*NORDSPORT      *ZZ*SUMMIT         *261120*0915*U*00401*000000101*0*P*>',
  'GS*PO*NORDSPORT*SUMMIT*20261120*0915*101*X*004010',
  'ST*850*0001',
  'BEG*00*SA*NS-4711**20261120',
  'CUR*BY*EUR',
  'N1*BY*Alpenblick Outdoor*92*C-1001',
  'PO1*1*6*EA*8.90*PE*VN*BOTTLE-1L',
  'PO1*2*2*EA*14.50*PE*VN*MAP-ALPS',
  'CTT*2',
  'SE*8*0001',
  'GE*1*101',
  'IEA*1*000000101',
]
  .map((segment) => `${segment}~\n`)
  .join('');

/** A purchase order as an EDIFACT ORDERS. */
const edifact = [
  "UNA:+.? '",
  "UNB+UNOC:3+4012345000009:14+SUMMIT+261120:0915+202++++1'",
  "UNH+1+ORDERS:D:96A:UN:EAN008'",
  "BGM+220+AL-0815+9'",
  "DTM+137:20261120:102'",
  "NAD+BY+C-1003::92'",
  "CUX+2:EUR:9'",
  "LIN+1++ROPE-50M:SA'",
  "QTY+21:2:EA'",
  "PRI+AAA:119.00'",
  "UNS+S'",
  "CNT+2:1'",
  "UNT+11+1'",
  "UNZ+1+202'",
].join('\n');

const workbook = (): Promise<Buffer> =>
  writeXlsx([
    {
      name: 'Orders',
      rows: [
        ['poNumber', 'customer', 'line', 'sku', 'quantity'],
        ['XL-301', 'C-1001', '1', 'MAP-ALPS', '4'],
        ['XL-302', 'C-1003', '1', 'STOVE-GAS', '1'],
      ],
    },
  ]);

/** What partners send, by every channel but the folder. */
export const sampleMessages = async (): Promise<readonly SampleMessage[]> => [
  { key: 'demo-XL-30', partner: 'RETAIL', type: workbookType, body: await workbook() },
  { key: 'demo-X12', partner: 'NORDSPORT', type: 'application/edi-x12', body: x12 },
  { key: 'demo-EDIFACT', partner: 'ALPINA', type: 'application/edifact', body: edifact },
  fine,
  json('WEBSHOP', { poNumber: 'WEB-1002', customer: 'C-1003', lines: [{ sku: 'ROPE-50M', quantity: '4' }] }),
  { key: 'demo-POS-50', partner: 'RETAIL', type: 'text/csv', body: csv },
  json(
    'EDIHUB',
    {
      poNumber: 'EDI-77',
      customer: 'C-1003',
      lines: [
        { sku: 'BOTTLE-1L', quantity: '48' },
        { sku: 'MAP-ALPS', quantity: '20' },
      ],
    },
    'edi',
  ),
  // 1777.86 EUR on a limit of 1500.00: on hold until the payment comes
  json('WEBSHOP', { poNumber: 'WEB-1003', customer: 'C-1002', lines: [{ sku: 'TENT-2', quantity: '6' }] }),
  // 4248.30 EUR on a limit of 2500.00: stays on hold
  json('WEBSHOP', { poNumber: 'WEB-1004', customer: 'C-1005', lines: [{ sku: 'ROPE-50M', quantity: '30' }] }),
  json('WEBSHOP', { poNumber: 'WEB-1005', customer: 'C-1004', lines: [{ sku: 'STOVE-GAS', quantity: '10' }] }),
  // 2 lamps are left: the line is cancelled, the rest goes on
  json('WEBSHOP', {
    poNumber: 'WEB-1006',
    customer: 'C-1001',
    lines: [
      { sku: 'LAMP-LED', quantity: '10' },
      { sku: 'BOTTLE-1L', quantity: '12' },
    ],
  }),
  json('WEBSHOP', { poNumber: 'WEB-1007', customer: 'C-1001', lines: [{ sku: 'TENT-9', quantity: '1' }] }),
  fine, // once more: a replay
];

export const samplePayment = { reference: 'demo-BANK-1', customer: 'C-1002', amount: '300.00', currency: 'EUR' };
export const paidOrder = 'WEB-1003';

/** A file as a retailer leaves it in its folder. */
export const sampleFile = {
  partner: 'RETAIL',
  name: 'orders-of-today.csv',
  purchaseOrders: ['FILE-2001', 'FILE-2002', 'FILE-2003'],
  content: `poNumber;customer;line;sku;quantity;unitPrice
FILE-2001;C-1003;1;BOTTLE-1L;24;8.90
FILE-2001;C-1003;2;MAP-ALPS;10;14.50
FILE-2002;C-1005;1;STOVE-GAS;3;49.90
FILE-2003;C-1005;1;ROPE-50M;2;119.00
`,
};
