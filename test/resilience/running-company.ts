import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { createKey } from '../../lib/access/keys';
import { reconcile } from '../../lib/ops/reconcile';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { changeCompanySettings } from '../../lib/stages/company-settings';
import { openStore, type Store } from '../../lib/store/store';
import { type NodeRedProcess, startNodeRed } from '../support/node-red-process';
import { SampleCompany } from '../support/orders';
import { StubWarehouse } from './stub-warehouse';

const packagedFlow = resolve(__dirname, '../../../flows/order-to-cash.json');
const ourNodes = resolve(__dirname, '../../nodes');
const longestAnswer = 4_000; // milliseconds
const pauseBetween = 100; // milliseconds

/** A company whose orders a real Node-RED works with the packaged flow, and a warehouse outside it. */
export class RunningCompany {
  /** PO numbers of orders that were acknowledged: 200, 201 or 202. */
  readonly acknowledged = new Map<string, number>();
  nodeRed: NodeRedProcess | undefined;
  private sending = true;

  private constructor(
    readonly url: string,
    readonly warehouse: StubWarehouse,
    private readonly userDirectory: string,
    private readonly key: string,
  ) {}

  static async open(url: string): Promise<RunningCompany> {
    const store = await openStore(url);
    const company = new SampleCompany(store);
    company.now = new Date().toISOString();
    await company.open(['C-1', 'C-2', 'C-3', 'C-4'], ['A', 'B', 'C'], 1_000_000);
    await company.master('customers', [{ customer: 'C-4', name: 'C-4', currency: 'EUR', creditLimit: '30.00' }]);
    await company.addProducts(['RARE']);
    await company.count(['RARE'], 3);
    await changeCompanySettings(company.context, 0, { recoverAfterSeconds: 1 });
    const { key } = await createKey(company.context, { role: 'admin', name: 'Test' });
    await store.close();
    const userDirectory = mkdtempSync(join(tmpdir(), 'o2c-running-'));
    copyFileSync(packagedFlow, join(userDirectory, 'flows.json'));
    const running: { company?: RunningCompany } = {};
    const warehouse = await StubWarehouse.start((slip) =>
      (running.company as RunningCompany).post('/o2c/deliveries', slip),
    );
    running.company = new RunningCompany(url, warehouse, userDirectory, key);
    return running.company;
  }

  async start(): Promise<void> {
    this.nodeRed = await startNodeRed(
      this.userDirectory,
      { nodesDir: ourNodes },
      { O2C_DB: this.url, O2C_WAREHOUSE_URL: this.warehouse.url },
    );
  }

  async close(): Promise<void> {
    this.sending = false;
    this.warehouse.stop();
    await this.nodeRed?.stop();
    rmSync(this.userDirectory, { recursive: true, force: true });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.nodeRed?.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(longestAnswer),
    });
  }

  /** Posts an order until it is acknowledged, as a web shop with a good memory does: always under the same key. */
  async order(number: number): Promise<void> {
    const poNumber = `PO-${number}`;
    const customer = `C-${1 + (number % 4)}`;
    const sku = number % 10 === 0 ? 'RARE' : 'ABC'.charAt(number % 3);
    const body = { poNumber, customer, lines: [{ sku, quantity: String(1 + (number % 3)) }] };
    while (this.sending) {
      try {
        const response = await this.post('/o2c/orders', body, { 'idempotency-key': `key-${number}` });
        await response.arrayBuffer();
        if ([200, 201, 202].includes(response.status)) {
          this.acknowledged.set(poNumber, response.status);
          return;
        }
        if (response.status < 500 && response.status !== 404 && response.status !== 429)
          throw new Error(`Order ${number} got ${response.status}.`);
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('Order ')) throw error;
      }
      await new Promise((wake) => setTimeout(wake, pauseBetween));
    }
  }

  /** Posts orders with these numbers, so many at once, until all are acknowledged or `while` says no. */
  async orders(from: number, to: number, atOnce: number, goOn: () => boolean = () => true): Promise<void> {
    let next = from;
    const sender = async (): Promise<void> => {
      while (next < to && goOn()) await this.order(next++);
    };
    await Promise.all(Array.from({ length: atOnce }, sender));
  }

  async acknowledgedAtLeast(count: number): Promise<void> {
    while (this.acknowledged.size < count) await new Promise((wake) => setTimeout(wake, 10));
  }

  /** Reads the store beside the running process. */
  async look<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openStore(this.url, { migrate: false });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  /** Waits until every order has come to an end of its own: invoiced, held for a person, or cancelled. */
  async settled(patience: number): Promise<void> {
    const until = Date.now() + patience;
    await this.look(async (store) => {
      for (;;) {
        const open = await store.read((db) =>
          db.all<{ status: string; count: number }>(
            "select status, count(*) as count from sales_order where status not in ('Invoiced', 'OnHold', 'Cancelled') group by status union all select 'document', count(*) from inbox_document where state = 'stored' having count(*) > 0",
          ),
        );
        if (open.length === 0) return;
        if (Date.now() > until)
          throw new Error(
            `Still open after ${patience} ms: ${JSON.stringify(open)}\n${this.nodeRed?.log().slice(-3000)}`,
          );
        await new Promise((wake) => setTimeout(wake, 100));
      }
    });
  }

  /** Nothing acknowledged is lost, nothing is there twice, and the books are sound. */
  async expectEverything(): Promise<void> {
    await this.look(async (store) => {
      const orders = await store.read((db) =>
        db.all<{ po_number: string; status: string }>('select po_number, status from sales_order'),
      );
      const numbers = orders.map(({ po_number }) => po_number);
      expect(new Set(numbers).size, 'orders that are there twice').to.equal(numbers.length);
      expect(
        [...this.acknowledged.keys()].filter((number) => !numbers.includes(number)),
        'acknowledged and lost',
      ).to.deep.equal([]);
      const statuses = Map.groupBy(orders, ({ status }) => status);
      expect([...statuses.keys()].sort()).to.deep.equal(['Cancelled', 'Invoiced', 'OnHold']);
      const slips = await store.read((db) =>
        db.all<{ packing_slip: string; state: string }>('select packing_slip, state from packing_slip'),
      );
      expect(slips.filter(({ state }) => state !== 'confirmed')).to.deep.equal([]);
      expect(slips.length, 'one shipment for each order that was sent').to.equal(this.warehouse.asked.size);
      expect(statuses.get('Invoiced')?.length).to.equal(slips.length);
      const exceptions = await store.read((db) =>
        db.all('select kind, message from exception where closed_at is null'),
      );
      expect(exceptions).to.deep.equal([]);
      const { checks } = await reconcile(store);
      expect(checks.filter(({ differences }) => differences.length > 0)).to.deep.equal([]);
      expect((await verifyAudit(store)).fault).to.equal(null);
    });
  }
}
