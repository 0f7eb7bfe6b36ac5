import type { Evidence } from '../domain/order';
import { type Database, first } from './database';

export const exceptionKinds = [
  'answer-rejected',
  'answer-unwritable',
  'change-request',
  'delivery',
  'interchange-conflict',
  'invoice',
  'stage-stuck',
  'stock-deficit',
  'warehouse-parked',
] as const;
export type ExceptionKind = (typeof exceptionKinds)[number];

/** Something a person has to look at: open until it is resolved, once per kind and subject. */
export interface RaisedException {
  readonly kind: ExceptionKind;
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
  kind: ExceptionKind,
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
  kind: ExceptionKind,
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

/** An exception as it stands; `closedAt` is null while it is open. */
export interface ExceptionEntry extends RaisedException {
  readonly exceptionId: number;
  readonly raisedAt: string;
  readonly closedAt: string | null;
  readonly closedBy: string | null;
  readonly resolution: string | null;
}

interface ExceptionRow {
  exception_id: number;
  kind: ExceptionKind;
  subject: string;
  message: string;
  evidence: string;
  raised_at: string;
  closed_at: string | null;
  closed_by: string | null;
  resolution: string | null;
}

const columns = 'exception_id, kind, subject, message, evidence, raised_at, closed_at, closed_by, resolution';

const entryOf = (row: ExceptionRow): ExceptionEntry => ({
  exceptionId: row.exception_id,
  kind: row.kind,
  subject: row.subject,
  message: row.message,
  evidence: JSON.parse(row.evidence) as Evidence,
  raisedAt: row.raised_at,
  closedAt: row.closed_at,
  closedBy: row.closed_by,
  resolution: row.resolution,
});

/** Exceptions, the newest first. */
export async function findExceptions(
  db: Database,
  selection: {
    readonly isOpen: boolean;
    readonly kind?: ExceptionKind | undefined;
    /** Only those before this one. */
    readonly before?: number | undefined;
  },
  limit: number,
): Promise<ExceptionEntry[]> {
  const { isOpen, kind, before } = selection;
  const rows = await db.all<ExceptionRow>(
    `select ${columns} from exception where closed_at is ${isOpen ? '' : 'not '}null${kind === undefined ? '' : ' and kind = ?'}${before === undefined ? '' : ' and exception_id < ?'} order by exception_id desc limit ?`,
    [...(kind === undefined ? [] : [kind]), ...(before === undefined ? [] : [before]), limit],
  );
  return rows.map(entryOf);
}

export async function findException(db: Database, exceptionId: number): Promise<ExceptionEntry | undefined> {
  const row = await first<ExceptionRow>(db, `select ${columns} from exception where exception_id = ?`, [exceptionId]);
  return row === undefined ? undefined : entryOf(row);
}

/** Closes this one. Returns false when it is not open any more. */
export async function closeOneException(
  db: Database,
  exceptionId: number,
  {
    closedAt,
    closedBy,
    resolution,
  }: { readonly closedAt: string; readonly closedBy: string; readonly resolution: string },
): Promise<boolean> {
  const sql =
    'update exception set closed_at = ?, closed_by = ?, resolution = ? where exception_id = ? and closed_at is null';
  return (await db.run(sql, [closedAt, closedBy, resolution, exceptionId])) > 0;
}
