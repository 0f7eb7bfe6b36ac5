import { faultsInWords } from '../domain/fault-words';
import type { Fault } from '../domain/faults';
import { salesOrderNumber } from '../domain/order';
import type { Database } from '../store/database';
import { documentCounts, documentsOf, noDocuments } from '../store/document-queries';
import { findMessage } from '../store/inbox-queries';

/** What became of a message that was worked again. */
export interface ReplayOut {
  readonly inboxId: string;
  readonly channel: string;
  readonly partner: string;
  readonly document: string;
  /** Documents that were taken up. */
  readonly reopened: number;
  /** What of all its documents is how. */
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly parked: number;
  readonly waiting: number;
  /** Orders of the documents that were taken up, at most 100 of them. */
  readonly orders: readonly string[];
  readonly errors: readonly Fault[];
  readonly summary: string;
}

const mostTold = 100;

/** Tells of a message what a replay of it has led to so far; undefined when there is no such message. */
export async function replayOut(
  db: Database,
  inboxId: number,
  reopened: readonly number[],
): Promise<ReplayOut | undefined> {
  const message = await findMessage(db, inboxId);
  if (message === undefined) return undefined;
  const counts = (await documentCounts(db, [inboxId])).get(inboxId) ?? noDocuments;
  const documents = await documentsOf(db, inboxId);
  const taken = new Set(reopened);
  const orders = documents.flatMap(({ documentId, orderId }) =>
    taken.has(documentId) && orderId !== null ? [salesOrderNumber(orderId)] : [],
  );
  const failing = documents.filter(({ state }) => state === 'rejected' || state === 'parked');
  const errors = failing.flatMap(({ faults }) => faults);
  const told = {
    inboxId: String(inboxId),
    channel: message.channel,
    partner: message.partner,
    document: message.document,
    reopened: reopened.length,
    accepted: counts.accepted,
    duplicate: counts.duplicate,
    rejected: counts.rejected - counts.replaced,
    parked: counts.parked,
    waiting: counts.stored,
    orders: orders.slice(0, mostTold),
    errors: errors.slice(0, mostTold),
  };
  return { ...told, summary: summaryOf({ ...told, errors }, failing.find(({ faults }) => faults.length > 0)?.place) };
}

function summaryOf(told: Omit<ReplayOut, 'summary'>, place: string | undefined): string {
  const { inboxId, rejected, parked, waiting, reopened, orders, errors } = told;
  const failing = rejected + parked;
  if (failing > 0) {
    const why = errors.length === 0 ? 'see the message.' : faultsInWords(errors, place);
    return `Inbox ${inboxId}: ${counted(failing, 'document')} still ${failing === 1 ? 'fails' : 'fail'}: ${why}`;
  }
  if (waiting > 0)
    return `Inbox ${inboxId}: ${counted(waiting, 'document')} still ${waiting === 1 ? 'waits' : 'wait'} for the order.`;
  if (reopened === 0) return `Inbox ${inboxId}: nothing had failed.`;
  return `Inbox ${inboxId}: ${orders.length === 1 ? orders[0] : counted(reopened, 'document')} worked again.`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
