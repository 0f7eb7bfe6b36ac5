import { type Circuit, closedCircuit } from '../domain/circuit-breaker';
import { type Database, first } from './database';

/** The warehouses that goods were ever counted in or sent from. */
export async function loadWarehouses(db: Database): Promise<Set<string>> {
  const rows = await db.all<{ warehouse: string }>('select warehouse from warehouse');
  return new Set(rows.map((row) => row.warehouse));
}

/** Makes sure that these warehouses are known. */
export async function registerWarehouses(db: Database, warehouses: Iterable<string>): Promise<void> {
  const rows = [...new Set(warehouses)].sort().map((warehouse) => ({ warehouse, failures: 0, open_until: null }));
  await db.insert('warehouse', rows, { onConflict: 'nothing' });
}

/** The warehouse's circuit: one state for all instances. */
export async function readCircuit(db: Database, warehouse: string): Promise<Circuit> {
  const row = await first<{ failures: number; open_until: string | null }>(
    db,
    'select failures, open_until from warehouse where warehouse = ?',
    [warehouse],
  );
  return row === undefined ? closedCircuit : { failures: row.failures, openUntil: row.open_until };
}

/** Replaces the circuit, if it is still the one that was read; returns false when another instance was first. */
export async function changeCircuit(db: Database, warehouse: string, from: Circuit, to: Circuit): Promise<boolean> {
  if (from.failures === to.failures && from.openUntil === to.openUntil) return true;
  await registerWarehouses(db, [warehouse]);
  const changed = await db.run(
    "update warehouse set failures = ?, open_until = ? where warehouse = ? and failures = ? and coalesce(open_until, '') = ?",
    [to.failures, to.openUntil, warehouse, from.failures, from.openUntil ?? ''],
  );
  return changed === 1;
}
