import '../needs-node';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import createKnex from 'knex';
import { TechnicalFault } from '../domain/faults';
import { AtMost } from './at-most';
import { ConnectedStore, type Store } from './connected-store';
import type { Database } from './database';
import { sqlite } from './dialect';
import { knexLog } from './knex-log';
import { NumbersAhead } from './numbers-ahead';
import { prepared, type StoreOptions } from './prepared';
import { SqliteAside } from './sqlite-aside';
import { SqliteClient } from './sqlite-client';
import type { SqliteConnection } from './sqlite-connection';
import { SqliteDatabase } from './sqlite-database';

/** The store in a file. @throws as `openStore` */
export async function openSqlite(path: string, options: StoreOptions): Promise<Store> {
  const filename = path === ':memory:' ? path : resolve(path);
  if (filename !== ':memory:') mkdirSync(dirname(filename), { recursive: true });
  const lease = options.exclusive && filename !== ':memory:' ? leaseFile(filename) : undefined;
  const knex = createKnex({
    client: SqliteClient,
    log: knexLog,
    connection: { filename },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  const ahead = new NumbersAhead();
  const open = (connection: SqliteConnection): Database => new SqliteDatabase(connection, ahead);
  const aside = filename === ':memory:' ? new AtMost(1) : new SqliteAside(filename, (work) => store.read(work));
  const release = async (): Promise<void> => lease?.close();
  const store: Store = new ConnectedStore(`sqlite:${path}`, sqlite, knex, 'begin immediate', open, release, aside);
  return prepared(store, options).catch((cause: unknown) => {
    throw isNoDatabase(cause)
      ? new TechnicalFault('store-fault', `${filename} is no SQLite database. Name another file.`, { cause })
      : cause;
  });
}

/** By SQLite's code for it. */
const isNoDatabase = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === notADatabase;
const notADatabase = 26;

/**
 * Holds a lock file's exclusive transaction for as long as this process lives. The operating system gives it back
 * when the process ends, however it ends, so that a killed runtime never has to wait for a lease to run out.
 */
function leaseFile(filename: string): DatabaseSync {
  const lease = new DatabaseSync(`${filename}.lease`);
  try {
    lease.exec('pragma busy_timeout = 0; begin exclusive');
    return lease;
  } catch (cause) {
    lease.close();
    throw new TechnicalFault(
      'store-locked',
      `Another Node-RED already works on ${filename}. Stop it, or use PostgreSQL to run several on one store.`,
      { cause },
    );
  }
}
