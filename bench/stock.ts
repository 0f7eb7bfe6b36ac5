import type { Client } from 'pg';
import { customer, range, sku } from './company';
import { type CycleUnderTest, startCycle } from './cycle';
import { type CycleRun, measureRuns, say } from './runs';
import { stockFlow } from './stock-flow';
import { setUpTables, stockFlowTables } from './stock-tables';

/** What the flow built by hand from core nodes makes of the same orders. */
export interface StockFigures {
  readonly runs: readonly CycleRun[];
  /** Rows an order, by table */
  readonly rows: Readonly<Record<string, number>>;
  /** Orders of one piece each, sent at once for an item of which `units` are there: pieces promised, and left on hand. */
  readonly oversold: {
    readonly orders: number;
    readonly units: number;
    readonly reserved: number;
    readonly onHand: number;
  };
  /** One message sent twice, and what it left. */
  readonly repeated: { readonly messages: number; readonly orders: number; readonly invoices: number };
}

const key = 'bench-warehouse-key';
const rare = 'SKU-RARE';
const patience = 30_000;

/** @param client works in the schema */
export async function measureStock(url: string, schema: string, client: Client): Promise<StockFigures> {
  await setUpTables(client, schema);
  const cycle = await startCycle((warehouseUrl) => stockFlow(url, schema, warehouseUrl, key), key);
  try {
    const runs = await measureRuns('stock', cycle, client);
    const rows = await rowsAnOrder(client);
    const oversold = await raceForTheLast(cycle, client, 100, 10);
    const repeated = await sendTwice(cycle, client);
    say(
      `stock     ${oversold.orders} orders for the last ${oversold.units} pieces at once: ${oversold.reserved} promised, ${oversold.onHand} left on hand; one message twice: ${repeated.orders} orders, ${repeated.invoices} invoices`,
    );
    return { runs, rows, oversold, repeated };
  } finally {
    await cycle.stop();
  }
}

async function rowsAnOrder(client: Client): Promise<Record<string, number>> {
  const orders = await numberOf(client, 'select count(*) from sales_order');
  const rows: Record<string, number> = {};
  for (const table of stockFlowTables) {
    const count = await numberOf(client, `select count(*) from ${table}`);
    rows[table] = Math.round((count / orders) * 1000) / 1000;
  }
  return rows;
}

async function raceForTheLast(
  cycle: CycleUnderTest,
  client: Client,
  orders: number,
  units: number,
): Promise<StockFigures['oversold']> {
  await client.query('insert into stock (sku, on_hand) values ($1, $2)', [rare, units]);
  await cycle.send(range(orders).map((i) => onePiece(`RACE-${i}`, rare, i)));
  await untilClosed(cycle, client, 'RACE-%', orders);
  const promised = `
    select coalesce(sum(quantity), 0) from sales_order_line join sales_order using (order_id)
    where sku = $1 and status <> 'Rejected'`;
  return {
    ...{ orders, units },
    reserved: await numberOf(client, promised, rare),
    onHand: await numberOf(client, 'select on_hand from stock where sku = $1', rare),
  };
}

async function sendTwice(cycle: CycleUnderTest, client: Client): Promise<StockFigures['repeated']> {
  const poNumber = 'TWICE-1';
  const order = onePiece(poNumber, sku(0), 0);
  await cycle.send([order, order]);
  await untilClosed(cycle, client, poNumber, 2);
  const invoices = 'select count(*) from invoice join sales_order using (order_id) where po_number = $1';
  return {
    messages: 2,
    orders: await numberOf(client, 'select count(*) from sales_order where po_number = $1', poNumber),
    invoices: await numberOf(client, invoices, poNumber),
  };
}

const onePiece = (poNumber: string, item: string, i: number): object => ({
  ...{ poNumber, customer: customer(i), currency: 'EUR' },
  lines: [{ line: 1, sku: item, quantity: '1', unitPrice: '12.50' }],
});

async function untilClosed(cycle: CycleUnderTest, client: Client, poNumber: string, orders: number): Promise<void> {
  const closed = 'select count(*) from sales_order where po_number like $1 and closed_at is not null';
  for (const end = Date.now() + patience; (await numberOf(client, closed, poNumber)) < orders; ) {
    if (Date.now() > end) throw new Error(`Not all orders ${poNumber} were closed:\n${cycle.log().slice(-3000)}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

async function numberOf(client: Client, statement: string, ...values: readonly string[]): Promise<number> {
  const { rows } = await client.query({ text: statement, values: [...values], rowMode: 'array' });
  return Number(rows[0]?.[0]);
}
