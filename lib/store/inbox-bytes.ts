import { type Database, first } from './database';
import type { NewMessage } from './inbox';

/** A message with all that is needed to read it again. */
export type KeptMessage = Pick<
  NewMessage,
  | 'inboxId'
  | 'channel'
  | 'partner'
  | 'sourceSystem'
  | 'messageKey'
  | 'document'
  | 'contentType'
  | 'sha256'
  | 'receivedAt'
  | 'keyId'
  | 'reading'
>;

interface KeptRow {
  inbox_id: number;
  channel: KeptMessage['channel'];
  partner: string;
  source_system: string | null;
  message_key: string | null;
  document: string;
  content_type: string;
  sha256: string;
  received_at: string;
  key_id: string | null;
  reading: string | null;
}

export async function keptMessages(db: Database, inboxIds: readonly number[]): Promise<KeptMessage[]> {
  const rows = await db.all<KeptRow>(
    `select inbox_id, channel, partner, source_system, message_key, document, content_type, sha256, received_at, key_id, reading
     from inbox_message where ${db.dialect.inList('inbox_id', 'bigint')} order by inbox_id`,
    [db.dialect.listOf(inboxIds)],
  );
  return rows.map((row) => ({
    inboxId: row.inbox_id,
    channel: row.channel,
    partner: row.partner,
    sourceSystem: row.source_system,
    messageKey: row.message_key,
    document: row.document,
    contentType: row.content_type,
    sha256: row.sha256,
    receivedAt: row.received_at,
    keyId: row.key_id,
    reading: row.reading,
  }));
}

/** All bytes of a message as they came in, or none and when they were dropped, because they were kept long enough. */
export async function readBytes(
  db: Database,
  inboxId: number,
): Promise<{ readonly bytes: Buffer; readonly droppedAt: string | null }> {
  const row = await first<{ bytes: Uint8Array; bytes_dropped_at: string | null }>(
    db,
    'select bytes, bytes_dropped_at from inbox_message where inbox_id = ?',
    [inboxId],
  );
  return { bytes: Buffer.from(row?.bytes ?? []), droppedAt: row?.bytes_dropped_at ?? null };
}

/** Drops the bytes of these messages and nothing else: row, size and SHA-256 stay. */
export async function dropBytes(db: Database, inboxIds: readonly number[], now: string): Promise<void> {
  await db.run(
    `update inbox_message set bytes = ?, bytes_dropped_at = ? where ${db.dialect.inList('inbox_id', 'bigint')} and bytes_dropped_at is null`,
    [Buffer.alloc(0), now, db.dialect.listOf(inboxIds)],
  );
}

/** How a message is read from now on. */
export async function changeReading(db: Database, inboxId: number, reading: string | null): Promise<void> {
  await db.run('update inbox_message set reading = ? where inbox_id = ?', [reading, inboxId]);
}

export interface OldMessage {
  readonly inboxId: number;
  readonly receivedAt: string;
  /** bytes */
  readonly size: number;
  readonly isDropped: boolean;
}

/** The next messages after one, in the order in which they came. */
export async function messagesAfter(db: Database, inboxId: number, count: number): Promise<OldMessage[]> {
  const rows = await db.all<{ inbox_id: number; received_at: string; size: number; dropped: number }>(
    `select inbox_id, received_at, size, case when bytes_dropped_at is null then 0 else 1 end as dropped
     from inbox_message where inbox_id > ? order by inbox_id limit ${count}`,
    [inboxId],
  );
  return rows.map((row) => ({
    inboxId: row.inbox_id,
    receivedAt: row.received_at,
    size: row.size,
    isDropped: Number(row.dropped) === 1,
  }));
}

/**
 * Of these messages, those that are still being read, and those with a document that waits for its verdict or for a
 * person, or had something happen to it since a time.
 */
export async function messagesInUse(
  db: Database,
  inboxIds: readonly number[],
  since: string,
): Promise<ReadonlySet<number>> {
  if (inboxIds.length === 0) return new Set();
  const rows = await db.all<{ inbox_id: number }>(
    `select distinct inbox_id from inbox_document
     where ${db.dialect.inList('inbox_id', 'bigint')} and (state in ('stored', 'parked') or step_at >= ?)
     union select inbox_id from import_job where ${db.dialect.inList('inbox_id', 'bigint')} and state = 'reading'`,
    [db.dialect.listOf(inboxIds), since, db.dialect.listOf(inboxIds)],
  );
  return new Set(rows.map((row) => row.inbox_id));
}
