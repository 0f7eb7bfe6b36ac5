import { storedReading } from '../intake/reading-settings';
import { keptMessages } from '../store/inbox-bytes';
import type { DocumentHint, ReadReception, Reception } from './receive-messages';
import { replayMessages } from './replay-messages';
import type { StageContext } from './work';

/**
 * A message that came before and could not be read then is read again when it comes with the same bytes and the flow
 * says otherwise by now how to read it: its column mapping was corrected. Any other reception stays as it is.
 */
export async function readRepeat(context: StageContext, sent: ReadReception, reception: Reception): Promise<Reception> {
  const { inboxId, replayed, refused, documents } = reception;
  if (!replayed || refused !== undefined || documents.length > 0) return reception;
  const [kept] = await context.store.read((db) => keptMessages(db, [inboxId]));
  if (kept?.sha256 !== sent.sha256 || kept.reading === storedReading(sent.message)) return reception;
  const { batchPolicy, csv } = sent.message;
  const [replay] = await replayMessages(context, [{ inboxId, reading: { batchPolicy, csv }, by: context.actor }]);
  const again = (replay?.reopened ?? []).map(
    (documentId, index): DocumentHint => ({ inboxId, documentId, ordinal: index + 1, kind: 'order' }),
  );
  return { ...reception, documents: again };
}
