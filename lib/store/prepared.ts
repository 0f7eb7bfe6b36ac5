import type { Store } from './connected-store';
import { migrate } from './migrate';

export interface StoreOptions {
  /** Most connections at once; PostgreSQL only. */
  readonly connections?: number;
  /** True for a runtime that works the orders: a second one on the same SQLite file is refused. */
  readonly exclusive?: boolean;
  /** Leave the schema as it is, and say so when it is not the newest. */
  readonly migrate?: boolean;
}

/** The store with its schema brought up to date. */
export async function prepared(store: Store, options: StoreOptions): Promise<Store> {
  try {
    if (options.migrate !== false) await store.transaction((db) => migrate(db, new Date().toISOString()));
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
