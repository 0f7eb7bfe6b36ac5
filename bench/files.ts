import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeXlsx } from '../lib/answers/sheet-writer';
import { openStore } from '../lib/store/store';
import { startNodeRed } from '../test/support/node-red-process';
import { customer, linesPerOrder, range, setUpCompany, sku } from './company';
import { installNode } from './cycle';

/** What one file took, in a Node-RED that watches a folder and creates orders, on SQLite. */
export interface FileFigures {
  readonly format: 'csv' | 'xlsx';
  /** bytes */
  readonly size: number;
  readonly rows: number;
  readonly orders: number;
  /** From the receipt to the last order, in seconds. */
  readonly created: number;
  /** From the receipt to the result file, in seconds. */
  readonly putAway: number;
  /** MB of the process: before the file, and the most */
  readonly idleRss: number;
  readonly peakRss: number;
}

const orders = 20_000;
const patience = 120_000;
const header = ['poNumber', 'customer', 'orderDate', 'line', 'sku', 'quantity', 'uom', 'unitPrice'];

const rowsOf = (): string[][] =>
  range(orders).flatMap((i) =>
    range(linesPerOrder).map((line) => [
      ...[`PO-${i}`, customer(i * 7), '2026-11-23', String(line + 1)],
      ...[sku(i * linesPerOrder + line), String(1 + (i % 9)), 'EA', '12.50'],
    ]),
  );

async function bytesOf(format: FileFigures['format']): Promise<Buffer> {
  const rows = [header, ...rowsOf()];
  if (format === 'csv') return Buffer.from(rows.map((row) => row.join(',')).join('\n'));
  return writeXlsx([{ name: 'Orders', rows }]);
}

/** 100,000 rows, five to an order, dropped into the folder of a Node-RED that was just started. */
export async function measureFile(format: FileFigures['format']): Promise<FileFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'o2c-bench-files-'));
  const database = `sqlite:${join(directory, 'o2c.sqlite')}`;
  const inbox = join(directory, 'inbox');
  try {
    await prepare(database);
    installNode(directory, 'memory');
    writeFileSync(join(directory, 'flows.json'), JSON.stringify(flowOf(database, inbox)));
    const bytes = await bytesOf(format);
    const nodeRed = await startNodeRed(directory, { nodesDir: [join(__dirname, '..', 'nodes')] });
    try {
      const memory = async () => (await (await fetch(`${nodeRed.url}/bench/memory`)).json()) as Record<string, number>;
      mkdirSync(inbox, { recursive: true });
      const idle = await memory();
      writeFileSync(join(inbox, 'orders.part'), bytes);
      renameSync(join(inbox, 'orders.part'), join(inbox, `orders.${format}`));
      await untilPutAway(join(inbox, 'done', `orders.${format}.result.${format}`), nodeRed.log);
      const putAwayAt = Date.now();
      const { peak = 0 } = await memory();
      const times = await timesOf(database);
      return {
        ...{ format, size: bytes.length, rows: orders * linesPerOrder, orders: times.orders },
        created: times.created,
        putAway: (putAwayAt - times.receivedAt) / 1000,
        ...{ idleRss: idle.now ?? 0, peakRss: peak },
      };
    } finally {
      await nodeRed.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function prepare(database: string): Promise<void> {
  const store = await openStore(database);
  await setUpCompany({ store, actor: 'bench', clock: () => new Date().toISOString() });
  await store.close();
}

async function untilPutAway(result: string, log: () => string): Promise<void> {
  for (const end = Date.now() + patience; !existsSync(result); ) {
    if (Date.now() > end) throw new Error(`The file was not put away:\n${log().slice(-3000)}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

async function timesOf(database: string): Promise<{ orders: number; receivedAt: number; created: number }> {
  const store = await openStore(database, { migrate: false });
  try {
    const [row] = await store.read((db) =>
      db.all<{ n: number; last: string; first: string }>(
        'select count(*) as n, max(o.created_at) as last, min(m.received_at) as first from sales_order o join inbox_message m on m.inbox_id = o.inbox_id',
      ),
    );
    if (row === undefined) throw new Error('There are no orders.');
    const receivedAt = Date.parse(row.first);
    return { orders: row.n, receivedAt, created: (Date.parse(row.last) - receivedAt) / 1000 };
  } finally {
    await store.close();
  }
}

function flowOf(database: string, folder: string): object[] {
  const node = (id: string, type: string, wires: readonly string[][], properties: object = {}): object => ({
    ...{ id, type, z: 'bench', name: '', store: 'bench-store', x: 100, y: 100 },
    ...properties,
    wires,
  });
  return [
    { id: 'bench', type: 'tab', label: 'Benchmark' },
    { id: 'bench-store', type: 'o2c-store', name: '', database },
    node('folder', 'order-folder', [['ingest'], [], []], { folder, every: '1', settle: '0.5', atOnce: '10' }),
    node('ingest', 'order-ingest', [['source'], [], []], { channel: 'file', partner: 'DIRECT', partnerType: 'str' }),
    node('source', 'source-tag', [[], [], []], { rules: [], channel: '', partner: '' }),
  ];
}
