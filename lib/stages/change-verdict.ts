import type { Fault } from '../domain/faults';
import { type Order, salesOrderNumber } from '../domain/order';
import { placedFaults } from '../intake/field-places';
import type { DocumentVerdict } from '../store/inbox-documents';
import { type ChangeRequest, wordOf } from './change-requests';
import { rejection } from './document-outcomes';
import { summarize } from './outcome';
import type { TagOutcome } from './tag-outcome';
import type { Work } from './work';

/** What became of a change or cancellation: as it is stored, and as its document leaves the step. */
export interface DecidedChange {
  readonly verdict: DocumentVerdict;
  readonly outcome: TagOutcome;
}

/** It waits for its order, or for a person. */
export function park(
  request: ChangeRequest,
  code: 'unknown-order' | 'after-release',
  words: string,
  orderId: number | null,
): DecidedChange {
  const { documentId, inboxId } = request.document;
  const faults: Fault[] = [{ path: '', code, message: words, value: request.change.poNumber.slice(0, 80) }];
  return {
    verdict: { documentId, state: 'parked', orderId, code, faults },
    outcome: { output: 'rejected', documentId, inboxId, code, faults, summary: `Inbox ${inboxId} waits: ${words}` },
  };
}

/** It cannot be done; its partner is told. */
export function reject(work: Work, request: ChangeRequest, found: readonly Fault[], order?: Order): DecidedChange {
  const { documentId, places } = request.document;
  const faults = placedFaults(found, places);
  const outcome = rejection(request.document, faults);
  work.answerDue('change-response', documentId, order);
  return {
    verdict: { documentId, state: 'rejected', orderId: order?.id ?? null, code: outcome.code, faults },
    outcome,
  };
}

/** It was here before: nothing is done again. */
export function repeated(request: ChangeRequest, orderId: number | null): DecidedChange {
  const { documentId, inboxId, kind } = request.document;
  const number = orderId === null ? request.change.poNumber : salesOrderNumber(orderId);
  return {
    verdict: verdictOf(request, 'duplicate', orderId),
    outcome: {
      output: 'applied',
      documentId,
      inboxId,
      kind,
      orderId,
      order: null,
      summary: `Inbox ${inboxId}: the ${wordOf(request.document)} of ${number} was here before; nothing was done again`,
    },
  };
}

/** It is done, and nothing more is due. */
export function applied(request: ChangeRequest, order: Order, words: string): DecidedChange {
  const { documentId, inboxId, kind } = request.document;
  const summary = summarize(order, words);
  return {
    verdict: verdictOf(request, 'accepted', order.id),
    outcome: {
      output: 'applied',
      documentId,
      inboxId,
      kind,
      orderId: order.id,
      order: summary,
      summary: summary.summary,
    },
  };
}

/** It is done, and the order's checks are due again. */
export const changed = (request: ChangeRequest, order: Order, words: string): DecidedChange => ({
  verdict: verdictOf(request, 'accepted', order.id),
  outcome: {
    output: 'changed',
    documentId: request.document.documentId,
    orderId: order.id,
    summary: summarize(order, words),
  },
});

const verdictOf = (
  { document }: ChangeRequest,
  state: 'accepted' | 'duplicate',
  orderId: number | null,
): DocumentVerdict => ({ documentId: document.documentId, state, orderId, code: null, faults: [] });
