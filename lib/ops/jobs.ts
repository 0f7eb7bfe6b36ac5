import { BusinessRejection } from '../domain/faults';
import type { Database } from '../store/database';
import { type DocumentState, documentCounts, documentStates, findInbox } from '../store/inbox-queries';

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
  readonly inProgress: number;
}

/** As they come from a URL or a command; absent means all. Times are ISO 8601 UTC texts or dates, `to` exclusive. */
export interface JobFilter {
  readonly state?: string | undefined;
  readonly channel?: string | undefined;
  readonly partner?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: string | number | undefined;
  readonly cursor?: string | undefined;
}

const defaultLimit = 50;
const greatestLimit = 500;

/**
 * Messages with their counts, newest first. `state`: jobs with at least one document in that state (stored, accepted,
 * duplicate, rejected, parked).
 * @throws BusinessRejection `out-of-range` for a filter that cannot be understood
 */
export async function listJobs(db: Database, filter: JobFilter = {}): Promise<{ jobs: Job[]; next: string | null }> {
  const limit = filter.limit === undefined || filter.limit === '' ? defaultLimit : Number(filter.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > greatestLimit) refuse('limit', `must be a whole number from 1 to ${greatestLimit}`);
  const before = filter.cursor ? Number(filter.cursor) : undefined;
  if (before !== undefined && !Number.isSafeInteger(before)) refuse('cursor', 'must be one that this list has given');
  if (filter.state && !documentStates.includes(filter.state as DocumentState)) refuse('state', `must be one of ${documentStates.join(', ')}`);
  const entries = await findInbox(
    db,
    {
      state: (filter.state || undefined) as DocumentState | undefined,
      channel: filter.channel || undefined,
      partner: filter.partner || undefined,
      from: filter.from || undefined,
      until: filter.to || undefined,
      before,
    },
    limit + 1,
  );
  const page = entries.slice(0, limit);
  const counts = await documentCounts(db, page.map(({ inboxId }) => inboxId));
  const jobs = page.map(({ inboxId, channel, partner, document, receivedAt }): Job => {
    const { stored, accepted, duplicate, rejected, parked } = counts.get(inboxId) ?? { stored: 0, accepted: 0, duplicate: 0, rejected: 0, parked: 0 };
    const state = stored > 0 ? 'in progress' : rejected + parked > 0 ? 'failed' : 'done';
    const documents = stored + accepted + duplicate + rejected + parked;
    return { inboxId: String(inboxId), channel, partner, document, receivedAt, state, documents, accepted, duplicate, rejected, parked, inProgress: stored };
  });
  return { jobs, next: entries.length > limit ? String(page.at(-1)?.inboxId) : null };
}

function refuse(name: string, words: string): never {
  const message = `The parameter ${name} ${words}.`;
  throw new BusinessRejection('out-of-range', message, [{ path: `/${name}`, code: 'out-of-range', message }]);
}
