import { maxAttempts, retryDelay } from '../domain/circuit-breaker';
import { later } from '../domain/dates';
import { type Evidence, type Order, openReleaseStatuses, type Release } from '../domain/order';
import { cancelRest, giveBack } from '../domain/stock';
import type { CancelOutcome } from '../warehouse/shipping';
import type { Work } from './work';

/** Asks the warehouse to give a release back: to cancel the order, or (no reason) because it was put on hold. */
export function requestCancellation(work: Work, release: Release, reason: string | null): void {
  release.status = 'CancelRequested';
  release.cancelReason = reason;
  release.nextAttemptAt = work.now;
  release.attempts = 0;
  release.parked = false;
}

/** What the warehouse said to a cancel request. Neither side cancels a release alone; a slip that came first wins. */
export function settleCancellation(work: Work, order: Order | undefined, key: string, outcome: CancelOutcome): void {
  const release = order?.releases.find((candidate) => candidate.key === key);
  if (order === undefined || release?.status !== 'CancelRequested') return;
  if (outcome.kind === 'agreed') endRelease(work, order, release, { warehouse: 'agreed' });
  else if (outcome.kind === 'refused') refused(work, order, release, outcome.words);
  else if (outcome.kind === 'pending') release.nextAttemptAt = null;
  else leaveUnclear(work, order, release, outcome.cause);
  work.settle(order);
}

/** The warehouse does not ship the release: the order is cancelled if that was asked for, else it may be released again. */
export function endRelease(work: Work, order: Order, release: Release, evidence: Evidence): void {
  const held = release.status === 'CancelRequested' ? 'held' : null;
  release.status = 'Cancelled';
  release.nextAttemptAt = null;
  release.parked = false;
  work.note(order, release.cancelReason ?? held, { release: release.release, ...evidence });
  if (release.cancelReason !== null) cancelOpen(work, order, release.cancelReason);
}

function refused(work: Work, order: Order, release: Release, words: string): void {
  release.status = 'Acknowledged';
  release.nextAttemptAt = null;
  release.words = words;
  release.cancelReason = null;
  order.holds = [];
  work.note(order, 'cancel-refused', { release: release.release, words });
}

/** Cancels what is open of an order, with its holds; stock and credit are free again. Stock must be locked. */
export function cancelOpen(work: Work, order: Order, reason: string): void {
  giveBack(order, work.stock);
  for (const line of order.lines) cancelRest(line, reason);
  order.reason = reason;
  order.holds = [];
  work.due(order.creditAccount);
}

/** Cancels what is open of an order; what a warehouse was asked to ship only when the warehouse agrees. Stock must be locked. */
export function cancelOrAsk(work: Work, order: Order, reason: string): string {
  const out = order.releases.find((release) => openReleaseStatuses.has(release.status));
  if (out === undefined) {
    cancelOpen(work, order, reason);
    return `cancelled: ${reason}`;
  }
  requestCancellation(work, out, reason);
  return `cancel requested: the warehouse ${out.warehouse} has to agree`;
}

/** The warehouse gave no clear answer: it is asked again. */
export function leaveUnclear(work: Work, order: Order, release: Release, cause: string): void {
  release.words = cause;
  retryLater(work, release);
  work.note(order, 'unknown', {
    release: release.release,
    attempt: release.attempts,
    cause,
    parked: release.parked,
  });
}

/** Back-off with jitter, then parked: nobody knows whether the warehouse has the release, a person has to ask it. */
function retryLater(work: Work, release: Release): void {
  release.parked = release.attempts >= maxAttempts;
  release.nextAttemptAt = release.parked ? null : later(work.now, retryDelay(release.attempts, Math.random()));
  if (!release.parked) return;
  work.raise({
    kind: 'warehouse-parked',
    subject: release.key,
    message: `The warehouse ${release.warehouse} gave no clear answer for ${release.key} in ${release.attempts} attempts. Ask it whether it has the order, then resend it or say that it was not received.`,
    evidence: { warehouse: release.warehouse, attempts: release.attempts, cause: release.words },
  });
}
