import type { Database } from './database';
import type { Store } from './store';

/** Reads many statements as of one instant, whatever is written meanwhile; nothing is written. */
export function inSnapshot<T>(store: Store, read: (db: Database) => Promise<T>): Promise<T> {
  return store.read(async (db) => {
    try {
      // A deferred transaction of SQLite keeps the state of its first read; the word itself locks nothing.
      await db.run(db.dialect.name === 'postgres' ? 'begin isolation level repeatable read, read only' : 'begin');
      return await read(db);
    } finally {
      await db.run('rollback');
    }
  });
}
