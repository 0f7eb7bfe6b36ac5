import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { ensureAdminKey } from '../../lib/access/admin-key';
import { createKey } from '../../lib/access/keys';
import { listOrders } from '../../lib/answers/lists';
import { writeXlsx } from '../../lib/answers/sheet-writer';
import { BusinessRejection } from '../../lib/domain/faults';
import { upsertMaster } from '../../lib/stages/upsert-master';
import { openStore, type Store } from '../../lib/store/store';
import { loadDemo } from '../../start/load-demo';
import { launchBrowser } from '../editor/browser';
import { edifact, purchaseOrder, x12 } from '../support/edi';
import { type NodeRedProcess, startNodeRed } from '../support/node-red-process';
import { adminKey } from './product';

const root = resolve(__dirname, '../../..');
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** `YYYYMMDD`: an order from far ahead would wait for a person. */
const today = (): string => new Date().toISOString().slice(0, 10).replaceAll('-', '');
const asTest = { actor: 'test', clock: () => new Date().toISOString() };

interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
}

interface Sent {
  readonly type: string;
  readonly body: string;
  readonly key?: string;
}

describe('the example flows, each imported alone', () => {
  let directory: string;
  let nodeRed: NodeRedProcess;
  let store: Store;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'o2c-examples-'));
    const link = join(directory, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(root, link, 'junction');
    writeFileSync(join(directory, 'flows.json'), '[]');
    const database = `sqlite:${join(directory, 'o2c.sqlite')}`;
    store = await openStore(database);
    await loadDemo(store);
    await ensureAdminKey(store, directory, adminKey);
    nodeRed = await startNodeRed(directory, {}, { O2C_DB: database });
  });
  after(async () => {
    await nodeRed?.stop();
    await store?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const startsSoFar = (): number => nodeRed.log().split('Started flows').length;

  /** Replaces what runs by one example, as it is packaged. */
  async function deploy(example: string): Promise<FlowNode[]> {
    const flow = readFileSync(join(root, 'flows', `${example}.json`), 'utf8');
    const headers = { 'content-type': 'application/json' };
    const starts = startsSoFar();
    const answer = await fetch(`${nodeRed.url}/flows`, { method: 'POST', headers, body: flow });
    expect(answer.status, example).to.equal(204);
    await until(() => (startsSoFar() > starts ? true : undefined));
    return JSON.parse(flow);
  }

  async function press(flow: readonly FlowNode[], button: string): Promise<void> {
    const inject = flow.find((node) => node.type === 'inject' && node.name === button);
    const { status } = await fetch(`${nodeRed.url}/inject/${inject?.id}`, { method: 'POST' });
    expect(status, button).to.equal(200);
  }

  async function post(path: string, { type, body, key = adminKey }: Sent) {
    const headers = { 'content-type': type, 'x-api-key': key };
    const response = await fetch(`${nodeRed.url}${path}`, { method: 'POST', headers, body });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  }

  /** Looks again and again; the limit of the test ends it. */
  async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await new Promise((wake) => setTimeout(wake, 100));
    }
  }

  const keyOf = async (partner: string): Promise<string> => {
    // The example's button stores the partner: until then there is no key for it.
    const made = () =>
      createKey({ store, ...asTest }, { role: 'partner', name: partner, partner }).catch((error: unknown) => {
        if (error instanceof BusinessRejection && error.code === 'unknown-partner') return undefined;
        throw error;
      });
    return (await until(made)).key;
  };

  const ordersOf = async (partner: string) => (await store.read((db) => listOrders(db, { partner }, null))).orders;

  const ready = (partner: string, orders: number) =>
    until(async () => {
      const found = (await ordersOf(partner)).filter(({ status }) => status === 'ReadyForDelivery');
      return found.length >= orders ? found : undefined;
    });

  const filesIn = (folder: string): string[] => {
    const path = join(directory, folder);
    return existsSync(path) ? readdirSync(path).sort() : [];
  };

  /** Texts of the answers of these kinds, one each, when all of them are written. */
  const answersIn = (folder: string, kinds: readonly string[]): Promise<string[]> =>
    until(() => {
      const files = filesIn(folder);
      const texts = kinds.map((kind) => {
        const file = files.find((name) => name.startsWith(`${kind}-`));
        return file === undefined ? '' : readFileSync(join(directory, folder, file), 'utf8');
      });
      return texts.includes('') ? undefined : texts;
    });

  it('x12-with-answers answers a sample with files, and a request with its 997', async () => {
    const flow = await deploy('x12-with-answers');
    await press(flow, 'store the partner ALPINE');
    const key = await keyOf('ALPINE');
    await press(flow, 'send a sample 850');
    await ready('ALPINE', 1);
    const [, , answer] = await answersIn('data/outbox/ALPINE', ['TA1', '997', '855']);
    expect(answer)
      .to.match(/~ST\*855\*/)
      .and.match(/\*PO-\d{9}\*/)
      .and.match(/\*AD\*|\*AC\*/);

    const lines = [['1', '2', 'EA', '8.90', 'VN', 'BOTTLE-1L']];
    const body = x12('850', [purchaseOrder('P-1', 'C-1003', lines, { orderDate: today() })], {
      control: 77,
      sender: 'ALPINE',
    });
    const sent = await post('/edi/x12', { type: 'application/edi-x12', body, key });
    expect([sent.status, sent.type]).to.deep.equal([200, 'application/edi-x12']);
    expect(sent.text)
      .to.match(/~\s*ST\*997\*/)
      .and.match(/AK1\*PO\*77/)
      .and.match(/AK9\*A\*1\*1\*1/);
    await ready('ALPINE', 2);
    await until(() =>
      filesIn('data/outbox/ALPINE').filter((file) => /^855/.test(file)).length === 2 ? true : undefined,
    );
    // What a request was answered with does not go out as a file too.
    expect(filesIn('data/outbox/ALPINE').filter((file) => /^997/.test(file)).length).to.equal(1);
    const again = await post('/edi/x12', { type: 'application/edi-x12', body, key });
    expect(again.text).to.equal(sent.text);
    expect((await ordersOf('ALPINE')).length).to.equal(2);
    const stranger = await post('/edi/x12', { type: 'application/edi-x12', body, key: 'nobody' });
    expect([stranger.status, JSON.parse(stranger.text).code]).to.deep.equal([401, 'unauthorized']);
    const strange = await post('/edi/x12', { type: 'image/png', body, key });
    expect([strange.status, JSON.parse(strange.text).code]).to.deep.equal([415, 'unsupported-media-type']);
  });

  it('edifact-with-answers answers a sample with files, and a request with its CONTRL', async () => {
    const flow = await deploy('edifact-with-answers');
    await press(flow, 'store the partner ALPENHAUS');
    const key = await keyOf('ALPENHAUS');
    await press(flow, 'send a sample ORDERS');
    await ready('ALPENHAUS', 1);
    const [, answer] = await answersIn('data/outbox/ALPENHAUS', ['CONTRL', 'ORDRSP']);
    expect(answer)
      .to.match(/UNH\+\w+\+ORDRSP:D:96A:UN/)
      .and.match(/BGM\+231[^']*\+29/)
      .and.match(/RFF\+ON:PO-\d{9}/);

    const segments = ['BGM+220+P-2+9', 'NAD+BY+C-1003::92', 'LIN+1++BOTTLE-1L:SA', 'QTY+21:2', 'UNS+S'];
    const body = edifact([{ type: 'ORDERS', segments }], { control: 78, sender: '4012345000023' });
    const sent = await post('/edi/edifact', { type: 'application/edifact', body, key });
    expect([sent.status, sent.type]).to.deep.equal([200, 'application/edifact']);
    expect(sent.text)
      .to.match(/UNH\+\w+\+CONTRL:/)
      .and.match(/UCI\+78\+4012345000023:14\+SELLER:14\+[78]/);
    await ready('ALPENHAUS', 2);
  });

  it('api-orders answers an order with its verdict', async () => {
    await deploy('api-orders');
    const body = JSON.stringify({ poNumber: 'API-1', customer: 'C-1003', lines: [{ sku: 'MAP-ALPS', quantity: '2' }] });
    const created = await post('/orders', { type: 'application/json', body });
    expect([created.status, JSON.parse(created.text).status], created.text).to.deep.equal([201, 'ReadyForDelivery']);
    const rejected = await post('/orders', { type: 'application/json', body: body.replace('MAP-ALPS', 'UNICORN') });
    expect([rejected.status, JSON.parse(rejected.text).code]).to.deep.equal([409, 'order-conflict']);
  });

  it('scheduled-folder takes a fetched file and puts it away with its result', async () => {
    const flow = await deploy('scheduled-folder');
    await press(flow, 'a file of RETAIL');
    const put = await until(() => (filesIn('data/sftp-in/done/RETAIL').length === 2 ? true : undefined));
    expect(put).to.equal(true);
    const [file, result] = filesIn('data/sftp-in/done/RETAIL');
    expect(result).to.equal(`${file}.result.csv`);
    expect(filesIn('data/sftp-in/RETAIL')).to.deep.equal([]);
    await ready('RETAIL', 1);
  });

  describe('upload-page', () => {
    let browser: Browser;
    let page: Page;

    before(async () => {
      await deploy('upload-page');
      browser = await launchBrowser();
      page = await browser.newPage();
    });
    after(() => browser?.close());

    async function upload(
      file: string,
      content: string | Buffer,
      key = adminKey,
    ): Promise<{ said: string; rows: string[][] }> {
      await page.goto(`${nodeRed.url}/orders/upload`);
      await page.getByLabel('File').setInputFiles({ name: file, mimeType: '', buffer: Buffer.from(content) });
      await page.getByLabel('Your key').fill(key);
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('button', { name: 'Send', disabled: false }).waitFor();
      const rows = await page.locator('#results tbody tr').all();
      const cells = await Promise.all(rows.map((row) => row.locator('td').allInnerTexts()));
      return { said: (await page.getByRole('status').textContent()) ?? '', rows: cells };
    }

    it('is a page that talks to nobody else', async () => {
      const answer = await fetch(`${nodeRed.url}/orders/upload`);
      expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([200, 'text/html; charset=utf-8']);
      expect(answer.headers.get('content-security-policy')).to.match(/default-src 'none'.*connect-src 'self'/);
      expect(await answer.text())
        .to.match(/<html lang="en">/)
        .and.not.match(/https?:/);
    });

    it('shows what became of each order of a CSV file, and the same again', async () => {
      const csv = 'poNumber,customer,sku,quantity\nUP-1,C-1003,TENT-2,1\nUP-2,C-1003,<b>UNICORN</b>,1\n';
      const { said, rows } = await upload('orders.csv', csv);
      expect(said).to.equal('1 accepted, 0 were here before, 1 rejected.');
      expect(rows[0]?.slice(1)).to.deep.equal(['UP-1', rows[0]?.[2], 'ReadyForDelivery', '']);
      expect(rows[0]?.[2]).to.match(/^SO-\d{6}$/);
      expect(rows[1]?.[3]).to.equal('rejected');
      expect(rows[1]?.[4]).to.contain('<b>UNICORN</b> is not known');
      const again = await upload('orders.csv', csv);
      expect(again.said).to.equal('0 accepted, 1 were here before, 1 rejected.');
    });

    it('takes X12, EDIFACT, Excel and JSON for what they are, whatever they are called', async () => {
      await upsertMaster({ store, ...asTest }, 'partners', [
        {
          partner: 'MAILED',
          name: 'Mails its files',
          channels: ['edi'],
          customers: ['C-1003'],
          ediIds: ['ZZ:MAILED', '14:MAILED'],
        },
      ]);
      const lines = [['1', '2', 'EA', '8.90', 'VN', 'BOTTLE-1L']];
      const interchange = x12('850', [purchaseOrder('UP-3', 'C-1003', lines, { orderDate: today() })], {
        sender: 'MAILED',
      });
      const edi = await upload('orders.dat', interchange);
      expect(
        edi.rows.map((row) => row[1]),
        edi.said,
      ).to.deep.equal(['UP-3']);
      const segments = ['BGM+220+UP-6+9', 'NAD+BY+C-1003::92', 'LIN+1++BOTTLE-1L:SA', 'QTY+21:2', 'UNS+S'];
      const un = await upload('orders.txt', edifact([{ type: 'ORDERS', segments }], { sender: 'MAILED' }));
      expect(
        un.rows.map((row) => row[1]),
        un.said,
      ).to.deep.equal(['UP-6']);
      const cells = [
        ['poNumber', 'customer', 'sku', 'quantity'],
        ['UP-7', 'C-1003', 'BOTTLE-1L', '2'],
      ];
      const workbook = await upload('orders', await writeXlsx([{ name: 'Orders', rows: cells }]));
      expect(
        workbook.rows.map((row) => [row[1], row[3]]),
        workbook.said,
      ).to.deep.equal([['UP-7', 'ReadyForDelivery']]);
      const order = { poNumber: 'UP-4', customer: 'C-1003', lines: [{ sku: 'BOTTLE-1L', quantity: '1' }] };
      const json = await upload('orders', JSON.stringify(order));
      expect([json.said, json.rows[0]?.[3]]).to.deep.equal(['The order is accepted.', 'ReadyForDelivery']);
    });

    it('says why a file is not taken', async () => {
      const csv = 'poNumber,customer,sku,quantity\nUP-5,C-1003,TENT-2,1\n';
      expect((await upload('orders.csv', csv, 'wrong')).said).to.match(/^Not taken: Send a valid key/);
      const { said, rows } = await upload('orders.csv', 'poNumber,nonsense\n1,2\n');
      expect(said).to.match(/^Not taken: /);
      expect(rows.length).to.be.greaterThan(0);
    });
  });
});
