/** Stable codes of business faults. One catalogue: the same code in HTTP, tables, messages and help. */
export type FaultCode =
  | 'after-release'
  | 'ambiguous-decimal'
  | 'ambiguous-number'
  | 'amount-too-large'
  | 'bad-date'
  | 'bad-encoding'
  | 'cancelled-order'
  | 'change-conflict'
  | 'change-refused'
  | 'conflicting-ids'
  | 'conflicting-values'
  | 'credit-note-conflict'
  | 'currency-mismatch'
  | 'duplicate-key'
  | 'duplicate-line'
  | 'edi-syntax'
  | 'empty-document'
  | 'file-rejected'
  | 'forbidden'
  | 'idempotency-conflict'
  | 'illegal-transition'
  | 'inexact-number'
  | 'inexact-quantity'
  | 'interchange-conflict'
  | 'message-too-large'
  | 'missing-field'
  | 'not-a-number'
  | 'not-found'
  | 'not-supported'
  | 'nothing-to-credit'
  | 'order-conflict'
  | 'out-of-range'
  | 'over-credit'
  | 'over-delivery'
  | 'parked'
  | 'payment-conflict'
  | 'possible-duplicate'
  | 'queue-full'
  | 'rate-limited'
  | 'raw-dropped'
  | 'settings-conflict'
  | 'slip-conflict'
  | 'source-refused'
  | 'too-deep'
  | 'too-many-faults'
  | 'too-many-lines'
  | 'too-many-orders'
  | 'too-many-rows'
  | 'too-slow'
  | 'unauthorized'
  | 'unknown-column'
  | 'unknown-currency'
  | 'unknown-customer'
  | 'unknown-field'
  | 'unknown-invoice'
  | 'unknown-line'
  | 'unknown-order'
  | 'unknown-partner'
  | 'unknown-release'
  | 'unknown-sender'
  | 'unknown-sku'
  | 'unknown-tax-code'
  | 'unknown-uom'
  | 'unknown-warehouse'
  | 'unreadable'
  | 'unsupported-media-type'
  | 'wrong-type';

/**
 * One thing that is wrong, and where: `path` is a JSON pointer (`/lines/0/sku`), a place in a sheet (`row 3, column quantity`)
 * or in an EDI message (`PO1 2, element 7 (segment 9)`).
 */
export interface Fault {
  readonly path: string;
  readonly code: FaultCode;
  readonly message: string;
  readonly value?: string;
}

/** The input is wrong and stays wrong until somebody corrects it: answered with every fault found, never retried by itself. */
export class BusinessRejection extends Error {
  constructor(
    readonly code: FaultCode,
    message: string,
    readonly faults: readonly Fault[] = [{ path: '', code, message }],
    /** Whole seconds after which the same may be taken. */
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = 'BusinessRejection';
  }
}

/** The surroundings failed (database, disk, network): the same work may succeed later and is retried with back-off. */
export class TechnicalFault extends Error {
  constructor(
    readonly code:
      | 'store-away'
      | 'store-fault'
      | 'store-locked'
      | 'warehouse-fault'
      | 'closing'
      | 'queue-full'
      | 'unexpected',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'TechnicalFault';
  }
}
