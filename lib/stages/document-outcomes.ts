import { faultsInWords } from '../domain/fault-words';
import type { Fault } from '../domain/faults';
import { type Evidence, salesOrderNumber } from '../domain/order';
import type { Database } from '../store/database';
import type { DocumentVerdict, StoredDocument } from '../store/inbox-documents';
import { loadOrders } from '../store/orders';
import { type OrderSummary, summarize } from './outcome';
import type { RejectedOutcome, TaggedOutcome, TagOutcome } from './tag-outcome';
import type { Work } from './work';

/** More faults than a person will read; the document keeps them all. */
const mostFaultsRecorded = 20;

/** Writes into the audit what became of a document that waited. */
export function recordVerdict(
  work: Work,
  { inboxId }: StoredDocument,
  { documentId, state, orderId, code, faults }: DocumentVerdict,
  more: Evidence = {},
): void {
  work.record({
    subject: 'document',
    subjectId: String(documentId),
    from: 'stored',
    to: state,
    reason: code,
    evidence: {
      inboxId,
      ...more,
      ...(orderId === null ? {} : { order: salesOrderNumber(orderId) }),
      ...(faults.length === 0 ? {} : { faults: faults.slice(0, mostFaultsRecorded) }),
    },
  });
}

/** A test goes through everything but never becomes an order. */
export const tested = ({ documentId, inboxId, kind, place }: StoredDocument): TagOutcome => ({
  output: 'applied',
  documentId,
  inboxId,
  kind,
  orderId: null,
  order: null,
  summary: `Inbox ${inboxId}: the test ${place} could be taken as an order; nothing was created`,
});

/** Stands in for the summary of an order that has not been read yet. */
export const describedLater = {} as OrderSummary;

export function rejection(
  { documentId, inboxId, place }: Pick<StoredDocument, 'documentId' | 'inboxId' | 'place'>,
  faults: readonly Fault[],
): RejectedOutcome {
  return {
    output: 'rejected',
    documentId,
    inboxId,
    code: faults[0]?.code ?? 'unreadable',
    faults,
    summary: `Inbox ${inboxId} rejected: ${faultsInWords(faults, place)}`,
  };
}

export async function describeReplayed(db: Database, outcomes: Map<number, TagOutcome>): Promise<void> {
  const replayed = [...outcomes.values()].filter((outcome): outcome is TaggedOutcome => outcome.output === 'replayed');
  const orders = new Map(
    (await loadOrders(db, [...new Set(replayed.map((outcome) => outcome.orderId))])).map((order) => [order.id, order]),
  );
  for (const outcome of replayed) {
    const order = orders.get(outcome.orderId);
    if (order !== undefined)
      outcomes.set(outcome.documentId, {
        ...outcome,
        summary: summarize(order, `was here before: ${order.status}`, { replayed: true }),
      });
  }
}

/** Outcomes of the documents that were decided before, or that nothing decides: what was recorded of them. */
export async function recordedOutcomes(
  db: Database,
  documents: readonly StoredDocument[],
): Promise<Map<number, TagOutcome>> {
  const outcomes = new Map<number, TagOutcome>();
  for (const document of documents) {
    const { documentId, kind, orderId, state, faults } = document;
    if (kind !== 'order' && (state === 'accepted' || state === 'duplicate'))
      outcomes.set(documentId, doneBefore(document));
    else if (kind === 'order' && orderId !== null)
      outcomes.set(documentId, { output: 'replayed', documentId, orderId, summary: describedLater });
    else outcomes.set(documentId, rejection(document, faults));
  }
  await describeReplayed(db, outcomes);
  return outcomes;
}

const doneBefore = ({ documentId, inboxId, kind, orderId, place }: StoredDocument): TagOutcome => ({
  output: 'applied',
  documentId,
  inboxId,
  kind,
  orderId,
  order: null,
  summary: `Inbox ${inboxId}: ${place || kind} was here before; nothing was done again`,
});

export function missing(documentId: number): RejectedOutcome {
  return rejection({ documentId, inboxId: 0, place: '' }, [
    { path: '', code: 'not-found', message: `There is no document ${documentId} in the inbox.` },
  ]);
}
