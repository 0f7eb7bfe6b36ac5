import type { Channel } from '../domain/master';
import { Conditions, containing, foundIn } from './conditions';
import { type Database, first } from './database';
import { type DocumentState, hasFailed, inState } from './document-queries';
import type { Correction } from './inbox';

/** A message without its bytes. */
export interface InboxEntry {
  readonly inboxId: number;
  readonly channel: Channel;
  readonly partner: string;
  readonly sourceSystem: string | null;
  readonly document: string;
  readonly contentType: string;
  /** bytes */
  readonly size: number;
  readonly sha256: string;
  readonly single: boolean;
  readonly warnings: readonly string[];
  readonly receivedAt: string;
  /** The message that this one is a corrected copy of, by whom and why. */
  readonly corrects: Correction | null;
  /** When its bytes were dropped; null while they are there. */
  readonly bytesDroppedAt: string | null;
}

interface EntryRow {
  inbox_id: number;
  channel: InboxEntry['channel'];
  partner: string;
  source_system: string | null;
  document: string;
  content_type: string;
  size: number;
  sha256: string;
  single: number;
  warnings: string;
  received_at: string;
  corrects: number | null;
  correction: string | null;
  bytes_dropped_at: string | null;
}

const entryColumns =
  'inbox_id, channel, partner, source_system, document, content_type, size, sha256, single, warnings, received_at, corrects, correction, bytes_dropped_at';

const entryOf = (row: EntryRow): InboxEntry => ({
  inboxId: row.inbox_id,
  channel: row.channel,
  partner: row.partner,
  sourceSystem: row.source_system,
  document: row.document,
  contentType: row.content_type,
  size: row.size,
  sha256: row.sha256,
  single: row.single === 1,
  warnings: JSON.parse(row.warnings) as string[],
  receivedAt: row.received_at,
  corrects:
    row.corrects === null || row.correction === null
      ? null
      : { inboxId: row.corrects, ...(JSON.parse(row.correction) as Omit<Correction, 'inboxId'>) },
  bytesDroppedAt: row.bytes_dropped_at,
});

export async function findMessage(db: Database, inboxId: number): Promise<InboxEntry | undefined> {
  const row = await first<EntryRow>(db, `select ${entryColumns} from inbox_message where inbox_id = ?`, [inboxId]);
  return row === undefined ? undefined : entryOf(row);
}

/** The first `count` bytes of a message as it came in. */
export async function messageBytes(db: Database, inboxId: number, count: number): Promise<Buffer> {
  const row = await first<{ head: Uint8Array }>(
    db,
    `select substr(bytes, 1, ${count}) as head from inbox_message where inbox_id = ?`,
    [inboxId],
  );
  return Buffer.from(row?.head ?? []);
}

/** Times are ISO 8601 UTC texts of when the message was received. */
export interface InboxSelection {
  /** Messages with at least one document in this state. */
  readonly state?: DocumentState | undefined;
  readonly code?: string | undefined;
  /** Found in the name of the message's document, or in one of its PO numbers. */
  readonly text?: string | undefined;
  readonly channel?: string | undefined;
  readonly partner?: string | undefined;
  readonly from?: string | undefined;
  /** exclusive */
  readonly until?: string | undefined;
  readonly before?: number | undefined;
}

/** Messages, newest first, at most `count`. */
export async function findInbox(db: Database, selection: InboxSelection, count: number): Promise<InboxEntry[]> {
  const conditions = new Conditions()
    .when('channel = ?', selection.channel)
    .when('partner = ?', selection.partner)
    .when('received_at >= ?', selection.from)
    .when('received_at < ?', selection.until)
    .when('inbox_id < ?', selection.before);
  if (selection.state !== undefined || selection.code !== undefined) addDocuments(conditions, selection);
  if (selection.text !== undefined) {
    const text = containing(selection.text);
    conditions.add(
      `(${foundIn('inbox_message.document')} or exists (select 1 from inbox_document d
         where d.inbox_id = inbox_message.inbox_id and ${foundIn('d.po_number')}))`,
      text,
      text,
    );
  }
  const rows = await db.all<EntryRow>(
    `select ${entryColumns} from inbox_message ${conditions.where} order by inbox_id desc limit ${count}`,
    conditions.values,
  );
  return rows.map(entryOf);
}

/** Nearly every message has an accepted document; of what else is asked for there is less: it is looked up first. */
function addDocuments(conditions: Conditions, { state, code }: Pick<InboxSelection, 'state' | 'code'>): void {
  const ofDocument = new Conditions();
  if (state !== undefined) ofDocument.add(inState(state));
  ofDocument.when(`${hasFailed} and d.code = ?`, code);
  if (state === 'accepted') ofDocument.add('d.inbox_id = inbox_message.inbox_id');
  const found = state === 'accepted' ? 'exists (select 1' : 'inbox_id in (select d.inbox_id';
  conditions.add(`${found} from inbox_document d ${ofDocument.where})`, ...ofDocument.values);
}

/** Of these messages, those whose documents all have their verdict: all are read, none waits, and every order is past its checks. */
export async function findDecided(db: Database, inboxIds: readonly number[]): Promise<Set<number>> {
  if (inboxIds.length === 0) return new Set();
  const rows = await db.all<{ inbox_id: number }>(
    `select m.inbox_id from inbox_message m where ${db.dialect.inList('m.inbox_id', 'bigint')} and not exists (
       select 1 from inbox_document d left join sales_order_state o on o.order_id = d.order_id
       where d.inbox_id = m.inbox_id and (d.state = 'stored' or (d.state in ('accepted', 'duplicate') and o.status = 'Created')))
       and not exists (select 1 from import_job j where j.inbox_id = m.inbox_id and j.state = 'reading')`,
    [db.dialect.listOf(inboxIds)],
  );
  return new Set(rows.map((row) => row.inbox_id));
}
