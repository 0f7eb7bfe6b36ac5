import { channels } from '../domain/master';
import type { Database } from '../store/database';
import { documentStates, noDocuments } from '../store/document-queries';
import { findDroppedFiles, importProgress, lastSteps } from '../store/import-jobs';
import { findInbox } from '../store/inbox-queries';
import { type ListQuery, ListQueryReader, pageOf } from './list-query';

/** A message as a job: what of its documents is done. The counts add up to `documents`. */
export interface Job {
  readonly inboxId: string;
  readonly channel: string;
  readonly partner: string;
  readonly document: string;
  readonly receivedAt: string;
  readonly state: 'in progress' | 'done' | 'failed';
  readonly documents: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly parked: number;
  /** Of the rejected, those that a corrected copy replaced: nobody has to see to them. */
  readonly replaced: number;
  readonly inProgress: number;
  /** Documents that the message has; null while it is not known how many. */
  readonly expected: number | null;
  readonly startedAt: string;
  /** When the last of its documents was decided; null while one waits. */
  readonly finishedAt: string | null;
  /** What had to be guessed when it was read. */
  readonly warnings: readonly string[];
  /** Where its result is in the drop folder, for a file that came that way. */
  readonly resultFile: string | null;
}

/**
 * Messages with their counts, newest first. Parameters: `state` (of at least one of the documents), `channel`, `partner`,
 * `from` and `to` (dates or instants of the receipt), `limit`, `cursor`.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function listJobs(db: Database, query: ListQuery = {}): Promise<{ jobs: Job[]; next: string | null }> {
  const reader = new ListQueryReader(query, ['state', 'channel', 'partner', 'from', 'to', 'limit', 'cursor']);
  const selection = {
    state: reader.oneOf('state', documentStates),
    channel: reader.oneOf('channel', channels),
    partner: reader.text('partner'),
    from: reader.from(),
    until: reader.until(),
    before: reader.cursor('jobs', [0] as const)?.[0],
  };
  const limit = reader.limit();
  reader.check();
  const { page, next } = pageOf('jobs', await findInbox(db, selection, limit + 1), limit, (entry) => [entry.inboxId]);
  const ids = page.map(({ inboxId }) => inboxId);
  const { jobs: imports, counts } = await importProgress(db, ids);
  const files = await findDroppedFiles(db, ids);
  const steps = await lastSteps(db, ids);
  const jobs = page.map(({ inboxId, channel, partner, document, receivedAt, warnings }): Job => {
    const { stored, accepted, duplicate, rejected, parked, replaced } = counts.get(inboxId) ?? noDocuments;
    const reading = imports.get(inboxId);
    const inProgress = stored > 0 || reading?.state === 'reading';
    const state = inProgress ? 'in progress' : rejected - replaced + parked > 0 ? 'failed' : 'done';
    const documents = stored + accepted + duplicate + rejected + parked;
    return {
      inboxId: String(inboxId),
      channel,
      partner,
      document,
      receivedAt,
      state,
      documents,
      accepted,
      duplicate,
      rejected,
      parked,
      replaced,
      inProgress: stored,
      expected: reading === undefined ? documents : reading.expected,
      startedAt: reading?.startedAt ?? receivedAt,
      finishedAt: inProgress ? null : (steps.get(inboxId) ?? null),
      warnings,
      resultFile: files.get(inboxId)?.resultFile ?? null,
    };
  });
  return { jobs, next };
}
