import { BusinessRejection } from '../domain/faults';
import { readingOf } from '../intake/reading-settings';
import { keptMessages } from '../store/inbox-bytes';
import { dueNow, failedDocumentsOf } from '../store/inbox-replay';
import { readGuarded } from './guarded-reader';
import { intakeLimits } from './intake-limits';
import type { ReceivedMessage } from './read-reception';
import { type Reception, receiveMessages } from './receive-messages';
import type { StageContext } from './work';

/** A corrected copy of a message that failed. */
export interface CorrectionRequest {
  readonly inboxId: number;
  readonly bytes: Buffer;
  /** That of the message which is corrected when nothing is said. */
  readonly contentType?: string | undefined;
  /** Who corrects, and why. */
  readonly by: string;
  readonly reason: string | null;
  /** The key that was used, if any. */
  readonly keyId?: string | null | undefined;
}

export interface CorrectionOutcome extends Reception {
  /** Documents of the message before that failed and are not in the corrected copy. */
  readonly left: number;
}

/**
 * Takes a corrected copy in as a message of its own, of the same partner and channel, linked to the one it corrects:
 * the bytes that came first stay as they are for ever, and their failed documents say by which message they were
 * replaced. Its orders are made as those of any message, and their identity keeps them from being made twice. The same
 * copy again changes nothing.
 * @throws BusinessRejection `not-found`, `illegal-transition` when nothing is left to correct, `conflicting-values` for a
 * copy that is no other, and what is refused at the door
 */
export async function correctMessage(context: StageContext, request: CorrectionRequest): Promise<CorrectionOutcome> {
  const { inboxId } = request;
  const [original] = await context.store.read((db) => keptMessages(db, [inboxId]));
  if (original === undefined) throw new BusinessRejection('not-found', `There is no message ${inboxId} in the inbox.`);
  const message: ReceivedMessage = {
    bytes: request.bytes,
    contentType: request.contentType ?? original.contentType,
    channel: original.channel,
    partner: original.partner,
    sourceSystem: original.sourceSystem,
    messageKey: null,
    document: original.document,
    receivedAt: context.clock(),
    keyId: request.keyId ?? null,
    ...readingOf(original.reading),
    corrects: { inboxId, by: request.by, reason: request.reason },
  };
  const read = await readGuarded(message, await intakeLimits(context));
  if (read.sha256 === original.sha256) {
    const words = `The copy is the same as message ${inboxId}, byte by byte. Correct it, or replay the message as it is.`;
    throw new BusinessRejection('conflicting-values', words);
  }
  const messageKey = read.message.messageKey ?? `corrects ${inboxId}: ${read.sha256}`;
  const [reception] = await receiveMessages(context, [{ ...read, message: { ...read.message, messageKey } }]);
  return { ...(reception as Reception), left: await takenUp(context, inboxId, reception as Reception) };
}

/** Lets the new documents be taken up at once, and counts what of the message before is left. */
function takenUp(context: StageContext, inboxId: number, { documents }: Reception): Promise<number> {
  return context.store.transaction(async (db) => {
    await dueNow(
      db,
      documents.map(({ documentId }) => documentId),
      context.clock(),
    );
    return (await failedDocumentsOf(db, [inboxId])).length;
  });
}
