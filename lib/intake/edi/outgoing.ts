import type { EdiParty, EdiSeparators } from './interchange';
import type { OrderEcho } from './mapped-message';

/** The envelope that an outgoing interchange gets. All control numbers are digits without leading zeros. */
export interface OutgoingEnvelope {
  readonly sender: EdiParty;
  readonly receiver: EdiParty;
  readonly interchangeNumber: number;
  readonly groupNumber: number;
  /** GS02 and GS03; the ids of the parties when absent. */
  readonly applicationSender?: string;
  readonly applicationReceiver?: string;
  readonly test: boolean;
  /** ISO 8601 in UTC. */
  readonly preparedAt: string;
  /** X12: `004010`, `005010`; EDIFACT: `D:96A:UN`, `D:01B:UN:EAN010`. */
  readonly version: string;
  /** EDIFACT: `UNOC:3`. */
  readonly syntax?: string;
  /** When the partner wants others than the usual ones. */
  readonly separators?: EdiSeparators;
  readonly acknowledgementRequested: boolean;
}

export type LineVerdict = 'accepted' | 'changed' | 'backordered' | 'rejected';

/** What became of an order, line by line, for 855 and ORDRSP (and 865 after a change). Decimal texts, in the ordered unit. */
export interface OrderAnswer {
  readonly echo: OrderEcho;
  readonly salesOrder: string;
  readonly verdict: 'accepted' | 'changed' | 'rejected' | 'held';
  /** YYYY-MM-DD */
  readonly date: string;
  readonly answersChange?: string;
  readonly currency: string;
  readonly reason: string | null;
  readonly lines: readonly {
    readonly line: number;
    readonly verdict: LineVerdict;
    readonly sku: string;
    readonly ordered: string;
    readonly accepted: string;
    readonly backordered: string;
    readonly uom: string;
    readonly unitPrice: string;
    /** YYYY-MM-DD, when the goods are promised. */
    readonly promised: string | null;
    /** A customer-safe sentence. */
    readonly reason: string | null;
  }[];
}

/** A delivery for 856 and DESADV. */
export interface DespatchAdvice {
  readonly number: string;
  /** ISO 8601 in UTC. */
  readonly shippedAt: string;
  readonly final: boolean;
  readonly orders: readonly {
    readonly echo: OrderEcho;
    readonly salesOrder: string;
    readonly shipTo: Readonly<Record<string, string>>;
    readonly lines: readonly {
      readonly line: number;
      readonly sku: string;
      readonly shipped: string;
      readonly uom: string;
      readonly lot: string | null;
      readonly serials: readonly string[];
    }[];
  }[];
}

/** An invoice or credit note for 810 and INVOIC. Amounts are decimal texts of the currency, of a credit note above zero too. */
export interface InvoiceMessage {
  readonly number: string;
  readonly type: 'invoice' | 'credit-note';
  /** YYYY-MM-DD */
  readonly date: string;
  readonly dueDate: string;
  readonly currency: string;
  readonly echo: OrderEcho;
  readonly salesOrder: string;
  readonly packingSlip: string | null;
  /** Of a credit note: the invoice that it reverses. */
  readonly corrects: string | null;
  /** Of a credit note: why, in words for the customer. */
  readonly reason?: string;
  readonly paymentTermsDays: number;
  readonly net: string;
  readonly tax: string;
  readonly gross: string;
  readonly taxes: readonly {
    readonly taxCode: string;
    readonly percent: string;
    readonly net: string;
    readonly tax: string;
  }[];
  readonly lines: readonly {
    readonly line: number;
    readonly sku: string;
    readonly name: string;
    readonly quantity: string;
    readonly uom: string;
    readonly unitPrice: string;
    readonly net: string;
    readonly taxCode: string;
  }[];
}
