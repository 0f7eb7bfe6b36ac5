import type { Client } from 'pg';
import { readPackingSlips } from '../lib/domain/delivery';
import { defaultSettings } from '../lib/domain/settings';
import { checkCredit } from '../lib/stages/check-credit';
import { checkInventory } from '../lib/stages/check-inventory';
import { checkOverdue } from '../lib/stages/check-overdue';
import { confirmDeliveries } from '../lib/stages/confirm-delivery';
import { createOrders } from '../lib/stages/create-orders';
import { dispatchOrders } from '../lib/stages/dispatch-orders';
import { postInvoices } from '../lib/stages/post-invoices';
import { readReception } from '../lib/stages/read-reception';
import { receiveMessages } from '../lib/stages/receive-messages';
import type { StageContext } from '../lib/stages/work';
import type { Store } from '../lib/store/store';
import { range, sampleOrder } from './company';

/** A statement with its values as the driver sends them, ready to be sent again. */
interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** The writes of one transaction of a stage. */
export type Transaction = readonly Statement[];

/** The eight steps of the cycle for one batch of orders, straight from a program: no Node-RED, no HTTP, one batch at a time. */
async function runBatch(context: StageContext, from: number, size: number): Promise<void> {
  const receptions = range(size).map((i) =>
    readReception(messageOf(from + i, context.clock()), { ...defaultSettings.limits, depth: 64 }),
  );
  const received = await receiveMessages(context, receptions);
  const tagged = await createOrders(
    context,
    received.flatMap(({ documents }) => documents.map(({ documentId }) => ({ documentId, rules: [] }))),
  );
  const ids = tagged.map((outcome) => (outcome.output === 'created' ? outcome.orderId : 0));
  await checkInventory(context, ids);
  await checkCredit(context, ids);
  await checkOverdue(context, ids);
  const slips: object[] = [];
  await dispatchOrders(
    context,
    { warehouse: 'MAIN', limit: size, orderIds: ids },
    {
      ship: async (requests) =>
        requests.map(({ key, salesOrder, release, warehouse, lines }) => {
          slips.push({
            warehouse,
            packingSlip: `PS-${key}`,
            salesOrder,
            lines: lines.map((line) => ({ ...line, release })),
          });
          return { key, kind: 'acknowledged' as const, reference: `W-${key}` };
        }),
      cancel: async () => ({ kind: 'pending' }),
    },
  );
  const delivered = await confirmDeliveries(
    context,
    readPackingSlips(slips).flatMap(({ slip }) => slip ?? []),
  );
  const invoiced = await postInvoices(context, {
    slipIds: delivered.flatMap(({ slipId }) => slipId ?? []),
    limit: size,
  });
  if (invoiced.length !== size || invoiced.some(({ output }) => output !== 'posted'))
    throw new Error(`Of ${size} orders not all were invoiced.`);
}

function messageOf(i: number, receivedAt: string): Parameters<typeof readReception>[0] {
  const bytes = Buffer.from(JSON.stringify(sampleOrder(i)));
  const source = {
    channel: 'file',
    partner: 'DIRECT',
    sourceSystem: null,
    messageKey: null,
    document: 'file message',
    receivedAt,
    keyId: null,
  } as const;
  return {
    ...source,
    bytes,
    contentType: 'application/json',
    batchPolicy: 'reject-order',
    csv: { separator: '', decimalMark: '', mapping: {} },
  };
}

/** Runs batches through the stages and keeps every write that reached PostgreSQL, a list a transaction. */
export async function recordWrites(
  store: Store,
  context: StageContext,
  batches: number,
  size: number,
): Promise<Transaction[][]> {
  let log: Statement[] = [];
  const pool = store.knex.client as { acquireConnection(): Promise<Client> };
  const acquire = pool.acquireConnection.bind(pool);
  const watched = new WeakSet<Client>();
  pool.acquireConnection = async () => {
    const client = await acquire();
    if (!watched.has(client)) {
      watched.add(client);
      const query = client.query.bind(client) as (statement: string | Statement) => Promise<unknown>;
      client.query = ((sent: string | Statement) => {
        const statement = typeof sent === 'string' ? { text: sent, values: [] } : sent;
        if (/^\s*(insert|update|delete|with head|begin|commit)/i.test(statement.text)) {
          log.push({ text: statement.text, values: statement.values });
        }
        return query(sent);
      }) as typeof client.query;
    }
    return client;
  };
  const recorded: Transaction[][] = [];
  for (const batch of range(batches)) {
    log = [];
    await runBatch(context, batch * size, size);
    recorded.push(transactionsOf(log));
  }
  pool.acquireConnection = acquire;
  return recorded;
}

const isBegin = ({ text }: Statement): boolean => text.startsWith('begin');

function transactionsOf(log: readonly Statement[]): Transaction[] {
  const transactions: Statement[][] = [];
  for (const statement of log) {
    if (isBegin(statement)) transactions.push([]);
    transactions.at(-1)?.push(statement);
  }
  return transactions.filter((transaction) => transaction.length > 2);
}

/**
 * Writes recorded batches again: nothing is read, decided or encoded, every statement was prepared before. Several
 * connections take turns at the batches. Returns the seconds it took.
 */
export async function replayWrites(clients: readonly Client[], recorded: readonly Transaction[][]): Promise<number> {
  const names = new Map<string, string>();
  const waiting = [...recorded];
  const started = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
        for (const transaction of batch) await replay(client, transaction, names);
      }
    }),
  );
  return (performance.now() - started) / 1000;
}

/** `begin` comes with a setting: two statements are not prepared as one. */
function prepared(statement: Statement, names: Map<string, string>): string | (Statement & { name: string }) {
  const { text } = statement;
  if (isBegin(statement)) return text;
  const name = names.get(text) ?? `write ${names.size}`;
  names.set(text, name);
  return { name, ...statement };
}

async function replay(client: Client, transaction: Transaction, names: Map<string, string>): Promise<void> {
  const deadlock = '40P01';
  for (;;) {
    try {
      for (const statement of transaction) await client.query(prepared(statement, names));
      return;
    } catch (error) {
      await client.query('rollback');
      if ((error as { code?: string }).code !== deadlock) throw error;
    }
  }
}
