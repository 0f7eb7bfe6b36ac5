import type { Fault, FaultCode } from '../domain/faults';
import type { DocumentKind } from '../store/inbox-documents';
import type { OrderOutcome, OrderSummary } from './outcome';

/** The document became no order, changed none, or waits for something that has to happen first. */
export interface RejectedOutcome {
  readonly output: 'rejected';
  readonly documentId: number;
  readonly inboxId: number;
  readonly code: FaultCode;
  readonly faults: readonly Fault[];
  readonly summary: string;
}

/** The document became an order, or changed one whose checks are due again, or was here before. */
export interface TaggedOutcome extends OrderOutcome<'created' | 'replayed' | 'changed'> {
  readonly documentId: number;
}

/** The document did what it asked for, and nothing more is due: a cancellation, an acknowledgement, a test. */
export interface AppliedOutcome {
  readonly output: 'applied';
  readonly documentId: number;
  readonly inboxId: number;
  readonly kind: DocumentKind;
  readonly orderId: number | null;
  readonly order: OrderSummary | null;
  readonly summary: string;
}

/** Nothing was decided: changes of the same order came earlier and wait still. */
export interface BehindOutcome {
  readonly output: 'behind';
  readonly documentId: number;
  /** Their documents, in the order in which they came. */
  readonly earlier: readonly number[];
}

/** What became of a document. */
export type TagOutcome = TaggedOutcome | AppliedOutcome | RejectedOutcome;
