import type { Database } from '../../lib/store/database';
import type { Store } from '../../lib/store/store';

/** Two transactions that meet: `second` begins when `first` has done its part and has not committed yet. */
export interface Meeting<Second> {
  readonly store: Store;
  readonly first: (db: Database) => Promise<unknown>;
  /** What the store is asked for meanwhile, by itself. */
  readonly second: () => Promise<Second>;
  /** What the first one goes on with, once the second one waits for it or is through. */
  readonly afterwards?: (db: Database) => Promise<unknown>;
  /** What others do at that moment and commit. */
  readonly meanwhile?: () => Promise<unknown>;
}

/**
 * Lets two transactions meet in one certain way, whatever the machine is busy with. SQLite has one transaction at a
 * time: there the second one comes after the first, and what others do comes last.
 */
export async function meet<Second>({ store, first, second, afterwards, meanwhile }: Meeting<Second>): Promise<Second> {
  if (store.dialect.name === 'sqlite') {
    await store.transaction(async (db) => {
      await first(db);
      await afterwards?.(db);
    });
    const result = await second();
    await meanwhile?.();
    return result;
  }
  let begun: Promise<Second> | undefined;
  await store.transaction(async (db) => {
    await first(db);
    begun = second();
    await waitsOrIsOver(store, db, begun);
    await meanwhile?.();
    await afterwards?.(db);
  });
  return begun as Promise<Second>;
}

async function waitsOrIsOver(store: Store, holder: Database, other: Promise<unknown>): Promise<void> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  other.then(end, end);
  const [own] = await holder.all<{ pid: number }>('select pg_backend_pid() as pid');
  const waiting = 'select pid from pg_stat_activity where ?::int = any(pg_blocking_pids(pid))';
  while (!over && (await store.read((db) => db.all(waiting, [own?.pid]))).length === 0);
}
