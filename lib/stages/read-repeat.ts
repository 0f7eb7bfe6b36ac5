import { storedReading } from '../intake/reading-settings';
import { keptMessages } from '../store/inbox-bytes';
import type { DocumentHint } from './new-documents';
import { type ReceivedMessage, sha256Of } from './read-reception';
import type { Reception } from './receive-messages';
import { replayMessages } from './replay-messages';
import type { StageContext } from './work';

/** What of a reception matters here. */
type Repeat = Pick<Reception, 'inboxId' | 'replayed' | 'documents' | 'refused'>;

/**
 * A message that came before and could not be read then is read again when it comes with the same bytes and the flow
 * says otherwise by now how to read it: its column mapping was corrected. Any other reception stays as it is.
 */
export async function readRepeat<Received extends Repeat>(
  context: StageContext,
  sent: ReceivedMessage,
  reception: Received,
): Promise<Received> {
  const { inboxId, replayed, refused, documents } = reception;
  if (!replayed || refused !== undefined || documents.length > 0) return reception;
  const [kept] = await context.store.read((db) => keptMessages(db, [inboxId]));
  if (kept === undefined || kept.reading === storedReading(sent)) return reception;
  if (kept.sha256 !== sha256Of(sent.bytes)) return reception;
  const { batchPolicy, csv } = sent;
  const [replay] = await replayMessages(context, [{ inboxId, reading: { batchPolicy, csv }, by: context.actor }]);
  const again = (replay?.reopened ?? []).map(
    (documentId, index): DocumentHint => ({ inboxId, documentId, ordinal: index + 1, kind: 'order' }),
  );
  return { ...reception, documents: again };
}
