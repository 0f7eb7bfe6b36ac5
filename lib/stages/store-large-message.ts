import { TechnicalFault } from '../domain/faults';
import type { IntakeLimits } from '../intake/message-content';
import { takenType } from '../intake/read-message';
import { storedReading } from '../intake/reading-settings';
import { findJobs, insertJob } from '../store/import-jobs';
import { findMessages, insertMessages } from '../store/inbox';
import { readGuarded } from './guarded-reader';
import type { Reading } from './import-message';
import { keyConflict } from './known-messages';
import { type ReceivedMessage, sha256Of } from './read-reception';
import type { Reception } from './receive-messages';
import { takeUpAgain } from './sent-again';
import { inTransaction } from './transaction';
import type { StageContext, Work } from './work';

/** A message that is safe on disk, and who reads it now; nobody, when it was here before. */
export interface StoredLargeMessage extends Omit<Reception, 'rejected'> {
  readonly reading?: Reading;
}

/**
 * Stores a large message as it came, before anything of it is read. The same message again leads to the first one.
 * @throws BusinessRejection for what is refused at the door and not kept
 * @throws TechnicalFault `queue-full` while another message under its key is still being read
 */
export async function storeMessage(
  context: StageContext,
  message: ReceivedMessage,
  limits: IntakeLimits,
  reader: string,
): Promise<StoredLargeMessage> {
  takenType({ ...message, limits });
  const sha256 = sha256Of(message.bytes);
  const messageKey = message.channel === 'file' ? sha256 : message.messageKey;
  const stored = await inTransaction(context, 'ingest', async (work) => {
    const known = await knownMessage(work, message, messageKey);
    if (known !== undefined)
      return { ...known, reopened: known.sha256 === sha256 ? await takeUpAgain(work, [known.inboxId]) : [] };
    const inboxId = await insertUnread(work, { ...message, messageKey }, sha256);
    await insertJob(work.db, { inboxId, reader, limits: JSON.stringify(limits) }, work.now);
    return { inboxId };
  });
  const { inboxId } = stored;
  const base = { inboxId, channel: message.channel, partner: message.partner, documents: [] };
  if (!('sha256' in stored)) return { ...base, replayed: false, reading: { inboxId, reader } };
  if (stored.sha256 === sha256) return { ...base, replayed: true, documents: stored.reopened };
  return { ...base, replayed: true, ...(await compared(context, { ...message, messageKey }, limits, stored)) };
}

async function knownMessage(work: Work, { partner, channel }: ReceivedMessage, messageKey: string | null) {
  if (messageKey === null) return undefined;
  const found = await findMessages(work.db, [messageKey]);
  return found.find((stored) => stored.partner === partner && stored.channel === channel);
}

async function insertUnread(work: Work, message: ReceivedMessage, sha256: string): Promise<number> {
  const [inboxId] = (await work.db.take('inbox_message', 1)) as [number];
  const { channel, partner, sourceSystem, messageKey, document, contentType, bytes, receivedAt, keyId } = message;
  await insertMessages(work.db, [
    {
      ...{ inboxId, channel, partner, sourceSystem, messageKey, document, contentType, bytes, receivedAt, keyId },
      ...{ sha256, fingerprint: sha256, single: false, warnings: [], corrects: null },
      reading: storedReading(message),
    },
  ]);
  work.record({
    subject: 'message',
    subjectId: String(inboxId),
    from: null,
    to: 'stored',
    reason: null,
    evidence: { channel, partner, document, contentType, bytes: bytes.length, sha256 },
  });
  return inboxId;
}

/** Other bytes under a known key: the same orders written in another way, or a conflict. Only reading it can tell. */
async function compared(
  context: StageContext,
  message: ReceivedMessage,
  limits: IntakeLimits,
  stored: { readonly inboxId: number; readonly fingerprint: string },
): Promise<Pick<Reception, 'documents' | 'refused'>> {
  const job = (await context.store.read((db) => findJobs(db, [stored.inboxId]))).get(stored.inboxId);
  if (job?.state === 'reading') {
    const words = `The first message under the key ${message.messageKey} is still being read. Try again in a moment.`;
    throw new TechnicalFault('queue-full', words);
  }
  const { fingerprint } = await readGuarded(message, limits);
  if (fingerprint === stored.fingerprint)
    return { documents: await inTransaction(context, 'ingest', (work) => takeUpAgain(work, [stored.inboxId])) };
  return { documents: [], refused: keyConflict(message) };
}
