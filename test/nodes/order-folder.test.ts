import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Workbook } from 'exceljs';
import { changeCompanySettings } from '../../lib/stages/company-settings';
import { noDocuments } from '../../lib/store/document-queries';
import { currentSettings } from '../../lib/store/settings';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { csvOf } from '../support/large-file';
import { SampleCompany } from '../support/orders';
import { RefusingFileSystem } from '../support/refusing-file-system';
import { sheetOf } from '../support/workbooks';
import { FlowUnderTest, type NodeUnderTest, type Seen } from './flow-under-test';

const files = 0;
const done = 1;
const failed = 2;
let number = 0;
const rowsOf = (...orders: string[]): string =>
  ['poNumber,customer,line,sku,quantity', ...orders.map((po) => `${po},C-1,1,A,1`)].join('\n');
const newNumber = (): string => `F-${++number}`;

describe('a watched folder', () =>
  onBothDatabases((kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let flow: FlowUnderTest;
    let folder: string;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      company.now = new Date().toISOString();
      await company.open(['C-1'], ['A'], 100_000);
      await changeCompanySettings(company.context, 0, { recoverAfterSeconds: 1 });
      await company.master('partners', [{ partner: 'ACME', name: 'Acme', channels: ['file'], customers: ['*'] }]);
    });
    after(() => store.close());

    beforeEach(() => {
      folder = join(mkdtempSync(join(tmpdir(), 'o2c-folder-')), 'inbox');
      flow = new FlowUnderTest();
    });
    afterEach(async () => {
      await flow.end();
      rmSync(join(folder, '..'), { recursive: true, force: true });
    });

    const path = (name: string): string => join(folder, name);
    const textOf = (name: string): string => readFileSync(path(name), 'utf8');
    const drop = (name: string, content: string | Buffer): void => {
      mkdirSync(join(path(name), '..'), { recursive: true });
      writeFileSync(path(name), content);
    };
    const node = (id: string, fields: object = {}): NodeUnderTest => ({
      id,
      type: 'order-folder',
      outputs: 3,
      folder,
      every: '1',
      settle: '0.5',
      atOnce: '10',
      to: [['ingest']],
      ...fields,
    });
    const rest = (ingest: object = {}): NodeUnderTest[] => [
      { id: 'ingest', type: 'order-ingest', outputs: 3, to: [['tag']], ...ingest },
      { id: 'tag', type: 'source-tag', outputs: 3 },
    ];
    const load = (ingest: object = {}): Promise<void> => flow.load(url(), [node('folder'), ...rest(ingest)]);
    const finished = (port: number, count = 1): Promise<Seen> => flow.next('folder', port, count);
    const ordersOf = (po: string) =>
      company.rows<{ partner: string; document: string; channel: string }>(
        'select partner, document, channel from sales_order where po_number = ?',
        [po],
      );

    it('is made when it is missing, and takes files of its root and of partners’ folders', async () => {
      await load();
      while (!existsSync(folder)) await new Promise((wake) => setTimeout(wake, 50)); // mocha's limit ends it
      const [direct, acme] = [newNumber(), newNumber()];
      drop('one.csv', rowsOf(direct));
      drop('ACME/two.json', JSON.stringify({ poNumber: acme, customer: 'C-1', lines: [{ sku: 'A', quantity: '1' }] }));
      await finished(done, 2);
      expect(await ordersOf(direct)).to.deep.equal([
        { partner: 'DIRECT', document: 'one.csv, row 2', channel: 'file' },
      ]);
      expect(await ordersOf(acme)).to.deep.equal([{ partner: 'ACME', document: 'two.json', channel: 'file' }]);
      expect(textOf('done/one.csv')).to.equal(rowsOf(direct));
      expect(textOf('done/one.csv.result.csv')).to.match(
        new RegExp(
          `^\ufeffrow,poNumber,salesOrder,outcome,column,code,message\r\n2,${direct},SO-\\d+,accepted,,,\r\n$`,
        ),
      );
      expect(readdirSync(path('done/ACME')).sort()).to.deep.equal(['two.json', 'two.json.result.csv']);
      expect(readdirSync(folder).sort()).to.deep.equal(['.claimed', 'ACME', 'done']);
      const [file] = await company.rows<{ file: string; moved_to: string; result_file: string }>(
        "select file, moved_to, result_file from dropped_file where file = 'ACME/two.json'",
      );
      expect(file).to.deep.equal({
        file: 'ACME/two.json',
        moved_to: 'done/ACME/two.json',
        result_file: 'done/ACME/two.json.result.csv',
      });
    });

    it('goes on with a file that was stored but not put away', async () => {
      const po = newNumber();
      await flow.load(url(), [node('folder'), ...rest().slice(0, 1)]); // nobody makes orders yet
      drop('half.csv', rowsOf(po));
      await flow.next('ingest', 0);
      await flow.end();
      flow = new FlowUnderTest();
      await load();
      await finished(done);
      expect((await ordersOf(po)).length).to.equal(1);
      expect(existsSync(path('done/half.csv'))).to.equal(true);
      expect(textOf('done/half.csv.result.csv')).to.contain(',accepted,');
    });

    it('shows how far a large file is, and reads it piece by piece', async () => {
      const csv = csvOf(600_000)
        .replaceAll('C-1001', 'C-1')
        .replace(/WIDGET-\d+/g, 'A')
        .replace(/PO-/g, `L-${kind}-`);
      drop('large.csv', csv);
      await load();
      const { payload } = await flow
        .until(() => flow.by('folder', done).length > 0, 'the large file')
        .then(() => finished(done));
      const orders = new Set(
        csv
          .split('\n')
          .slice(1)
          .map((row) => row.split(',')[0]),
      ).size;
      expect(payload.counts).to.include({ stored: 0, accepted: orders, duplicate: 0, rejected: 0, parked: 0 });
      expect(textOf('done/large.csv.result.csv').trim().split('\r\n').length).to.equal(orders + 1);
      const ended = () =>
        flow.completed.find((message) => message.filename === 'large.csv' && !('documentId' in message.payload));
      await flow.until(() => ended() !== undefined, 'the end of its message');
      expect(ended()?.payload, 'its bytes are let go of').to.deep.equal({ inboxId: payload.inboxId });
      const [job] = await company.rows('select state, documents, expected from import_job where inbox_id = ?', [
        payload.inboxId,
      ]);
      expect(job).to.deep.equal({ state: 'read', documents: orders, expected: orders });
    });

    if (kind === 'postgres') return; // what follows is between the node and its folder

    it('puts a file with a fault in failed, and says in its result what is wrong and where', async () => {
      const [good, bad] = [newNumber(), newNumber()];
      drop('mixed.csv', `${rowsOf(good)}\n${bad},C-1,1,=cmd|x,1\n${bad},C-1,2,A,many`);
      await load();
      const { payload } = await finished(failed);
      expect(payload).to.include({ file: 'mixed.csv', movedTo: 'failed/mixed.csv', partner: 'DIRECT' });
      expect(payload.summary).to.match(/^mixed.csv: 2 orders, 1 accepted, 1 rejected\. Result in failed\//);
      const lines = textOf('failed/mixed.csv.result.csv').split('\r\n');
      expect(lines[1]).to.match(new RegExp(`^2,${good},SO-\\d+,accepted,,,$`));
      expect(lines[2]).to.match(new RegExp(`^4,${bad},,rejected,quantity,not-a-number,`));
      expect(lines.slice(1).join()).not.to.match(/(^|,)[=+@]/);
      expect((await ordersOf(good)).length).to.equal(1);
    });

    it('rejects a whole file when its node says so', async () => {
      const [good, bad] = [newNumber(), newNumber()];
      drop('whole.csv', `${rowsOf(good)}\n${bad},C-1,1,A,many`);
      await load({ batchPolicy: 'reject-file' });
      await finished(failed);
      expect(textOf('failed/whole.csv.result.csv'))
        .to.match(/file-rejected/)
        .and.to.match(/not-a-number/);
      expect(await ordersOf(good)).to.deep.equal([]);
    });

    it('keeps a file of an unknown partner, and says so', async () => {
      drop('NOBODY/orders.csv', rowsOf(newNumber()));
      await load();
      await finished(failed);
      expect(textOf('failed/NOBODY/orders.csv.result.csv')).to.match(/unknown-partner/);
      expect(existsSync(path('failed/NOBODY/orders.csv'))).to.equal(true);
    });

    it('refuses a file that is too large, in words, and reads nothing of it', async () => {
      const { settings, version } = await store.read(currentSettings);
      await changeCompanySettings(company.context, version, { limits: { bytes: 1000 } });
      drop('huge.csv', 'x'.repeat(1001));
      await load();
      const { payload } = await finished(failed);
      await changeCompanySettings(company.context, version + 1, { limits: { bytes: settings.limits.bytes } });
      expect(payload).to.include({ inboxId: null, movedTo: 'failed/huge.csv' });
      expect(textOf('failed/huge.csv.result.csv')).to.match(/message-too-large.*1001 bytes/);
    });

    it('recognises a file that comes again, whatever its name, and never replaces one that was put away', async () => {
      const po = newNumber();
      await load();
      drop('daily.csv', rowsOf(po));
      await finished(done);
      drop('daily.csv', rowsOf(po));
      await finished(done, 2);
      drop('other.csv', rowsOf(po));
      await finished(done, 3);
      expect((await ordersOf(po)).length).to.equal(1);
      const kept = readdirSync(path('done')).sort();
      expect(kept.length).to.equal(6);
      expect(kept.filter((name) => /^daily\.\d{8}-\d{6}\.csv$/.test(name)).length).to.equal(1);
      expect(textOf('done/daily.csv')).to.equal(rowsOf(po));
    });

    it('says in the result of a repeat what was here before, and what is new', async () => {
      const [known, later] = [newNumber(), newNumber()];
      const content = `${rowsOf(known)}\n${later},C-1,1,LATER-${later},1\n`;
      const outcomes = (name: string) =>
        textOf(name)
          .split('\r\n')
          .slice(1, -1)
          .map((row) => row.split(',').filter((_, i) => i === 1 || i === 3));
      await load();
      drop('first.csv', content);
      const first = await finished(failed);
      expect(first.payload).to.deep.include({ counts: { ...noDocuments, accepted: 1, rejected: 1 } });
      await company.addProducts([`LATER-${later}`]);
      await company.count([`LATER-${later}`], 10);
      drop('second.csv', content);
      const second = await finished(done);
      expect(outcomes('done/second.csv.result.csv')).to.deep.equal([
        [known, 'was here before'],
        [later, 'accepted'],
      ]);
      expect(second.payload).to.deep.include({ counts: { ...noDocuments, accepted: 1, duplicate: 1 } });
      expect((second.payload as { summary: string }).summary).to.contain('2 orders, 1 accepted, 1 here before.');
      drop('third.csv', content);
      const third = await finished(done, 2);
      expect(outcomes('done/third.csv.result.csv')).to.deep.equal([
        [known, 'was here before'],
        [later, 'was here before'],
      ]);
      expect((third.payload as { summary: string }).summary).to.contain('2 orders, 2 here before.');
    });

    it('says so in a workbook too', async () => {
      const po = newNumber();
      const bytes = await sheetOf([
        ['poNumber', 'customer', 'sku', 'quantity'],
        [po, 'C-1', 'A', 1],
      ]);
      const outcome = async (name: string): Promise<unknown> => {
        const workbook = await new Workbook().xlsx.readFile(path(name));
        return workbook.worksheets[0]?.getCell('D2').value;
      };
      await load();
      drop('list.xlsx', bytes);
      await finished(done);
      expect(await outcome('done/list.xlsx.result.xlsx')).to.equal('accepted');
      drop('again.xlsx', bytes);
      await finished(done, 2);
      expect(await outcome('done/again.xlsx.result.xlsx')).to.equal('was here before');
    });

    it('leaves alone what is not finished, and never follows a link', async () => {
      const outside = join(folder, '..', 'outside');
      mkdirSync(outside);
      const secret = newNumber();
      writeFileSync(join(outside, 'secret.csv'), rowsOf(secret));
      const [growing, last] = [newNumber(), newNumber()];
      for (const name of ['a.part', 'b.tmp', '.hidden.csv', 'c.csv~', '~d.csv']) drop(name, rowsOf(newNumber()));
      symlinkSync(join(outside, 'secret.csv'), path('link.csv'));
      symlinkSync(outside, path('LINKED'));
      drop('growing.csv', 'poNumber,customer,line,sku,quantity');
      await load();
      for (let i = 0; i < 8; i++) {
        await new Promise((wake) => setTimeout(wake, 200));
        writeFileSync(path('growing.csv'), '\n', { flag: 'a' });
        expect(flow.by('folder', files)).to.deep.equal([]);
      }
      writeFileSync(path('growing.csv'), `\n${growing},C-1,1,A,1\n`, { flag: 'a' });
      drop('last.csv', rowsOf(last));
      await finished(done, 2);
      expect((await ordersOf(growing)).length).to.equal(1);
      expect(await ordersOf(secret)).to.deep.equal([]);
      expect(readdirSync(folder).sort()).to.deep.equal(
        ['.claimed', '.hidden.csv', 'LINKED', 'a.part', 'b.tmp', 'c.csv~', 'done', 'link.csv', '~d.csv'].sort(),
      );
      expect(existsSync(join(outside, 'secret.csv'))).to.equal(true);
    });

    it('warns once of a file that it may not touch, and goes on with the others', async () => {
      const system = new RefusingFileSystem();
      const [closed, open, later] = [newNumber(), newNumber(), newNumber()];
      drop('closed.csv', rowsOf(closed));
      drop('open.csv', rowsOf(open));
      system.refuse('rename', 'closed.csv', 'EACCES');
      try {
        await load();
        const warnings: unknown[] = [];
        flow.node('folder').on('call:warn' as 'close', (call: unknown) => {
          warnings.push((call as { args: unknown[] }).args[0]);
        });
        await finished(done);
        drop('later.csv', rowsOf(later));
        await finished(done, 2);
        expect(warnings).to.have.length(1);
        expect(warnings[0]).to.match(/^closed\.csv in the drop folder is left alone: .*Give that user the right/);
        expect(flow.caught).to.deep.equal([]);
      } finally {
        system.restore();
      }
      await finished(done, 3);
      expect((await ordersOf(closed)).length).to.equal(1);
    });

    it('is shared by two nodes that never take the same file', async () => {
      const numbers = Array.from({ length: 40 }, newNumber);
      await flow.load(url(), [node('folder'), node('second', { to: [['ingest']] }), ...rest()]);
      for (const po of numbers) drop(`${po}.csv`, rowsOf(po));
      const all = (port: number) => flow.by('folder', port).length + flow.by('second', port).length;
      await flow.until(() => all(done) >= numbers.length, 'all files');
      expect(all(files)).to.equal(numbers.length);
      expect(all(failed)).to.equal(0);
      expect(readdirSync(path('done')).length).to.equal(numbers.length * 2);
    });

    it('takes up again what was claimed when its Node-RED ended', async () => {
      const po = newNumber();
      mkdirSync(folder, { recursive: true });
      const left = path('.claimed/elsewhere~1~0011/7/file/ACME');
      mkdirSync(left, { recursive: true });
      writeFileSync(join(left, 'orders.csv'), rowsOf(po));
      const dead = `${require('node:os')
        .hostname()
        .replace(/[^\w.-]/g, '_')}~${process.pid}~0022`;
      renameSync(path('.claimed/elsewhere~1~0011'), path(`.claimed/${dead}`));
      await load();
      const { payload } = await finished(done);
      expect(payload).to.include({ file: 'ACME/orders.csv', movedTo: 'done/ACME/orders.csv' });
      expect((await ordersOf(po)).length).to.equal(1);
      expect(existsSync(path(`.claimed/${dead}`))).to.equal(false);
    });
  }));
