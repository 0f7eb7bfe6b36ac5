import type { Fault } from '../../domain/faults';
import type { SegmentPlace } from './segment-places';

/** What a message asks for, by its purpose code (X12 353, EDIFACT 1225) and its type. */
export type EdiPurpose =
  | 'original'
  | 'change'
  | 'replace'
  | 'cancel'
  | 'duplicate'
  | 'copy'
  | 'confirmation'
  | 'acknowledgement'
  | 'unsupported';

export interface Reference {
  readonly qualifier: string;
  readonly value: string;
}

/** A line's parts as the partner sent them: answers (855, ORDRSP, 856, 810, …) have to say them back unchanged. */
export interface LineEcho {
  /** The number under which the order keeps the line. */
  readonly line: number;
  /** PO101, LIN 1082; '' when the partner sent none. */
  readonly reference: string;
  readonly quantity: string;
  readonly uom: string;
  readonly unitPrice: string;
  readonly basis: string;
  /** Product ids with the partner's qualifiers, in order: VN, UP, SA, EN, … */
  readonly ids: readonly Reference[];
  /** The line's own references (RFF); absent when there are none. */
  readonly references?: readonly Reference[];
}

/** What answers need besides the order itself. Plain JSON: it is stored with the document. */
export interface OrderEcho {
  readonly poNumber: string;
  readonly release: string;
  /** YYYY-MM-DD, '' when there is none. */
  readonly poDate: string;
  readonly orderType: string;
  /** EDIFACT 4343, what answer the partner wants: NA none, AB, AC, AA; absent when the message does not say. */
  readonly answerWanted?: string;
  /** N1 and NAD as sent: code (BY, ST, DP), qualifier and id, name. */
  readonly parties: readonly {
    readonly code: string;
    readonly qualifier: string;
    readonly id: string;
    readonly name: string;
    /** Numbers of this party: of its VAT, its account; absent when there are none. */
    readonly references?: readonly Reference[];
  }[];
  readonly references: readonly Reference[];
  readonly currency: string;
  readonly lines: readonly LineEcho[];
}

/** How one line of a change is to be changed; absent fields stay. */
export interface LineChange {
  readonly action: 'add' | 'delete' | 'change' | 'none';
  /** The line's number in the order; undefined for an added line without one. */
  readonly line?: number;
  /** The line as the partner calls it (POC01, LIN 1082), when it sent one: equal to `reference` in the echo of the order. */
  readonly reference?: string;
  readonly sku?: string;
  readonly ids?: readonly Reference[];
  /** The new quantity, never the difference; decimal text in `uom`. */
  readonly quantity?: string;
  readonly uom?: string;
  readonly unitPrice?: string;
  readonly requestedDelivery?: string;
}

/** A change (860, ORDCHG) or cancellation of an order that was sent before. */
export interface OrderChange {
  readonly poNumber: string;
  readonly release?: string;
  /** The buyer, as in an order. */
  readonly customer?: string;
  /** BCH05, BGM 1004 of the change. */
  readonly changeNumber: string;
  readonly changeDate?: string;
  readonly requestedDelivery?: string;
  readonly note?: string;
  /** Empty for a cancellation of the whole order. */
  readonly lines: readonly LineChange[];
}

/** What a partner's system says of an interchange of ours: 997, 999, TA1, CONTRL. */
export interface ReceivedAcknowledgement {
  /** TA1 and CONTRL speak of an interchange, 997 and 999 of a group. */
  readonly of: 'interchange' | 'group';
  /** The control number of our interchange or group. */
  readonly controlNumber: string;
  readonly outcome: 'accepted' | 'accepted-with-errors' | 'partly-rejected' | 'rejected';
  /** Messages of it by control number that were not accepted, with the partner's codes. */
  readonly messages: readonly {
    readonly controlNumber: string;
    readonly outcome: 'accepted' | 'accepted-with-errors' | 'rejected';
    readonly codes: readonly string[];
  }[];
  readonly codes: readonly string[];
}

/** One message as the intake takes it: exactly one of `order`, `change` and `acknowledgement`, or faults. */
export interface MappedMessage {
  readonly purpose: EdiPurpose;
  /** `850 0001`, `ORDERS 1`. */
  readonly place: string;
  /**
   * The order with the public fields (poNumber, customer, lines, …), texts as sent, for `normalizeOrder`. Of the ids of a
   * line `sku` is the seller's own (VN, VP, SA, …), else the GTIN, else the buyer's; `ids` are all the others.
   */
  readonly order?: Readonly<Record<string, unknown>>;
  /** In the place of `order` when there are faults: what of it could be read, for what else is wrong with it. */
  readonly readable?: Readonly<Record<string, unknown>>;
  readonly change?: OrderChange;
  readonly acknowledgements?: readonly ReceivedAcknowledgement[];
  readonly echo?: OrderEcho;
  /** Why a person has to look before it goes on (hold `intake-review`): a sentence each, such as wrong control totals. */
  readonly review: readonly string[];
  readonly warnings: readonly string[];
  /** Paths lead to a place in the message: `PO1 2, element 4 (segment 9)`. */
  readonly faults: readonly Fault[];
  /** The place in the message of a pointer into `order`: `/lines/0/quantity` → `PO1 1, element 2 (segment 9)`. */
  placeOf(pointer: string): string;
  /** The segment of a line of `order` or `change`, counted from 0, or of one of its fields. */
  segmentOf(line: number, field: string): SegmentPlace | undefined;
}

/** What a partner's own way of writing needs for reading it; all of it kept with the partner. */
export interface EdiReading {
  /** Of X12 files, which do not say it themselves. */
  readonly charset?: string;
  /** The buyer of orders that name none. */
  readonly customer?: string;
  /** True: free text that may change the order (MSG, FTX) sends it to a person. */
  readonly reviewText: boolean;
  /** True: wrong counts and unknown segments are errors that reject; false: noted, and the order taken (for review). */
  readonly strict: boolean;
}

export const defaultEdiReading: EdiReading = { reviewText: false, strict: false };
