import { type Database, first } from './database';
import { type DocumentCounts, documentCounts } from './document-queries';
import type { NewMessage } from './inbox';

/** How far a large message is read. */
export interface ImportJob {
  readonly inboxId: number;
  readonly state: 'reading' | 'read';
  /** Documents that are stored already. */
  readonly documents: number;
  /** Documents that the message has; null while nobody knows. */
  readonly expected: number | null;
  readonly startedAt: string;
  readonly readAt: string | null;
}

interface JobRow {
  inbox_id: number;
  state: ImportJob['state'];
  documents: number;
  expected: number | null;
  started_at: string;
  read_at: string | null;
}

const jobOf = (row: JobRow): ImportJob => ({
  inboxId: row.inbox_id,
  state: row.state,
  documents: row.documents,
  expected: row.expected,
  startedAt: row.started_at,
  readAt: row.read_at,
});

/** Of these messages, those that are large. */
export async function findJobs(db: Database, inboxIds: readonly number[]): Promise<Map<number, ImportJob>> {
  if (inboxIds.length === 0) return new Map();
  const rows = await db.all<JobRow>(
    `select inbox_id, state, documents, expected, started_at, read_at from import_job where ${db.dialect.inList('inbox_id', 'bigint')}`,
    [db.dialect.listOf(inboxIds)],
  );
  return new Map(rows.map((row) => [row.inbox_id, jobOf(row)]));
}

/**
 * How far these messages are: the readings of the large ones, and how many documents are in which state. The readings
 * are looked at first: of one that has come to its end all documents are there to be counted.
 */
export async function importProgress(
  db: Database,
  inboxIds: readonly number[],
): Promise<{ jobs: Map<number, ImportJob>; counts: Map<number, DocumentCounts> }> {
  const jobs = await findJobs(db, inboxIds);
  return { jobs, counts: await documentCounts(db, inboxIds) };
}

/** `reader` is who reads it; nobody else may store documents of it. `limits`: of the reading, as JSON. */
export async function insertJob(
  db: Database,
  job: { readonly inboxId: number; readonly reader: string; readonly limits: string },
  now: string,
): Promise<void> {
  await db.insert('import_job', [
    {
      inbox_id: job.inboxId,
      state: 'reading',
      reader: job.reader,
      limits: job.limits,
      attempts: 1,
      documents: 0,
      expected: null,
      started_at: now,
      read_at: null,
      step_at: now,
    },
  ]);
}

/** Says that the message is being read still, with what is new. Returns false when somebody else has taken it over. */
export async function advanceJob(
  db: Database,
  { inboxId, reader }: { readonly inboxId: number; readonly reader: string },
  step: { readonly documents?: number; readonly expected?: number },
  now: string,
): Promise<boolean> {
  const changed = await db.run(
    `update import_job set documents = documents + ?, expected = coalesce(?, expected), step_at = ?
     where inbox_id = ? and reader = ? and state = 'reading'`,
    [step.documents ?? 0, step.expected ?? null, now, inboxId, reader],
  );
  return changed === 1;
}

/** The message is read to its end. Returns false when somebody else has taken it over. */
export async function finishJob(
  db: Database,
  { inboxId, reader }: { readonly inboxId: number; readonly reader: string },
  content: { readonly fingerprint: string; readonly single: boolean; readonly warnings: readonly string[] },
  now: string,
): Promise<boolean> {
  const changed = await db.run(
    "update import_job set state = 'read', read_at = ?, step_at = ? where inbox_id = ? and reader = ? and state = 'reading'",
    [now, now, inboxId, reader],
  );
  await db.run('update inbox_message set fingerprint = ?, single = ?, warnings = ? where inbox_id = ?', [
    content.fingerprint,
    content.single ? 1 : 0,
    JSON.stringify(content.warnings),
    inboxId,
  ]);
  return changed === 1;
}

/** Messages whose reading has not moved since before `before`. */
export async function jobsLeft(db: Database, before: string, limit: number): Promise<number[]> {
  const rows = await db.all<{ inbox_id: number }>(
    "select inbox_id from import_job where state = 'reading' and step_at <= ? order by step_at, inbox_id limit ?",
    [before, limit],
  );
  return rows.map((row) => row.inbox_id);
}

/** Takes over the reading of a message that has not moved since before `before`. Returns false when another was quicker. */
export async function takeOverJob(
  db: Database,
  { inboxId, reader }: { readonly inboxId: number; readonly reader: string },
  before: string,
  now: string,
): Promise<boolean> {
  const changed = await db.run(
    "update import_job set reader = ?, attempts = attempts + 1, step_at = ? where inbox_id = ? and state = 'reading' and step_at <= ?",
    [reader, now, inboxId, before],
  );
  return changed === 1;
}

/** A large message with its bytes, as it has to be read. */
export interface UnreadMessage extends Omit<NewMessage, 'fingerprint' | 'single' | 'warnings' | 'corrects'> {
  /** JSON, as it was given to `insertJob`. */
  readonly limits: string;
  /** How often it was begun. */
  readonly attempts: number;
  /** Documents that are stored already. */
  readonly documents: number;
}

export async function findUnread(db: Database, inboxId: number): Promise<UnreadMessage | undefined> {
  const row = await first<{
    channel: UnreadMessage['channel'];
    partner: string;
    source_system: string | null;
    message_key: string | null;
    document: string;
    content_type: string;
    bytes: Buffer;
    sha256: string;
    received_at: string;
    key_id: string | null;
    reading: string | null;
    limits: string;
    attempts: number;
    documents: number;
  }>(
    db,
    `select m.channel, m.partner, m.source_system, m.message_key, m.document, m.content_type, m.bytes, m.sha256, m.received_at, m.key_id,
       m.reading, j.limits, j.attempts, j.documents
     from import_job j join inbox_message m on m.inbox_id = j.inbox_id where j.inbox_id = ?`,
    [inboxId],
  );
  if (row === undefined) return undefined;
  return {
    inboxId,
    channel: row.channel,
    partner: row.partner,
    sourceSystem: row.source_system,
    messageKey: row.message_key,
    document: row.document,
    contentType: row.content_type,
    bytes: row.bytes,
    sha256: row.sha256,
    receivedAt: row.received_at,
    keyId: row.key_id,
    reading: row.reading,
    limits: row.limits,
    attempts: row.attempts,
    documents: row.documents,
  };
}

/** When the documents of each of these messages changed last. */
export async function lastSteps(db: Database, inboxIds: readonly number[]): Promise<Map<number, string>> {
  if (inboxIds.length === 0) return new Map();
  const rows = await db.all<{ inbox_id: number; last: string }>(
    `select inbox_id, max(step_at) as last from inbox_document where ${db.dialect.inList('inbox_id', 'bigint')} group by inbox_id`,
    [db.dialect.listOf(inboxIds)],
  );
  return new Map(rows.map((row) => [row.inbox_id, row.last]));
}

/** What a watched folder did with a file whose message is decided. Paths are relative to the folder. */
export interface DroppedFile {
  readonly inboxId: number;
  readonly file: string;
  readonly movedTo: string;
  readonly resultFile: string;
  readonly failed: boolean;
  readonly movedAt: string;
}

export async function insertDroppedFile(db: Database, file: DroppedFile): Promise<void> {
  await db.insert(
    'dropped_file',
    [
      {
        inbox_id: file.inboxId,
        moved_to: file.movedTo,
        file: file.file,
        result_file: file.resultFile,
        failed: file.failed ? 1 : 0,
        moved_at: file.movedAt,
      },
    ],
    { onConflict: 'nothing' },
  );
}

/** The newest file of each of these messages. */
export async function findDroppedFiles(db: Database, inboxIds: readonly number[]): Promise<Map<number, DroppedFile>> {
  if (inboxIds.length === 0) return new Map();
  const rows = await db.all<{
    inbox_id: number;
    moved_to: string;
    file: string;
    result_file: string;
    failed: number;
    moved_at: string;
  }>(
    `select inbox_id, moved_to, file, result_file, failed, moved_at from dropped_file
     where ${db.dialect.inList('inbox_id', 'bigint')} order by moved_at`,
    [db.dialect.listOf(inboxIds)],
  );
  return new Map(
    rows.map((row) => [
      row.inbox_id,
      {
        inboxId: row.inbox_id,
        file: row.file,
        movedTo: row.moved_to,
        resultFile: row.result_file,
        failed: row.failed === 1,
        movedAt: row.moved_at,
      },
    ]),
  );
}
