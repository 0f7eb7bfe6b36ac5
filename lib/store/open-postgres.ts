import createKnex from 'knex';
import { Client, types as pgTypes } from 'pg';
import { TechnicalFault } from '../domain/faults';
import { AtMost } from './at-most';
import { ConnectedStore, type Store } from './connected-store';
import type { Database } from './database';
import { postgres } from './dialect';
import { knexLog } from './knex-log';
import { PostgresDatabase, PostgresKnowledge } from './postgres-database';
import { prepared, type StoreOptions } from './prepared';

const mostConnections = 10;
const int8 = 20;

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The number ${text} is too large to be read exactly.`);
  return value;
}

const driverTypes = {
  getTypeParser: (oid: number, format?: string) =>
    oid === int8
      ? parseInt8
      : format === 'binary'
        ? pgTypes.getTypeParser(oid, 'binary')
        : pgTypes.getTypeParser(oid, 'text'),
};

/**
 * Transactions find their rows by keys. A plan that was made while a table was small would read it from end to end for
 * as long as the connection lives, with all that updates have left behind in it. Where there is no index all the same,
 * servers before 18 take the plan for so dear that they compile it at each use.
 */
const beginByKeys = 'begin; set local enable_seqscan = off; set local jit = off';

/** The store in a schema of a server. @throws as `openStore` */
export async function openPostgres(url: string, options: StoreOptions): Promise<Store> {
  const { connections = mostConnections } = options;
  const address = new URL(url);
  const schema = address.searchParams.get('schema') ?? 'public';
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new TechnicalFault(
      'store-fault',
      `The schema name ${schema} may hold only lower case letters, digits and underscores.`,
    );
  }
  address.searchParams.delete('schema');
  const connection = {
    connectionString: address.href,
    options: `-c search_path=${schema} -c client_min_messages=warning`,
    application_name: 'order-to-cash',
    types: driverTypes,
    pipeline: true,
  };
  const client = new Client(connection);
  try {
    await client.connect();
    await client.query(`create schema if not exists ${schema}`).catch((error: unknown) => ignoreIfSchemaExists(error));
  } catch (cause) {
    throw new TechnicalFault(
      'store-away',
      `PostgreSQL at ${address.host} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  } finally {
    await client.end();
  }
  const knex = createKnex({
    client: 'pg',
    log: knexLog,
    connection,
    pool: { min: 0, max: connections },
    acquireConnectionTimeout: 10_000,
  });
  const known = new PostgresKnowledge();
  const open = (pgClient: Client): Database => new PostgresDatabase(pgClient, known);
  address.password = '';
  const store = new ConnectedStore(
    `${address.href}?schema=${schema}`,
    postgres,
    knex,
    beginByKeys,
    open,
    async () => undefined,
    new AtMost(Math.max(1, Math.floor(connections / 2))),
  );
  await prepared(store, options);
  await store.read((db) => readColumnTypes(db, known.types));
  return store;
}

/** Two instances that start together may both see that the schema is missing; the loser finds it there. */
function ignoreIfSchemaExists(error: unknown): void {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code !== '42P06' && code !== '23505') throw error;
}

/** `unnest` needs the types of the columns to cast its arrays. */
async function readColumnTypes(db: Database, into: Map<string, Map<string, string>>): Promise<void> {
  const rows = await db.all<{ table_name: string; column_name: string; data_type: string }>(
    'select table_name, column_name, data_type from information_schema.columns where table_schema = current_schema()',
  );
  for (const row of rows) {
    const columns = into.get(row.table_name) ?? new Map<string, string>();
    into.set(row.table_name, columns.set(row.column_name, row.data_type));
  }
}
