import { createHash, hash } from 'node:crypto';
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

/** The text that a record's digest covers. Evidence is digested as the text that is stored. */
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

/** What a link keeps of its records: a digest that proves them all, and a mark of each that tells which one differs. */
export interface BatchProof {
  readonly digest: string;
  readonly marks: string;
}

/** Characters of a record's digest that its link keeps: 48 bits. */
const markLength = 8;

const markIn = (digest: string): string => digest.slice(0, markLength);

/** A record is hashed once: the batch's digest is that of its records' digests, a mark is the beginning of one. */
export function proofOf(recordTexts: readonly string[]): BatchProof {
  let digests = '';
  let marks = '';
  for (const text of recordTexts) {
    const digest = recordDigest(text);
    digests += digest;
    marks += markIn(digest);
  }
  return { digest: hash('sha256', digests), marks };
}

const recordDigest = (text: string): string => hash('sha256', text, 'base64');

export const markOf = (recordText: string): string => markIn(recordDigest(recordText));

/** The marks of a link, one a record. */
export const marksIn = (marks: string): string[] => marks.match(new RegExp(`.{1,${markLength}}`, 'g')) ?? [];

/** The digest of a link from before links had marks. */
export function digestWithoutMarks(recordTexts: readonly string[]): string {
  const sha256 = createHash('sha256');
  for (const text of recordTexts) sha256.update(`${text}\n`);
  return sha256.digest('hex');
}

/** What a link's hash covers beside the hash before it. A link from before links had marks covers none. */
const covered = (batch: number, records: number, { digest, marks }: { digest: string; marks: string | null }): string =>
  `|${batch}|${records}|${digest}${marks === null ? '' : `|${marks}`}`;

/** A link's hash: of the hash before it, its batch, its number of records, their digest and their marks. */
export function linkHash(
  previous: string,
  link: { readonly batch: number; readonly records: number; readonly digest: string; readonly marks: string | null },
): string {
  return hash('sha256', previous + covered(link.batch, link.records, link));
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
  const proof = proofOf(records.map((record, position) => recordText(position, record, evidence[position] as string)));
  await together([inserted, appendLink(db, batch, records.length, proof, now)]);
}

/** Both databases compute the hash themselves, so that PostgreSQL needs one round trip while the head is locked. */
async function appendLink(db: Database, batch: number, records: number, proof: BatchProof, now: string): Promise<void> {
  const values = [batch, records, proof.digest, proof.marks, now];
  if (db.dialect.name === 'postgres') {
    await db.run(
      `with head as (
         update audit_head set link = link + 1, hash = encode(sha256(convert_to(hash || ?, 'UTF8')), 'hex') where one = 1 returning link, hash
       ) insert into audit_link (link, batch, records, digest, marks, hash, at) select link, ?, ?, ?, ?, hash, ? from head`,
      [covered(batch, records, proof), ...values],
    );
    return;
  }
  await together([
    db.run('update audit_head set link = link + 1, hash = sha256(hash || ?)', [covered(batch, records, proof)]),
    db.run(
      'insert into audit_link (link, batch, records, digest, marks, hash, at) select link, ?, ?, ?, ?, hash, ? from audit_head',
      values,
    ),
  ]);
}
