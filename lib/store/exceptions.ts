import type { Evidence } from '../domain/order';
import type { Database } from './database';

/** Something a person has to look at: open until it is resolved, once per kind and subject. */
export interface RaisedException {
  readonly kind: 'delivery' | 'invoice' | 'stock-deficit' | 'warehouse-parked' | 'late-delivery';
  readonly subject: string;
  readonly message: string;
  readonly evidence: Evidence;
}

export async function raiseExceptions(db: Database, raised: readonly RaisedException[], now: string): Promise<void> {
  if (raised.length === 0) return;
  const ids = await db.take('exception', raised.length);
  const rows = raised.map((exception, i) => ({
    exception_id: ids[i] as number,
    kind: exception.kind,
    subject: exception.subject,
    message: exception.message,
    evidence: JSON.stringify(exception.evidence),
    raised_at: now,
  }));
  await db.insert('exception', rows, { onConflict: 'nothing' });
}

/** Closes an open exception. Returns false when there was none. */
export async function closeException(db: Database, kind: RaisedException['kind'], subject: string, by: string, resolution: string, now: string): Promise<boolean> {
  const closed = await db.run('update exception set closed_at = ?, closed_by = ?, resolution = ? where kind = ? and subject = ? and closed_at is null', [
    now,
    by,
    resolution,
    kind,
    subject,
  ]);
  return closed > 0;
}
