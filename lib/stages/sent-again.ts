import { reopenRejected } from '../store/inbox-documents';
import type { DocumentHint } from './new-documents';
import type { Work } from './work';

/** Takes the failed documents of messages up that were sent again: what was unknown then may be known now. */
export async function takeUpAgain(work: Work, inboxIds: readonly number[]): Promise<DocumentHint[]> {
  const reopened = await reopenRejected(work.db, inboxIds, work.now);
  for (const { documentId, inboxId } of reopened) {
    work.record({
      subject: 'document',
      subjectId: String(documentId),
      from: 'rejected',
      to: 'stored',
      reason: 'sent-again',
      evidence: { inboxId },
    });
  }
  return reopened.map((document) => ({ ...document, kind: 'order' }));
}
