import { type FailedMessage, type FailedSelection, failedMessages } from '../store/inbox-replay';
import { type Replay, replayMessages } from './replay-messages';
import type { StageContext } from './work';

/** Most messages in one transaction of a replay by selection. */
const messagesAtOnce = 100;

/** Most bytes of the messages of such a transaction, which may all have to be read again first; a single one may be larger. */
const bytesAtOnce = 10_000_000;

/** Replays everything that failed and is meant by the selection, the oldest message first, a batch a transaction. */
export async function* replaySelection(
  context: StageContext,
  selection: FailedSelection,
  by: string,
): AsyncGenerator<readonly Replay[]> {
  const { code, state } = selection;
  for (let after = 0; ; ) {
    const failed = await context.store.read((db) => failedMessages(db, selection, after, messagesAtOnce));
    const batch = within(bytesAtOnce, failed);
    if (batch.length === 0) return;
    yield await replayMessages(
      context,
      batch.map(({ inboxId }) => ({ inboxId, only: { code, state }, by })),
    );
    after = batch.at(-1)?.inboxId as number;
  }
}

/** The first of these messages that have at most so many bytes together, and at least one. */
export function within(bytes: number, messages: readonly FailedMessage[]): readonly FailedMessage[] {
  let sum = 0;
  const end = messages.findIndex(({ size }, i) => {
    sum += size;
    return i > 0 && sum > bytes;
  });
  return end < 0 ? messages : messages.slice(0, end);
}
