import { addDays, parseDate } from '../domain/dates';
import { BusinessRejection } from '../domain/faults';
import type { Database } from '../store/database';
import { type DocumentState, documentCounts, documentStates, noDocuments } from '../store/document-queries';
import { findDroppedFiles, findJobs, lastSteps } from '../store/import-jobs';
import { findInbox } from '../store/inbox-queries';

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

/** As they come from a URL or a command: texts, absent or empty for all. */
export interface JobFilter {
  readonly state?: unknown;
  readonly channel?: unknown;
  readonly partner?: unknown;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly limit?: unknown;
  readonly cursor?: unknown;
}

const defaultLimit = 50;
const greatestLimit = 500;

/**
 * Messages with their counts, newest first. `state`: jobs with at least one document in that state (stored, accepted,
 * duplicate, rejected, parked, replaced); `from`, `to`: dates (UTC) or times of the receipt, both inclusive; `limit` 1 to 500.
 * @throws BusinessRejection `out-of-range` for a filter that cannot be understood
 */
export async function listJobs(db: Database, filter: JobFilter = {}): Promise<{ jobs: Job[]; next: string | null }> {
  const limit = wholeOf(filter, 'limit') ?? defaultLimit;
  if (limit < 1 || limit > greatestLimit) refuse('limit', `must be a whole number from 1 to ${greatestLimit}`);
  const state = textOf(filter, 'state');
  if (state !== undefined && !documentStates.includes(state as DocumentState)) {
    refuse('state', `must be one of ${documentStates.join(', ')}`);
  }
  const selection = {
    state: state as DocumentState | undefined,
    channel: textOf(filter, 'channel'),
    partner: textOf(filter, 'partner'),
    from: timeOf(filter, 'from', { inclusiveEnd: false }),
    until: timeOf(filter, 'to', { inclusiveEnd: true }),
    before: wholeOf(filter, 'cursor'),
  };
  const entries = await findInbox(db, selection, limit + 1);
  const page = entries.slice(0, limit);
  const ids = page.map(({ inboxId }) => inboxId);
  const counts = await documentCounts(db, ids);
  const imports = await findJobs(db, ids);
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
  return { jobs, next: entries.length > limit ? String(page.at(-1)?.inboxId) : null };
}

function textOf(filter: JobFilter, name: keyof JobFilter): string | undefined {
  const value = filter[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  refuse(name, 'must be given once, as a text');
}

function wholeOf(filter: JobFilter, name: 'limit' | 'cursor'): number | undefined {
  const text = textOf(filter, name);
  if (text === undefined || /^\d{1,15}$/.test(text)) return text === undefined ? undefined : Number(text);
  refuse(name, name === 'cursor' ? 'must be one that this list has given' : 'must be a whole number');
}

/** ISO 8601 text in UTC; a date stands for its first instant, or as an inclusive end for the first one after it. */
function timeOf(
  filter: JobFilter,
  name: 'from' | 'to',
  { inclusiveEnd }: { inclusiveEnd: boolean },
): string | undefined {
  const text = textOf(filter, name);
  if (text === undefined) return undefined;
  const date = parseDate(text);
  if (date !== null && date < '9999-12-31') return inclusiveEnd ? addDays(date, 1) : date;
  const time = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) refuse(name, 'must be a date such as 2026-11-23 or a time such as 2026-11-23T10:00:00Z');
  return new Date(inclusiveEnd ? time + 1 : time).toISOString();
}

function refuse(name: string, words: string): never {
  const message = `The parameter ${name} ${words}.`;
  throw new BusinessRejection('out-of-range', message, [{ path: `/${name}`, code: 'out-of-range', message }]);
}
