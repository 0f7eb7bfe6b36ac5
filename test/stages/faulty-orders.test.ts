import { expect } from 'chai';
import type { Fault } from '../../lib/domain/faults';
import { defaultIntakeLimits } from '../../lib/intake/message-content';
import { workbookType } from '../../lib/intake/sheets/xlsx/workbook';
import { readAnyReception } from '../../lib/stages/read-reception';
import { receiveMessages } from '../../lib/stages/receive-messages';
import type { Database } from '../../lib/store/database';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { edifact, purchaseOrder, x12 } from '../support/edi';
import { purchase, received, type SentMessage } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { workbookOf } from '../support/workbooks';

/** `place code value` */
const shown = ({ path, code, value }: Fault): string => `${path} ${code} ${value ?? '-'}`;

describe('a faulty order', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1', 'C-2'], ['A', 'B'], 1000);
      await company.master('partners', [
        { partner: 'SHOP', name: 'Shop', channels: ['api', 'file'], customers: ['C-1'], skuMap: { 'SHOP-A': 'A' } },
        { partner: 'ACME', name: 'Acme', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:ACME', '14:ACME'] },
      ]);
    });
    after(() => store.close());

    const faultsOf = async (content: string | Buffer, sent: SentMessage = {}): Promise<string[][]> => {
      const message = received(company.context, typeof content === 'string' ? content : '', sent);
      const bytes = typeof content === 'string' ? message.bytes : content;
      const [reception] = await receiveMessages(company.context, [
        await readAnyReception({ ...message, bytes }, defaultIntakeLimits),
      ]);
      return (reception?.rejected ?? []).map(({ faults }) => faults.map(shown));
    };
    it('in JSON is answered with the faults of its form and of what it names, each with its place and value', async () => {
      const lines = [
        { line: 2, sku: 'NOPE', quantity: '1' },
        { line: 1, sku: 'A', quantity: '-1', uom: 'BARREL' },
        { sku: 'B', quantity: '0.0001' },
        { sku: '', quantity: '1' },
        { sku: 'SHOP-A', quantity: '2', uom: 'CA' },
      ];
      const header = { customer: 'C-9', currency: 'XXX', warehouse: 'MOON', orderDate: '2026-02-30', colour: 'red' };
      expect(await faultsOf(JSON.stringify({ poNumber: 'F-1', ...header, lines }), { partner: 'SHOP' })).to.deep.equal([
        [
          '/colour unknown-field red',
          '/lines/3/sku missing-field ',
          '/currency unknown-currency XXX',
          '/orderDate bad-date 2026-02-30',
          '/lines/1/quantity out-of-range -1',
          '/lines/2/quantity inexact-number 0.0001',
          '/customer unknown-customer C-9',
          '/warehouse unknown-warehouse MOON',
          '/lines/0/sku unknown-sku NOPE',
          '/lines/1/uom unknown-uom BARREL',
        ],
      ]);
    });

    it('in a table has them by row and column', async () => {
      const csv = [
        'poNumber,customer,currency,orderDate,sku,quantity,uom',
        'F-2,C-9,,2026-02-30,NOPE,1,',
        'F-2,C-9,,,A,many,BARREL',
        'F-3,C-1,USD,,A,many,',
        'F-4,C-1,,,A,1,',
      ].join('\n');
      expect(await faultsOf(csv, { partner: 'SHOP', channel: 'file', contentType: 'text/csv' })).to.deep.equal([
        [
          'row 2, column orderDate bad-date 2026-02-30',
          'row 3, column quantity not-a-number many',
          'row 2, column customer unknown-customer C-9',
          'row 2, column sku unknown-sku NOPE',
          'row 3, column uom unknown-uom BARREL',
        ],
        ['row 4, column quantity not-a-number many', 'row 4, column currency currency-mismatch USD'],
      ]);
    });

    it('in a workbook has them by sheet, row and column', async () => {
      const bytes = await workbookOf((workbook) => {
        const header = ['poNumber', 'customer', 'sku', 'quantity'];
        workbook.addWorksheet('Monday').addRows([header, ['F-5', 'C-9', 'NOPE', 'many'], ['F-5', 'C-9', 'NOPE', 1]]);
      });
      expect(await faultsOf(bytes, { partner: 'SHOP', channel: 'file', contentType: workbookType })).to.deep.equal([
        [
          'sheet Monday, row 2, column quantity (D) not-a-number many',
          'sheet Monday, row 2, column customer (B) unknown-customer C-9',
          'sheet Monday, row 2, column sku (C) unknown-sku NOPE',
          'sheet Monday, row 3, column sku (C) unknown-sku NOPE',
        ],
      ]);
    });

    it('in X12 has them by segment and element', async () => {
      const segments = purchaseOrder('F-6', 'C-9', [
        ['1', 'many', 'EA', '9.99', 'VN', 'A'],
        ['2', '1', 'ZZ', '9.99', 'VN', 'A'],
        ['3', '1', 'EA', '9.99', 'VN', 'NOPE'],
      ]);
      const nobody = ['BEG*00*SA***20261399', 'PO1*1*1*EA*9.99**VN*NOPE', 'CTT*1'];
      const message = x12('850', [segments, nobody], { control: 1 });
      expect(await faultsOf(message, { channel: 'edi', contentType: 'application/edi-x12' })).to.deep.equal([
        [
          'PO1 1, element 2 (segment 5) not-a-number many',
          'N1, element 4 (segment 4) unknown-customer C-9',
          'PO1 2, element 3 (segment 6) unknown-uom ZZ',
          'PO1 3, element 7 (segment 7) unknown-sku NOPE',
        ],
        [
          'BEG, element 3 (segment 2) missing-field -',
          'BEG, element 5 (segment 2) bad-date 20261399',
          'N1 missing-field -',
          'PO1 1, element 7 (segment 3) unknown-sku NOPE',
        ],
      ]);
    });

    it('in EDIFACT has them by segment and element', async () => {
      const segments = [
        'BGM+220+F-7+9',
        'DTM+137:20269999:102',
        'NAD+BY+C-9::91',
        'LIN+1++NOPE:SA',
        'QTY+21:many',
        'LIN+2++A:SA',
        'QTY+21:1:ZZZ',
        'UNS+S',
      ];
      const message = edifact([{ type: 'ORDERS', segments }], { control: 3 });
      expect(await faultsOf(message, { channel: 'edi', contentType: 'application/edifact' })).to.deep.equal([
        [
          'DTM element 1 (segment 3) bad-date 20269999',
          'LIN 1, QTY element 1 (segment 6) not-a-number many',
          'NAD element 2 (segment 4) unknown-customer C-9',
          'LIN 1, element 3 (segment 5) unknown-sku NOPE',
          'LIN 2, QTY element 1 (segment 8) unknown-uom ZZZ',
        ],
      ]);
    });

    it('tells nobody of a customer that is not theirs', async () => {
      const order = (customer: string) =>
        JSON.stringify({ poNumber: 'F-8', customer, currency: 'USD', lines: [{ sku: 'A', quantity: 'x' }] });
      const [foreign] = await faultsOf(order('C-2'), { partner: 'SHOP' });
      const [unknown] = await faultsOf(order('C-9'), { partner: 'SHOP' });
      expect(foreign).to.deep.equal(['/lines/0/quantity not-a-number x', '/customer unknown-customer C-2']);
      expect(unknown).to.deep.equal(foreign?.map((fault) => fault.replace('C-2', 'C-9')));
    });

    it('is not looked up for a sender that is nobody’s', async () => {
      const message = x12('850', [purchaseOrder('F-9', 'C-9', [['1', 'many', 'EA', '1', 'VN', 'NOPE']])], {
        control: 4,
        sender: 'NOBODY',
      });
      const [faults] = await faultsOf(message, { channel: 'edi', contentType: 'application/edi-x12' });
      expect(faults?.map((fault) => fault.split(' ').at(-2))).to.deep.equal(['unknown-sender', 'not-a-number']);
    });

    it('lists no more faults than any other', async () => {
      const lines = Array.from({ length: 600 }, (_, i) => ({ sku: `NOPE-${i}`, quantity: 'x' }));
      const [faults] = await faultsOf(JSON.stringify({ poNumber: 'F-10', customer: 'C-1', lines }));
      expect(faults).to.have.length(1001);
      expect(faults?.slice(598, 602).map((fault) => fault.split(' ')[1])).to.deep.equal([
        'not-a-number',
        'not-a-number',
        'unknown-sku',
        'unknown-sku',
      ]);
      expect(faults?.at(-1)).to.equal(' too-many-faults -');
    });

    it('alone is looked up: a few statements for all of a batch, none when all are good', async () => {
      const asked = async (...orders: readonly object[]): Promise<string[]> => {
        const statements: string[] = [];
        const counting = new Proxy(store, {
          get: (target, name) =>
            name === 'transaction'
              ? (run: Parameters<Store['transaction']>[0]) =>
                  target.transaction((db, last) => run(listening(db, statements), last))
              : Reflect.get(target, name),
        });
        const receptions = orders.map((order) =>
          readAnyReception(received(company.context, order), defaultIntakeLimits),
        );
        await receiveMessages({ ...company.context, store: counting }, await Promise.all(receptions));
        return statements.filter((sql) => /from (partner|customer|product|tax_rate|warehouse)\b/.test(sql));
      };
      expect(await asked(purchase(), purchase())).to.deep.equal([]);
      const one = await asked(purchase(), purchase({ quantity: 'x' }));
      expect(one).to.have.length.within(3, 8);
      expect(await asked(purchase({ quantity: 'x' }), purchase({ quantity: 'x' }), purchase())).to.deep.equal(one);
    });
  }));

/** Writes down what is asked of a database. */
const listening = (db: Database, statements: string[]): Database =>
  new Proxy(db, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== 'all') return typeof value === 'function' ? value.bind(target) : value;
      return (sql: string, values?: readonly unknown[]) => {
        statements.push(sql);
        return target.all(sql, values);
      };
    },
  });
