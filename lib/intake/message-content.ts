import type { Fault } from '../domain/faults';
import type { CanonicalOrder } from './canonical-order';
import type { EdiDocument } from './edi/edi-documents';
import type { InterchangeOutline } from './edi/interchange-outline';
import type { EdiReading } from './edi/mapped-message';
import type { FieldPlaces } from './field-places';
import type { ReadableOrder } from './readable-order';
import type { SheetField } from './sheets/fields';
import type { SheetLayout } from './sheets/layout';

/** What a message may have at most. */
export interface IntakeLimits {
  readonly bytes: number;
  readonly rows: number;
  readonly ordersPerMessage: number;
  readonly linesPerOrder: number;
  readonly depth: number;
}

export const defaultIntakeLimits: IntakeLimits = {
  bytes: 10_000_000,
  rows: 200_000,
  ordersPerMessage: 20_000,
  linesPerOrder: 1_000,
  depth: 64,
};

/** `reject-order`: a faulty order is rejected alone; `reject-file`: it takes all the others of the message with it. */
export type BatchPolicy = 'reject-order' | 'reject-file';

export interface ReceivedMessage {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly limits: IntakeLimits;
  readonly batchPolicy: BatchPolicy;
  /** How tables of orders are written. */
  readonly csv: SheetLayout;
  /** How EDI messages are read; as by default when nothing is said. */
  readonly edi?: EdiReading;
}

/**
 * One order document of a message. `order` and `fingerprint` are there exactly when `faults` is empty, else `readable` is
 * what of the order could be read, if anything.
 */
export interface ReadDocument {
  /** From 1, in the order of the message. */
  readonly ordinal: number;
  /** `rows 2-6` of a file, `/0` of an array, '' for the only one. */
  readonly place: string;
  /** As far as it could be read, also of a faulty order; at most 100 characters. */
  readonly poNumber?: string;
  readonly order?: CanonicalOrder;
  readonly fingerprint?: string;
  readonly readable?: ReadableOrder;
  /** Where the fields of `order` or `readable` stand; absent when their pointers say it. */
  readonly places?: FieldPlaces;
  /** Why a person has to look at the order before it goes on (hold `intake-review`): a sentence each. Absent: nothing. */
  readonly review?: readonly string[];
  /** Paths lead into the order (`/lines/0/sku`), or to a cell of the file. */
  readonly faults: readonly Fault[];
  /** What an EDI message is besides its order. */
  readonly edi?: EdiDocument;
}

/** What of a document is kept in any case. */
export type KeptDocument = Omit<ReadDocument, 'order' | 'places'>;

/** What is made of each document as soon as it is read, so that the orders of a large message are never all there. */
export type KeepDocument<Kept extends KeptDocument> = (document: ReadDocument) => Kept;

export interface MessageContent<Document extends KeptDocument = ReadDocument> {
  /** There when nothing in the message can be read as orders; `documents` is empty then. */
  readonly unreadable?: readonly Fault[];
  /** The message is one JSON object, not a list: it is answered as one order. */
  readonly single: boolean;
  readonly warnings: readonly string[];
  /** What the columns of a table were taken for; the field is '' for one that is left out. */
  readonly columns?: readonly { readonly name: string; readonly field: SheetField | '' }[];
  readonly documents: readonly Document[];
  /** The interchanges of an EDI message; `edi.interchange` of a document counts in them. */
  readonly interchanges?: readonly InterchangeOutline[];
}

export function unreadable(faults: readonly Fault[]): MessageContent<never> {
  return { unreadable: faults, single: false, warnings: [], documents: [] };
}
