import type { Channel } from '../domain/master';
import type { Database, Row } from './database';

/** A message as it came in, with its bytes. */
export interface NewMessage {
  readonly inboxId: number;
  readonly channel: Channel;
  readonly partner: string;
  readonly sourceSystem: string | null;
  /** What identifies the message within its channel and partner: the idempotency key, the file's SHA-256; null when nothing does. */
  readonly messageKey: string | null;
  readonly document: string;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** SHA-256 over the fingerprints of its documents. */
  readonly fingerprint: string;
  /** One order by itself, not a list that may hold several. */
  readonly single: boolean;
  readonly warnings: readonly string[];
  readonly receivedAt: string;
  readonly keyId: string | null;
  /** How it was read, as JSON; null when as usual. */
  readonly reading: string | null;
  /** There when the message is a corrected copy of another one. */
  readonly corrects: Correction | null;
}

/** The message that a person corrected, who did it, and why. */
export interface Correction {
  readonly inboxId: number;
  readonly by: string;
  readonly reason: string | null;
}

export interface MessageIdentity {
  readonly partner: string;
  readonly channel: string;
  readonly messageKey: string;
}

export interface StoredMessage extends MessageIdentity {
  readonly inboxId: number;
  readonly fingerprint: string;
  readonly sha256: string;
}

/** Messages that are there already under these keys. */
export async function findMessages(db: Database, keys: readonly string[]): Promise<StoredMessage[]> {
  if (keys.length === 0) return [];
  const rows = await db.all<{
    inbox_id: number;
    partner: string;
    channel: string;
    message_key: string;
    fingerprint: string;
    sha256: string;
  }>(
    `select inbox_id, partner, channel, message_key, fingerprint, sha256 from inbox_message where ${db.dialect.inList('message_key', 'text')} and message_key is not null`,
    [db.dialect.listOf(keys)],
  );
  return rows.map((row) => ({
    inboxId: row.inbox_id,
    partner: row.partner,
    channel: row.channel,
    messageKey: row.message_key,
    fingerprint: row.fingerprint,
    sha256: row.sha256,
  }));
}

export async function insertMessages(db: Database, messages: readonly NewMessage[]): Promise<void> {
  const rare = messages.some(({ reading, corrects }) => reading !== null || corrects !== null);
  const rows = messages.map(
    (message): Row => ({
      inbox_id: message.inboxId,
      channel: message.channel,
      partner: message.partner,
      source_system: message.sourceSystem,
      message_key: message.messageKey,
      document: message.document,
      content_type: message.contentType,
      bytes: message.bytes,
      size: message.bytes.length,
      sha256: message.sha256,
      fingerprint: message.fingerprint,
      single: message.single ? 1 : 0,
      warnings: JSON.stringify(message.warnings),
      received_at: message.receivedAt,
      key_id: message.keyId,
      ...(rare ? rareColumns(message) : {}),
    }),
  );
  await db.insert('inbox_message', rows);
}

/** What most messages do not have costs them nothing. */
const rareColumns = ({ reading, corrects }: NewMessage): Row => ({
  reading,
  corrects: corrects?.inboxId ?? null,
  correction: corrects === null ? null : JSON.stringify({ by: corrects.by, reason: corrects.reason }),
});
