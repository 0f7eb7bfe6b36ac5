import { BusinessRejection } from '../domain/faults';
import { replacedDocuments } from '../intake/correction';
import { closeExceptions } from '../store/exceptions';
import type { Correction } from '../store/inbox';
import {
  correctionsOf,
  countDocuments,
  documentsPresent,
  type FailedDocument,
  lockFailedOf,
  markReplaced,
} from '../store/inbox-replay';
import { exceptionSubjectOf } from './change-requests';
import type { Work } from './work';

/** What of a reception matters here. */
interface Corrected {
  readonly message: { readonly corrects?: Correction };
  readonly sha256: string;
}

/** A corrected copy with what is left of the message that it corrects, locked. */
export interface Claim<Reception extends Corrected> {
  readonly reception: Reception;
  readonly correction: Correction;
  readonly failed: readonly FailedDocument[];
  /** The failed document is the only one of its message. */
  readonly only: boolean;
}

/**
 * Locks what the corrected copies among these receptions are to replace, before anything of them is written: of two
 * people who correct the same message at once the second is told so.
 * @throws BusinessRejection `illegal-transition` when nothing is left to correct
 */
export async function claimCorrected<Reception extends Corrected>(
  work: Work,
  receptions: readonly Reception[],
): Promise<Claim<Reception>[]> {
  const claims: Claim<Reception>[] = [];
  for (const reception of receptions) {
    const correction = reception.message.corrects;
    if (correction === undefined) continue;
    const failed = await lockFailedOf(work.db, [correction.inboxId]);
    if (failed.length === 0) await refuseUnlessRepeated(work, correction, reception.sha256);
    const only = failed.length === 1 && (await countDocuments(work.db, correction.inboxId)) === 1;
    claims.push({ reception, correction, failed, only });
  }
  return claims;
}

async function refuseUnlessRepeated(work: Work, { inboxId }: Correction, sha256: string): Promise<void> {
  const [newest, ...others] = await correctionsOf(work.db, inboxId);
  if ([newest, ...others].some((known) => known?.sha256 === sha256)) return;
  const words =
    newest === undefined
      ? `Nothing of message ${inboxId} is rejected or parked now: there is nothing to correct.`
      : `Message ${inboxId} was corrected before, by message ${newest.inboxId}. Correct that one, if it failed too.`;
  throw new BusinessRejection('illegal-transition', words);
}

/** Marks what the corrected copies replace. `storedAs` tells under which number a copy is stored, now or from before. */
export async function replaceCorrected<Reception extends Corrected>(
  work: Work,
  claims: readonly Claim<Reception>[],
  storedAs: (reception: Reception) => number | undefined,
): Promise<void> {
  for (const { reception, correction, failed, only } of claims) {
    const by = storedAs(reception);
    if (by === undefined || by === correction.inboxId) continue;
    const replaced = replacedDocuments(failed, await documentsPresent(work.db, by), only);
    await markReplaced(
      work.db,
      replaced.map(({ documentId }) => documentId),
      by,
      work.now,
    );
    // nobody needs to decide on a change any more that another one stands for
    const changes = replaced.map(exceptionSubjectOf);
    if (changes.length > 0)
      await closeExceptions(work.db, 'change-request', changes, correction.by, 'corrected', work.now);
    for (const { documentId, state, code } of replaced) {
      work.record({
        subject: 'document',
        subjectId: String(documentId),
        from: state,
        to: 'replaced',
        reason: 'corrected',
        actor: correction.by,
        evidence: { inboxId: correction.inboxId, replacedBy: by, code, why: correction.reason },
      });
    }
  }
}
