import { expect } from 'chai';
import { jobResult } from '../../lib/answers/result-file';
import type { Fault } from '../../lib/domain/faults';
import { defaultIntakeLimits } from '../../lib/intake/message-content';
import { workbookType } from '../../lib/intake/sheets/xlsx/workbook';
import { createOrders } from '../../lib/stages/create-orders';
import { readAnyReception } from '../../lib/stages/read-reception';
import { receiveMessages } from '../../lib/stages/receive-messages';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { edifact, purchaseOrder, x12 } from '../support/edi';
import { received, type SentMessage } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { workbookOf } from '../support/workbooks';

/** `place code value` */
const shown = ({ path, code, value }: Fault): string => `${path} ${code} ${value ?? '-'}`;

describe('an order that can be read, and names what is not known', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1', 'C-2'], ['A', 'B'], 1000);
      await company.master('partners', [
        { partner: 'SHOP', name: 'Shop', channels: ['api', 'file'], customers: ['C-1'] },
        { partner: 'ACME', name: 'Acme', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:ACME', '14:ACME'] },
      ]);
    });
    after(() => store.close());

    /** The faults of each document that is rejected when its order is to be created. */
    const faultsOf = async (content: string | Buffer, sent: SentMessage = {}): Promise<string[][]> => {
      const message = received(company.context, typeof content === 'string' ? content : '', sent);
      const bytes = typeof content === 'string' ? message.bytes : content;
      const read = await readAnyReception({ ...message, bytes }, defaultIntakeLimits);
      const [reception] = await receiveMessages(company.context, [read]);
      expect(reception?.rejected).to.deep.equal([]);
      const items = (reception?.documents ?? []).map(({ documentId }) => ({ documentId, rules: [] }));
      const outcomes = await createOrders(company.context, items);
      lastInboxId = reception?.inboxId ?? 0;
      return outcomes.flatMap((outcome) => (outcome.output === 'rejected' ? [outcome.faults.map(shown)] : []));
    };
    let lastInboxId = 0;
    const file = { partner: 'SHOP', channel: 'file', contentType: 'text/csv' } as const;
    const edi = { channel: 'edi', contentType: 'application/edi-x12' } as const;

    it('in JSON has the places of the lines as they were sent', async () => {
      const lines = [
        { line: 30, sku: 'NOPE', quantity: '1' },
        { line: 10, sku: 'A', quantity: '1', uom: 'BARREL' },
        { line: 20, sku: 'B', quantity: '1' },
      ];
      const order = { poNumber: 'N-1', customer: 'C-9', lines };
      expect(await faultsOf(JSON.stringify(order), { partner: 'SHOP' })).to.deep.equal([
        ['/customer unknown-customer C-9', '/lines/1/uom unknown-uom BARREL', '/lines/0/sku unknown-sku NOPE'],
      ]);
    });

    it('in a table has its rows and columns, as the file calls them, whatever order they came in', async () => {
      const csv = [
        'PO Number,Customer,Item,Qty,Unit,No',
        'N-2,C-1,NOPE-2,1,,2',
        'N-3,C-1,A,1,,1',
        'N-2,C-1,A,1,BARREL,1',
        'N-3,C-1,NOPE-3,1,,2',
        'N-4,C-1,A,1,,1',
        'N-5,C-9,A,1,,1',
      ].join('\n');
      const mapping = { Item: 'sku', Qty: 'quantity', Unit: 'uom', No: 'line' } as const;
      const faults = await faultsOf(csv, {
        ...file,
        csv: { separator: '', decimalMark: '', mapping },
      });
      expect(faults).to.deep.equal([
        ['row 4, column Unit unknown-uom BARREL', 'row 2, column Item unknown-sku NOPE-2'],
        ['row 5, column Item unknown-sku NOPE-3'],
        ['row 7, column Customer unknown-customer C-9'],
      ]);
      const { body } = (await store.read((db) => jobResult(db, lastInboxId, null))) ?? {};
      const rows = String(body)
        .trim()
        .split(/\r?\n/)
        .slice(1)
        .map((row) => row.split(',').slice(0, 6).join());
      expect(rows).to.deep.equal([
        '4,N-2,,rejected,Unit,unknown-uom',
        '2,N-2,,rejected,Item,unknown-sku',
        '5,N-3,,rejected,Item,unknown-sku',
        '6,N-4,SO-000002,accepted,,',
        '7,N-5,,rejected,Customer,unknown-customer',
      ]);
    });

    it('is told that a value is that of the layout, and stands in no row', async () => {
      const csv = { separator: '', decimalMark: '', mapping: {}, fixed: { customer: 'C-9', currency: '' } } as const;
      expect(await faultsOf('poNumber,sku,quantity\nN-10,NOPE,1', { ...file, csv })).to.deep.equal([
        ['fixed value of customer unknown-customer C-9', 'row 2, column sku unknown-sku NOPE'],
      ]);
      const { body } = (await store.read((db) => jobResult(db, lastInboxId, null))) ?? {};
      expect(String(body)).to.include('2,N-10,,rejected,fixed value of customer,unknown-customer');
    });

    it('in a workbook has its sheet, row and column', async () => {
      const bytes = await workbookOf((workbook) => {
        const header = ['poNumber', 'customer', 'sku', 'quantity'];
        workbook.addWorksheet('Monday').addRows([header, ['N-6', 'C-1', 'A', 1], ['N-6', 'C-1', 'NOPE', 1]]);
      });
      expect(await faultsOf(bytes, { ...file, contentType: workbookType })).to.deep.equal([
        ['sheet Monday, row 3, column sku (C) unknown-sku NOPE'],
      ]);
    });

    it('in X12 has its segments and elements', async () => {
      const lines = [
        ['2', '1', 'EA', '9.99', 'VN', 'NOPE'],
        ['1', '1', 'ZZ', '9.99', 'VN', 'A'],
      ];
      expect(await faultsOf(x12('850', [purchaseOrder('N-7', 'C-9', lines)], { control: 1 }), edi)).to.deep.equal([
        [
          'N1, element 4 (segment 4) unknown-customer C-9',
          'PO1 2, element 3 (segment 6) unknown-uom ZZ',
          'PO1 1, element 7 (segment 5) unknown-sku NOPE',
        ],
      ]);
    });

    it('in EDIFACT has its segments and elements', async () => {
      const segments = [
        'BGM+220+N-8+9',
        'NAD+BY+C-1::91',
        'LIN+1++NOPE:SA',
        'QTY+21:1',
        'LIN+2++A:SA',
        'QTY+21:1:ZZZ',
        'UNS+S',
      ];
      const message = edifact([{ type: 'ORDERS', segments }], { control: 2 });
      expect(await faultsOf(message, { ...edi, contentType: 'application/edifact' })).to.deep.equal([
        ['LIN 1, element 3 (segment 4) unknown-sku NOPE', 'LIN 2, QTY element 1 (segment 7) unknown-uom ZZZ'],
      ]);
    });

    it('in a change by EDI has its segments and elements', async () => {
      await faultsOf(
        x12('850', [purchaseOrder('N-9', 'C-1', [['1', '5', 'EA', '9.99', 'VN', 'A']])], { control: 3 }),
        edi,
      );
      const change = [
        'BCH*04*SA*N-9**1*20261124',
        'POC*1*QI*6*0*ZZ',
        'POC*2*AI*1*0*EA*9.99**VN*NOPE',
        'POC*7*DI',
        'CTT*3',
      ];
      expect(await faultsOf(x12('860', [change], { control: 4 }), edi)).to.deep.equal([
        [
          'POC 1, element 5 (segment 3) unknown-uom ZZ',
          'POC 2, element 9 (segment 4) unknown-sku NOPE',
          'POC 3 (segment 5) unknown-line -',
        ],
      ]);
    });
  }));
