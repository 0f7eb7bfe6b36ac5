import { type AuditRecord, recordText } from './audit';
import { type Database, first } from './database';

export interface AuditLink {
  readonly link: number;
  readonly batch: number;
  readonly records: number;
  readonly digest: string;
  /** null: made before links had marks, so that it does not tell which of its records differs */
  readonly marks: string | null;
  readonly hash: string;
  readonly at: string;
}

export interface AuditHead {
  readonly link: number;
  readonly hash: string;
}

/** A record as it is stored, with its place. */
export interface StoredRecord extends Omit<AuditRecord, 'evidence' | 'subject'> {
  readonly batch: number;
  readonly position: number;
  readonly subject: string;
  /** JSON text */
  readonly evidence: string;
}

interface RecordRow {
  batch: number;
  position: number;
  at: string;
  actor: string;
  stage: string;
  subject: string;
  subject_id: string;
  from_state: string | null;
  to_state: string | null;
  reason: string | null;
  evidence: string;
}

/** What stands before the first link. */
export const origin: AuditHead = { link: 0, hash: '0'.repeat(64) };

export async function auditHead(db: Database): Promise<AuditHead> {
  return (await first<AuditHead>(db, 'select link, hash from audit_head')) ?? origin;
}

/** The links after one, ascending. */
export function linksAfter(db: Database, after: number, count: number): Promise<AuditLink[]> {
  return db.all<AuditLink>(
    `select link, batch, records, digest, marks, hash, at from audit_link where link > ? order by link limit ${count}`,
    [after],
  );
}

/** The records of these batches, each batch in its order. */
export async function recordsOf(db: Database, batches: readonly number[]): Promise<Map<number, StoredRecord[]>> {
  const rows = await db.all<RecordRow>(
    `select batch, position, at, actor, stage, subject, subject_id, from_state, to_state, reason, evidence from audit_record
     where ${db.dialect.inList('batch', 'bigint')} order by batch, position`,
    [db.dialect.listOf(batches)],
  );
  const records = rows.map(({ subject_id, from_state, to_state, ...row }) => ({
    ...row,
    subjectId: subject_id,
    from: from_state,
    to: to_state,
  }));
  return Map.groupBy(records, ({ batch }) => batch);
}

/** The first record that no link covers. */
export async function firstUnlinked(db: Database): Promise<{ batch: number; position: number } | undefined> {
  return first(
    db,
    'select r.batch, r.position from audit_record r where not exists (select 1 from audit_link l where l.batch = r.batch) order by r.batch, r.position limit 1',
  );
}

/** The text of a record that its digest covers, as if it stood at `position`. */
export const textAt = (record: StoredRecord, position: number): string => recordText(position, record, record.evidence);
