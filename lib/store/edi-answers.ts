import type { EdiStandard } from '../intake/edi/interchange';
import { type Database, first, type Row } from './database';

/** `ready` to be sent; `sent`; then what the partner's system said of it. */
export type AnswerState = 'ready' | 'sent' | 'acknowledged' | 'rejected';

/** One interchange of ours, as it goes out. */
export interface EdiAnswer {
  readonly answerId: number;
  readonly partner: string;
  readonly standard: EdiStandard;
  /** `997`, `TA1`, `CONTRL`, `855`, `ORDRSP`, `856`, `DESADV`, `810`, `INVOIC`, … */
  readonly kind: string;
  /** What it answers: `interchange 12`, `order 7`, … */
  readonly subject: string;
  /** null: a TA1 that answers under the number of what it answers */
  readonly interchangeNumber: number | null;
  readonly groupNumber: number | null;
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly wantsAcknowledgement: boolean;
}

export interface AnswerEntry extends Omit<EdiAnswer, 'bytes'> {
  readonly state: AnswerState;
  readonly words: string | null;
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly acknowledgedAt: string | null;
}

/** Answers that are there already stay: a subject is answered once, under one control number. */
export async function insertAnswers(db: Database, answers: readonly EdiAnswer[], now: string): Promise<void> {
  const rows = answers.map(
    (answer): Row => ({
      answer_id: answer.answerId,
      partner: answer.partner,
      standard: answer.standard,
      kind: answer.kind,
      subject: answer.subject,
      interchange_number: answer.interchangeNumber,
      group_number: answer.groupNumber,
      file_name: answer.fileName,
      content_type: answer.contentType,
      bytes: answer.bytes,
      state: 'ready',
      wants_acknowledgement: answer.wantsAcknowledgement ? 1 : 0,
      words: null,
      created_at: now,
      taken_until: null,
      sent_at: null,
      acknowledged_at: null,
    }),
  );
  await db.insert('edi_answer', rows);
}

interface AnswerRow {
  answer_id: number;
  partner: string;
  standard: EdiStandard;
  kind: string;
  subject: string;
  interchange_number: number | null;
  group_number: number | null;
  file_name: string;
  content_type: string;
  bytes: Uint8Array;
  wants_acknowledgement: number;
  state: AnswerState;
  words: string | null;
  created_at: string;
  sent_at: string | null;
  acknowledged_at: string | null;
}

const entryColumns =
  'answer_id, partner, standard, kind, subject, interchange_number, group_number, file_name, content_type, wants_acknowledgement, state, words, created_at, sent_at, acknowledged_at';

const entryOf = (row: Omit<AnswerRow, 'bytes'>): AnswerEntry => ({
  answerId: row.answer_id,
  partner: row.partner,
  standard: row.standard,
  kind: row.kind,
  subject: row.subject,
  interchangeNumber: row.interchange_number,
  groupNumber: row.group_number,
  fileName: row.file_name,
  contentType: row.content_type,
  wantsAcknowledgement: row.wants_acknowledgement === 1,
  state: row.state,
  words: row.words,
  createdAt: row.created_at,
  sentAt: row.sent_at,
  acknowledgedAt: row.acknowledged_at,
});

const answerOf = (row: AnswerRow): EdiAnswer & Pick<AnswerEntry, 'state'> => ({
  ...entryOf(row),
  bytes: Buffer.from(row.bytes),
});

/** SQL: of answers that are not done with. SQLite takes an index on some rows only where the words of its condition are said. */
const isOpen = "state in ('ready', 'sent')";

/** What is ready to go out, of these partners or of all, the oldest first; nobody else takes it until the transaction ends. */
export async function takeReadyAnswers(
  db: Database,
  selection: { readonly partner?: string; readonly kinds?: readonly string[] },
  now: string,
  limit: number,
): Promise<EdiAnswer[]> {
  const partner = selection.partner === undefined ? '' : ' and partner = ?';
  const kinds = selection.kinds === undefined ? '' : ` and ${db.dialect.inList('kind', 'text')}`;
  const values: unknown[] = [now];
  if (selection.partner !== undefined) values.push(selection.partner);
  if (selection.kinds !== undefined) values.push(db.dialect.listOf(selection.kinds));
  const rows = await db.all<AnswerRow>(
    `select ${entryColumns}, bytes from edi_answer where ${isOpen} and state = 'ready' and (taken_until is null or taken_until <= ?)${partner}${kinds} order by answer_id limit ? ${db.dialect.lockFreeRows}`,
    [...values, limit],
  );
  return rows.map(answerOf);
}

/** The answers to certain subjects, whatever became of them. */
export async function answersTo(
  db: Database,
  subjects: readonly string[],
): Promise<(EdiAnswer & Pick<AnswerEntry, 'state'>)[]> {
  if (subjects.length === 0) return [];
  const rows = await db.all<AnswerRow>(
    `select ${entryColumns}, bytes from edi_answer where ${db.dialect.inList('subject', 'text')} order by answer_id`,
    [db.dialect.listOf([...new Set(subjects)])],
  );
  return rows.map(answerOf);
}

/** What acknowledges the syntax of an interchange: of its first group, and of the interchange as a whole. */
export const interchangeSubject = (interchangeId: number): string => `interchange ${interchangeId}`;
/** What acknowledges a further group of an interchange, the second one being 2. */
export const groupSubject = (interchangeId: number, group: number): string =>
  `${interchangeSubject(interchangeId)} group ${group}`;

/** The acknowledgements of all interchanges and groups that came with these messages, in the order of their numbers. */
export async function acknowledgementsOf(db: Database, inboxIds: readonly number[]): Promise<EdiAnswer[]> {
  if (inboxIds.length === 0) return [];
  const columns = entryColumns.replaceAll(/\w+/g, (column) => `a.${column}`);
  const rows = await db.all<AnswerRow>(
    `select ${columns}, a.bytes from edi_interchange i join edi_answer a on a.kind in ('TA1', '997', '999', 'CONTRL')
       and a.subject >= 'interchange ' || i.interchange_id and a.subject < 'interchange ' || i.interchange_id || ' group~'
     where ${db.dialect.inList('i.inbox_id', 'bigint')} order by a.answer_id`,
    [db.dialect.listOf([...new Set(inboxIds)])],
  );
  return rows.map(answerOf);
}

/** Nobody else takes them until then. */
export async function leaseAnswers(db: Database, answerIds: readonly number[], until: string): Promise<void> {
  if (answerIds.length === 0) return;
  await db.run(`update edi_answer set taken_until = ? where ${db.dialect.inList('answer_id', 'bigint')}`, [
    until,
    db.dialect.listOf(answerIds),
  ]);
}

export async function markSent(db: Database, answerIds: readonly number[], now: string): Promise<void> {
  if (answerIds.length === 0) return;
  await db.run(
    `update edi_answer set state = 'sent', sent_at = ? where state = 'ready' and ${db.dialect.inList('answer_id', 'bigint')}`,
    [now, db.dialect.listOf(answerIds)],
  );
}

/** Asked for again, or not delivered: the same bytes go out once more. */
export async function sendAgain(db: Database, answerIds: readonly number[]): Promise<void> {
  if (answerIds.length === 0) return;
  await db.run(
    `update edi_answer set state = 'ready', taken_until = null where state in ('ready', 'sent') and ${db.dialect.inList('answer_id', 'bigint')}`,
    [db.dialect.listOf(answerIds)],
  );
}

/** Our interchange or group of this number; numbers are a partner's and a standard's own. */
export async function findAnswer(
  db: Database,
  partner: string,
  standard: EdiStandard,
  number: { readonly of: 'interchange' | 'group'; readonly value: number },
): Promise<AnswerEntry | undefined> {
  const column = number.of === 'interchange' ? 'interchange_number' : 'group_number';
  const row = await first<AnswerRow>(
    db,
    `select ${entryColumns} from edi_answer where partner = ? and standard = ? and ${column} = ? and kind <> 'TA1' order by answer_id desc limit 1`,
    [partner, standard, number.value],
  );
  return row === undefined ? undefined : entryOf(row);
}

export async function saveAcknowledgement(
  db: Database,
  answerId: number,
  acknowledgement: { readonly state: 'acknowledged' | 'rejected'; readonly words: string | null },
  now: string,
): Promise<void> {
  await db.run('update edi_answer set state = ?, words = ?, acknowledged_at = ? where answer_id = ?', [
    acknowledgement.state,
    acknowledgement.words,
    now,
    answerId,
  ]);
}

/** When the answers that wait for their partner's acknowledgement were sent: the oldest, and how many, by partner and hour. */
export function sentAnswers(
  db: Database,
): Promise<{ partner: string; hour: string; oldest: string; answers: number }[]> {
  return db.all(
    `select partner, substr(sent_at, 1, 13) as hour, min(sent_at) as oldest, count(*) as answers from edi_answer
     where ${isOpen} and state = 'sent' and wants_acknowledgement = 1 group by partner, substr(sent_at, 1, 13) order by partner, min(sent_at)`,
  );
}

/** Answers as they stand, the newest first, without their bytes. */
export async function findAnswers(
  db: Database,
  selection: {
    readonly partner?: string | undefined;
    readonly state?: AnswerState | undefined;
    readonly kind?: string | undefined;
    /** Only those before this one. */
    readonly before?: number | undefined;
  },
  limit: number,
): Promise<AnswerEntry[]> {
  const { partner, state, kind, before } = selection;
  const wanted = Object.entries({ partner, state, kind }).filter(([, value]) => value !== undefined);
  const conditions = wanted.map(([column]) => ` and ${column} = ?`).join('');
  const rows = await db.all<Omit<AnswerRow, 'bytes'>>(
    `select ${entryColumns} from edi_answer where true${conditions}${before === undefined ? '' : ' and answer_id < ?'} order by answer_id desc limit ?`,
    [...wanted.map(([, value]) => value), ...(before === undefined ? [] : [before]), limit],
  );
  return rows.map(entryOf);
}

export async function findAnswerById(db: Database, answerId: number): Promise<AnswerEntry | undefined> {
  const row = await first<Omit<AnswerRow, 'bytes'>>(db, `select ${entryColumns} from edi_answer where answer_id = ?`, [
    answerId,
  ]);
  return row === undefined ? undefined : entryOf(row);
}

export async function bytesOfAnswer(db: Database, answerId: number): Promise<Buffer | undefined> {
  const row = await first<{ bytes: Uint8Array }>(db, 'select bytes from edi_answer where answer_id = ?', [answerId]);
  return row === undefined ? undefined : Buffer.from(row.bytes);
}

/** Locks the answer, so that it goes out again once for each that asks. */
export async function lockAnswer(db: Database, answerId: number): Promise<AnswerEntry | undefined> {
  const row = await first<Omit<AnswerRow, 'bytes'>>(
    db,
    `select ${entryColumns} from edi_answer where answer_id = ? ${db.dialect.lockRows}`,
    [answerId],
  );
  return row === undefined ? undefined : entryOf(row);
}

/** A person wants it to go out again, whatever the partner has said of it: the same bytes, and its word is waited for anew. */
export async function makeReady(db: Database, answerId: number): Promise<void> {
  await db.run(
    "update edi_answer set state = 'ready', words = null, taken_until = null, sent_at = null, acknowledged_at = null where answer_id = ?",
    [answerId],
  );
}
