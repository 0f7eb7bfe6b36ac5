import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createKey } from '../lib/access/keys';
import { openStore, type Store } from '../lib/store/store';
import { startPostgres } from '../test/support/postgres';
import { setUpCompany } from './company';
import { type CycleUnderTest, startCycle } from './cycle';
import { type EdiFigures, measureEdi, type Spread } from './edi';
import { type FileFigures, measureFile } from './files';
import { recordWrites, replayWrites } from './floor';
import { benchFlow } from './flow';
import { few, many, measureQuestions, type QuestionFigures } from './questions';
import { type CycleRun, measureRuns, perSecond, ratesAgainst, say } from './runs';
import { measureStock, type StockFigures } from './stock';

const floorBatches = 10;
const batchSize = 500;

/** Safe after a crash, and the same for everything that is compared: only how often PostgreSQL writes its pages back is changed. */
const serverSettings = { max_wal_size: "'4GB'", checkpoint_timeout: "'15min'" };

interface StoreFigures {
  readonly runs: readonly CycleRun[];
  /** Rows an order, by table */
  readonly rows: Readonly<Record<string, number>>;
}

interface FloorFigures {
  readonly oneConnection: number;
  readonly twoConnections: number;
  readonly stagesAlone: number;
  readonly rows: Readonly<Record<string, number>>;
}

async function withCompany<T>(url: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(url);
  try {
    await setUpCompany({ store, actor: 'bench', clock: () => new Date().toISOString() });
    return await work(store);
  } finally {
    await store.close();
  }
}

const orderTables = [
  'inbox_message',
  'inbox_document',
  'sales_order_terms',
  'sales_order_state',
  'sales_order_line',
  'decision',
  'warehouse_release',
  'packing_slip',
  'packing_slip_line',
  'stock_movement',
  'invoice',
  'posting',
  'audit_record',
];

/** Rows that each order left in the tables of its path, less what the company itself wrote. */
async function countRows(store: Store): Promise<Record<string, number>> {
  return store.read(async (db) => {
    const counts: Record<string, number> = {};
    for (const table of orderTables) {
      const [row] = await db.all<{ n: number }>(`select count(*) as n from ${table}`);
      counts[table] = row?.n ?? 0;
    }
    return counts;
  });
}

function rowsAnOrder(before: Record<string, number>, after: Record<string, number>): Record<string, number> {
  const orders = (after.sales_order_terms ?? 0) - (before.sales_order_terms ?? 0);
  return Object.fromEntries(
    orderTables.map((table) => [
      table,
      Math.round((((after[table] ?? 0) - (before[table] ?? 0)) / orders) * 1000) / 1000,
    ]),
  );
}

const compared = (cycle: Record<string, number>, floor: Record<string, number>): string =>
  orderTables
    .map((table) => `${table} ${cycle[table]}${cycle[table] === floor[table] ? '' : ` (floor ${floor[table]})`}`)
    .join(', ');

/** A company in an empty store, and the whole cycle on it. */
async function startOn(url: string): Promise<{ before: Record<string, number>; cycle: CycleUnderTest }> {
  const { before, key } = await withCompany(url, async (store) => {
    const context = { store, actor: 'bench', clock: () => new Date().toISOString() };
    const created = await createKey(context, { role: 'warehouse', name: 'Benchmark warehouse' });
    return { before: await countRows(store), key: created.key };
  });
  return { before, cycle: await startCycle((warehouseUrl) => benchFlow(url, warehouseUrl), key) };
}

async function measureCycle(name: string, url: string, server?: Client): Promise<StoreFigures> {
  const { before, cycle } = await startOn(url);
  const runs = await measureRuns(name, cycle, server).finally(() => cycle.stop());
  const store = await openStore(url);
  const after = await countRows(store);
  await store.close();
  return { runs, rows: rowsAnOrder(before, after) };
}

async function measuredQuestions(name: string, url: string): Promise<QuestionFigures[]> {
  const { cycle } = await startOn(url);
  const figures = await measureQuestions(url, cycle).finally(() => cycle.stop());
  for (const { question, few: before, many: after, ratio } of figures)
    say(
      `${name.padEnd(9)} ${question.padEnd(32)} ${before.toFixed(2).padStart(8)} ms with ${few} orders ${after.toFixed(2).padStart(8)} ms with ${many}: ${ratio} times`,
    );
  return figures;
}

async function measureOnServer(url: string): Promise<StoreFigures> {
  const client = await connect(url, 'public');
  try {
    return await measureCycle('postgres', `${url}?schema=cycle`, client);
  } finally {
    await client.end();
  }
}

async function measureStockOnServer(url: string): Promise<StockFigures> {
  const schema = 'stock_flow';
  const client = await connect(url, schema);
  try {
    return await measureStock(url, schema, client);
  } finally {
    await client.end();
  }
}

async function measureFloor(server: string): Promise<FloorFigures> {
  const address = (schema: string): string => `${server}?schema=${schema}`;
  const { recorded, seconds } = await withCompany(address('recorded'), async (store) => {
    const context = { store, actor: 'bench', clock: () => new Date().toISOString() };
    const started = performance.now();
    const all = await recordWrites(store, context, floorBatches, batchSize);
    return { recorded: all, seconds: (performance.now() - started) / 1000 };
  });
  const orders = floorBatches * batchSize;
  const replayed = async (
    schema: string,
    connections: number,
  ): Promise<{ seconds: number; rows: Record<string, number> }> =>
    withCompany(address(schema), async (store) => {
      const before = await countRows(store);
      const clients = await Promise.all(Array.from({ length: connections }, () => connect(server, schema)));
      const took = await replayWrites(clients, recorded);
      await Promise.all(clients.map((client) => client.end()));
      return { seconds: took, rows: rowsAnOrder(before, await countRows(store)) };
    });
  await replayed('floor_warm', 1);
  const one = await replayed('floor_one', 1);
  const two = await replayed('floor_two', 2);
  const figures = {
    oneConnection: perSecond(orders, one.seconds),
    twoConnections: perSecond(orders, two.seconds),
    stagesAlone: perSecond(orders, seconds),
    rows: one.rows,
  };
  say(
    `floor     one connection ${figures.oneConnection} orders/s, two connections ${figures.twoConnections}; the stages alone, one batch after the other, ${figures.stagesAlone}`,
  );
  return figures;
}

async function connect(server: string, schema: string): Promise<Client> {
  const client = new Client({
    connectionString: server,
    options: `-c search_path=${schema} -c client_min_messages=warning`,
  });
  await client.connect();
  return client;
}

async function prepareServer(url: string): Promise<void> {
  const client = await connect(url, 'public');
  for (const [name, value] of Object.entries(serverSettings)) await client.query(`alter system set ${name} = ${value}`);
  await client.query('select pg_reload_conf()');
  await client.end();
}

async function measuredFile(format: FileFigures['format']): Promise<FileFigures> {
  const figures = await measureFile(format);
  const { rows, orders, created, putAway, idleRss, peakRss } = figures;
  say(
    `file      ${rows} rows of ${format}: ${orders} orders created in ${created} s, put away after ${putAway} s, ${peakRss} MB at most (${idleRss} MB before)`,
  );
  return figures;
}

const shown = ({ least, median, most }: Spread): string => `${least}/${median}/${most}`;

async function measuredEdi(standard: EdiFigures['standard']): Promise<EdiFigures> {
  const figures = await measureEdi(standard);
  const { bytes, orders, lines, split, envelopes, first, later, thread, timesFloor } = figures;
  say(
    `edi       ${standard}, ${(bytes / 1e6).toFixed(1)} MB, ${orders} orders, ${lines} lines; least/median/most MB/s: split ${shown(split)}, envelopes ${shown(envelopes)}, orders ${shown(later)} (${shown(timesFloor)} times the split), first of a process ${shown(first)}, in the thread ${shown(thread)}`,
  );
  return figures;
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'o2c-bench-store-'));
  const wanted = process.argv.slice(2);
  const want = (part: string): boolean => wanted.length === 0 || wanted.includes(part);
  const server = ['floor', 'stock', 'postgres', 'questions'].some(want)
    ? await startPostgres({ fsync: true })
    : undefined;
  try {
    if (server !== undefined) await prepareServer(server.url);
    const floor = want('floor') && server ? await measureFloor(server.url) : undefined;
    const stock = want('stock') && server ? await measureStockOnServer(server.url) : undefined;
    const postgres = want('postgres') && server ? await measureOnServer(server.url) : undefined;
    const sqlite = want('sqlite') ? await measureCycle('sqlite', `sqlite:${join(directory, 'o2c.sqlite')}`) : undefined;
    const files = want('files') ? [await measuredFile('csv'), await measuredFile('xlsx')] : undefined;
    const edi = want('edi') ? [await measuredEdi('x12'), await measuredEdi('edifact')] : undefined;
    const questions =
      want('questions') && server
        ? {
            orders: { few, many },
            sqlite: await measuredQuestions('sqlite', `sqlite:${join(directory, 'questions.sqlite')}`),
            postgres: await measuredQuestions('postgres', `${server.url}?schema=questions`),
          }
        : undefined;
    const best = Math.max(0, ...(postgres?.runs ?? []).map((run) => run.perSecond));
    const base = floor === undefined ? undefined : Math.max(floor.oneConnection, floor.twoConnections);
    const ratio = base === undefined || best === 0 ? undefined : Math.round((best / base) * 100) / 100;
    if (ratio !== undefined && floor !== undefined) {
      say(`ratio     ${ratio} of the better floor, ${(best / floor.oneConnection).toFixed(2)} of one connection`);
      say(`rows      an order, cycle and floor: ${compared(postgres?.rows ?? {}, floor.rows)}`);
    }
    const againstStock = stock && postgres && ratesAgainst(postgres.runs, stock.runs);
    for (const { window, ratio } of againstStock ?? [])
      say(`postgres  ${String(window).padStart(5)} in flight: ${ratio.toFixed(2)} of the orders/s of the stock flow`);
    const machine = { cores: cpus().length, model: cpus()[0]?.model, node: process.version };
    process.stdout.write(
      `${JSON.stringify({ at: new Date().toISOString(), machine, linesPerOrder: 5, serverSettings, floor, stock, postgres, sqlite, files, edi, questions, ratio, againstStock }, null, 2)}\n`,
    );
  } finally {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
