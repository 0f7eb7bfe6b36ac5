import { expect } from 'chai';
import { resultRows } from '../../lib/answers/result-file';
import { defaultIntakeLimits } from '../../lib/intake/message-content';
import { workbookType } from '../../lib/intake/sheets/xlsx/workbook';
import { readAnyReception } from '../../lib/stages/read-reception';
import { receiveMessages } from '../../lib/stages/receive-messages';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { received } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { workbookOf } from '../support/workbooks';

describe('the result of a file', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;

    before(async () => {
      store = await openStore(url());
    });
    after(() => store.close());

    it('names sheet, row and column of a workbook', async () => {
      const { context } = new SampleCompany(store);
      const bytes = await workbookOf((workbook) => {
        const header = ['poNumber', 'customer', 'sku', 'quantity'];
        workbook.addWorksheet('Monday').addRows([header, ['W-1', 'C-1', 'A', 1], ['W-1', 'C-1', 'B', 2]]);
        workbook.addWorksheet('Tuesday').addRows([header, ['W-2', 'C-1', 'A', 'many']]);
      });
      const message = { ...received(context, '', { contentType: workbookType, channel: 'file' }), bytes };
      const [reception] = await receiveMessages(context, [await readAnyReception(message, defaultIntakeLimits)]);
      const rows = await store.read((db) => resultRows(db, reception?.inboxId ?? 0));
      expect(
        rows.slice(1).map(([row, poNumber, , outcome, column, code]) => [row, poNumber, outcome, column, code]),
      ).to.deep.equal([
        ['Monday: 2-3', 'W-1', 'in progress', '', ''],
        ['Tuesday: 2', 'W-2', 'rejected', 'quantity (D)', 'not-a-number'],
        ['Tuesday: 2', 'W-2', 'rejected', 'customer (B)', 'unknown-customer'],
        ['Tuesday: 2', 'W-2', 'rejected', 'sku (C)', 'unknown-sku'],
      ]);
    });

    for (const [what, contentType, text] of [
      ['JSON that ends too early', 'application/json', '{ broken'],
      ['a table of unknown columns', 'text/csv', 'fruit,colour\napple,red\n'],
      ['an interchange that is none', 'application/edi-x12', 'ISA*nonsense'],
    ] as const)
      it(`says why nothing of it could be read: ${what}`, async () => {
        const { context } = new SampleCompany(store);
        const message = received(context, text, { contentType, channel: 'file' });
        const [reception] = await receiveMessages(context, [await readAnyReception(message, defaultIntakeLimits)]);
        const [, ...rows] = await store.read((db) => resultRows(db, reception?.inboxId ?? 0));
        expect(rows).not.to.have.length(0);
        for (const [, , , outcome, , code, words] of rows) {
          expect(outcome).to.equal('rejected');
          expect([code, words].join(' ')).to.match(/^[a-z-]+ \S/);
        }
      });
  }));
