import type { Evidence } from '../domain/order';
import type { Database } from './database';

/** Something a person has to look at: open until it is resolved, once per kind and subject. */
export interface RaisedException {
  readonly kind:
    | 'answer-rejected'
    | 'answer-unwritable'
    | 'change-request'
    | 'delivery'
    | 'interchange-conflict'
    | 'invoice'
    | 'stock-deficit'
    | 'warehouse-parked'
    | 'late-delivery'
    | 'stage-stuck';
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
export async function closeException(
  db: Database,
  kind: RaisedException['kind'],
  subject: string,
  by: string,
  resolution: string,
  now: string,
): Promise<boolean> {
  return (await closeExceptions(db, kind, [subject], by, resolution, now)) > 0;
}

/** Closes those of these exceptions that are open. Returns how many. */
export async function closeExceptions(
  db: Database,
  kind: RaisedException['kind'],
  subjects: readonly string[],
  by: string,
  resolution: string,
  now: string,
): Promise<number> {
  return db.run(
    `update exception set closed_at = ?, closed_by = ?, resolution = ? where kind = ? and closed_at is null and ${db.dialect.inList('subject', 'text')}`,
    [now, by, resolution, kind, db.dialect.listOf([...new Set(subjects)])],
  );
}
