import '../needs-node';
import { TechnicalFault } from '../domain/faults';
import type { Store } from './connected-store';
import { openPostgres } from './open-postgres';
import { openSqlite } from './open-sqlite';
import type { StoreOptions } from './prepared';

export type { LastStatements, Store } from './connected-store';
export type { StoreOptions } from './prepared';

/**
 * Opens the store at `url` (`sqlite:PATH` or `postgres://…?schema=NAME`) and brings its schema up to date.
 * @throws TechnicalFault `store-away`, `store-locked`, or `store-fault` when the address is not one.
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length), options);
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url, options);
  throw new TechnicalFault(
    'store-fault',
    'The database address must start with sqlite: (sqlite:./data/o2c.sqlite) or postgres:// (postgres://user@host/database).',
  );
}
