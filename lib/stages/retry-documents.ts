import { maxAttempts, retryDelay } from '../domain/circuit-breaker';
import { later } from '../domain/dates';
import { lockDocuments, postponeDocument } from '../store/inbox-documents';
import { inTransaction } from './transaction';
import type { StageContext } from './work';

/**
 * A document failed for a technical reason: it is tried again with back-off and jitter, then parked. A parked document
 * keeps its message as it came, and is taken up when the same message is sent again.
 */
export function postponeAfterFault(
  context: StageContext,
  documentId: number,
  cause: Error,
): Promise<'again' | 'parked'> {
  return inTransaction(context, 'source', async (work) => {
    const [document] = await lockDocuments(work.db, [documentId]);
    if (document?.state !== 'stored') return 'again';
    const attempts = document.attempts + 1;
    const parked = attempts >= maxAttempts;
    const nextAttemptAt = parked ? null : later(work.now, retryDelay(attempts, Math.random()));
    await postponeDocument(work.db, { documentId, attempts, parked, nextAttemptAt, cause: wordsOf(cause) }, work.now);
    if (parked) {
      const evidence = { attempts, cause: wordsOf(cause) };
      work.record({
        subject: 'document',
        subjectId: String(documentId),
        from: 'stored',
        to: 'parked',
        reason: 'parked',
        evidence,
      });
    }
    return parked ? 'parked' : 'again';
  });
}

const wordsOf = (cause: Error): string => cause.message.slice(0, 500);
