import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { reconcile } from '../../lib/ops/reconcile';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { changeCompanySettings } from '../../lib/stages/company-settings';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { type NodeRedProcess, startNodeRed } from '../support/node-red-process';
import { SampleCompany } from '../support/orders';

const ourNodes = resolve(__dirname, '../../nodes');
const orders = 6_000;
/** Killed when so many orders are there: in the middle of the file, twice. */
const moments = [1, 2_000];

const csv = (): string =>
  [
    'poNumber,customer,line,sku,quantity,note',
    ...Array.from({ length: orders }, (_, i) => `K-${i},C-1,1,A,1,${'as agreed by telephone '.repeat(2)}`),
  ].join('\n');

const flowOf = (database: string, folder: string): object[] => {
  const node = (id: string, type: string, wires: string[][], fields: object = {}) => ({
    ...{ id, type, z: 'tab', name: '', store: 'store', x: 100, y: 100, wires },
    ...fields,
  });
  return [
    { id: 'tab', type: 'tab', label: 'Files' },
    { id: 'store', type: 'o2c-store', name: '', database },
    node('folder', 'order-folder', [['ingest'], [], []], { folder, every: '1', settle: '0.5' }),
    node('ingest', 'order-ingest', [['tag'], [], []], { channel: 'file', partner: 'DIRECT', partnerType: 'str' }),
    node('tag', 'source-tag', [[], [], []]),
  ];
};

describe('a Node-RED that is killed while it imports a file', () =>
  onBothDatabases((_kind, url) => {
    let directory: string;
    let folder: string;
    let nodeRed: NodeRedProcess | undefined;

    const look = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
      const store = await openStore(url(), { migrate: false });
      try {
        return await work(store);
      } finally {
        await store.close();
      }
    };
    const created = (store: Store): Promise<number> =>
      store.read(async (db) => (await db.all<{ n: number }>('select count(*) as n from sales_order'))[0]?.n ?? 0);
    const start = async (): Promise<void> => {
      nodeRed = await startNodeRed(directory, { nodesDir: ourNodes });
    };

    before(async () => {
      directory = mkdtempSync(join(tmpdir(), 'o2c-killed-import-'));
      folder = join(directory, 'inbox');
      mkdirSync(folder);
      const store = await openStore(url());
      const company = new SampleCompany(store);
      company.now = new Date().toISOString();
      await company.open(['C-1'], ['A'], 1_000_000);
      await changeCompanySettings(company.context, 0, { recoverAfterSeconds: 1 });
      await store.close();
      writeFileSync(join(directory, 'flows.json'), JSON.stringify(flowOf(url(), folder)));
    });
    after(async () => {
      await nodeRed?.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    it('goes on with it, makes each order once, and puts the file away', async function () {
      this.timeout(600_000);
      writeFileSync(join(folder, 'orders.part'), csv());
      renameSync(join(folder, 'orders.part'), join(folder, 'orders.csv'));
      await start();
      for (const moment of moments) {
        await look(async (store) => {
          while ((await created(store)) < moment) await new Promise((wake) => setTimeout(wake, 5));
        });
        await nodeRed?.kill();
        await look(async (store) =>
          expect((await reconcile(store)).checks.flatMap((c) => c.differences)).to.deep.equal([]),
        );
        await start();
      }
      const result = join(folder, 'done', 'orders.csv.result.csv');
      while (!existsSync(result)) await new Promise((wake) => setTimeout(wake, 50));
      await nodeRed?.stop();
      await look(async (store) => {
        const rows = await store.read((db) => db.all<{ po_number: string }>('select po_number from sales_order'));
        expect(new Set(rows.map(({ po_number }) => po_number)).size).to.equal(orders);
        expect(rows.length).to.equal(orders);
        expect((await reconcile(store)).checks.flatMap((c) => c.differences)).to.deep.equal([]);
        expect((await verifyAudit(store)).fault).to.equal(null);
      });
      expect(existsSync(join(folder, 'done', 'orders.csv'))).to.equal(true);
    });
  }));
