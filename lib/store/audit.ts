import { createHash } from 'node:crypto';
import type { Evidence } from '../domain/order';
import { type Database, together } from './database';

/** One thing that happened, written in the transaction that did it and never changed again. */
export interface AuditRecord {
  readonly at: string;
  readonly actor: string;
  readonly stage: string;
  readonly subject: AuditSubject;
  readonly subjectId: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly evidence: Evidence;
}

export type AuditSubject =
  | 'order'
  | 'message'
  | 'document'
  | 'slip'
  | 'payment'
  | 'credit-note'
  | 'stock'
  | 'master'
  | 'settings'
  | 'key'
  | 'exception'
  | 'edi-answer'
  | 'retention';

/** The text that a link's digest covers. Evidence is digested as the text that is stored. */
export function recordText(
  position: number,
  record: Omit<AuditRecord, 'subject' | 'evidence'> & { readonly subject: string },
  evidence: string,
): string {
  return JSON.stringify([
    position,
    record.at,
    record.actor,
    record.stage,
    record.subject,
    record.subjectId,
    record.from,
    record.to,
    record.reason,
    evidence,
  ]);
}

export function digestOf(recordTexts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of recordTexts) hash.update(text).update('\n');
  return hash.digest('hex');
}

/** A link's hash: of the hash before it, its batch, its number of records and their digest. */
export function linkHash(previous: string, batch: number, records: number, digest: string): string {
  return createHash('sha256').update(`${previous}|${batch}|${records}|${digest}`).digest('hex');
}

/** Writes the records of a transaction that has nothing else to write. Must be its last statements. */
export async function writeAudit(db: Database, records: readonly AuditRecord[], now: string): Promise<void> {
  await appendAudit(db, await takeAuditBatch(db, records), records, now);
}

/** The number under which these records are written; none for none. */
export async function takeAuditBatch(db: Database, records: readonly AuditRecord[]): Promise<number | undefined> {
  return records.length === 0 ? undefined : (await db.take('audit_batch', 1))[0];
}

/**
 * Writes the records of one transaction and links them to the chain. Must be the transaction's last statements: the
 * chain's head stays locked from here to the commit.
 */
export async function appendAudit(
  db: Database,
  batch: number | undefined,
  records: readonly AuditRecord[],
  now: string,
): Promise<void> {
  if (batch === undefined) return;
  const evidence = records.map((record) => JSON.stringify(record.evidence));
  const inserted = db.insert(
    'audit_record',
    records.map((record, position) => ({
      batch,
      position,
      at: record.at,
      actor: record.actor,
      stage: record.stage,
      subject: record.subject,
      subject_id: record.subjectId,
      from_state: record.from,
      to_state: record.to,
      reason: record.reason,
      evidence: evidence[position] as string,
    })),
  );
  const digest = digestOf(
    records.map((record, position) => recordText(position, record, evidence[position] as string)),
  );
  await together([inserted, appendLink(db, batch, records.length, digest, now)]);
}

/** Both databases compute the hash themselves, so that PostgreSQL needs one round trip while the head is locked. */
async function appendLink(db: Database, batch: number, records: number, digest: string, now: string): Promise<void> {
  const covered = `|${batch}|${records}|${digest}`;
  if (db.dialect.name === 'postgres') {
    await db.run(
      `with head as (
         update audit_head set link = link + 1, hash = encode(sha256(convert_to(hash || ?, 'UTF8')), 'hex') where one = 1 returning link, hash
       ) insert into audit_link (link, batch, records, digest, hash, at) select link, ?, ?, ?, hash, ? from head`,
      [covered, batch, records, digest, now],
    );
    return;
  }
  await together([
    db.run('update audit_head set link = link + 1, hash = sha256(hash || ?)', [covered]),
    db.run(
      'insert into audit_link (link, batch, records, digest, hash, at) select link, ?, ?, ?, hash, ? from audit_head',
      [batch, records, digest, now],
    ),
  ]);
}
