import { day, later } from '../domain/dates';
import { dropBytes, messagesAfter, messagesInUse } from '../store/inbox-bytes';
import { inTransaction } from './transaction';
import type { StageContext } from './work';

/** How far a run over the inbox came; `null` when it has come to messages that are not old enough. */
export interface RetentionRun {
  readonly next: number | null;
  /** Messages whose bytes were dropped. */
  readonly dropped: number;
}

/** Most messages looked at in one transaction. */
const messagesAtOnce = 2_000;

/**
 * Drops the bytes of messages that came longer ago than the company's retention says and have been decided for as long:
 * what waits, is parked, or had something happen to it since then stays whole. Row, size, SHA-256 and documents always
 * stay. One audit record a run that dropped something. Call again with `next` until it is null.
 * @param after the last message of the run before; 0 to begin
 */
export function dropRawMessages(context: StageContext, after = 0): Promise<RetentionRun> {
  return inTransaction(context, 'retention', async (work) => {
    const { retentionDays } = work.settings;
    if (retentionDays === null) return { next: null, dropped: 0 };
    const limit = later(work.now, -retentionDays * day);
    const page = await messagesAfter(work.db, after, messagesAtOnce);
    const old = page.filter(({ receivedAt, isDropped }) => !isDropped && receivedAt < limit);
    const inUse = await messagesInUse(
      work.db,
      old.map(({ inboxId }) => inboxId),
      limit,
    );
    const decided = old.filter(({ inboxId }) => !inUse.has(inboxId));
    if (decided.length > 0) {
      const ids = decided.map(({ inboxId }) => inboxId);
      await dropBytes(work.db, ids, work.now);
      work.record({
        subject: 'retention',
        subjectId: `messages ${ids[0]} to ${ids.at(-1)}`,
        from: 'kept',
        to: 'dropped',
        reason: 'retention',
        evidence: {
          retentionDays,
          receivedBefore: limit,
          messages: ids.length,
          bytes: decided.reduce((sum, { size }) => sum + size, 0),
        },
      });
    }
    const isOver = page.length < messagesAtOnce || page.every(({ receivedAt }) => receivedAt >= limit);
    return { next: isOver ? null : (page.at(-1)?.inboxId ?? null), dropped: decided.length };
  });
}
