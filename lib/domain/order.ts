import type { Channel } from './master';
import type { Ratio } from './quantity';

/** What an order can be; `lifecycle.ts` says how it gets there. */
export const orderStatuses = [
  'Created',
  'ReadyForDelivery',
  'OnHold',
  'SentToWarehouse',
  'PartiallyDelivered',
  'Delivered',
  'Invoiced',
  'CancelRequested',
  'Cancelled',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export type ReleaseStatus =
  | 'Claimed'
  | 'Unknown'
  | 'Acknowledged'
  | 'Refused'
  | 'CancelRequested'
  | 'Cancelled'
  | 'Closed';

/** A release that the warehouse may still act on. */
export const openReleaseStatuses: ReadonlySet<ReleaseStatus> = new Set([
  'Claimed',
  'Unknown',
  'Acknowledged',
  'CancelRequested',
]);

export type CheckName = 'inventory' | 'credit' | 'overdue';

/** Each check is a bit of `checksRequired`, `checksJudged` and `checksPassed`. */
export const checkBits: Readonly<Record<CheckName, number>> = { inventory: 1, credit: 2, overdue: 4 };
export const checkNames = Object.keys(checkBits) as CheckName[];

export function bitsOf(checks: readonly CheckName[]): number {
  return checks.reduce((bits, check) => bits | checkBits[check], 0);
}

export type HoldReason =
  | 'awaiting-stock'
  | 'credit'
  | 'customer-request'
  | 'intake-review'
  | 'operator'
  | 'overdue'
  | 'possible-duplicate'
  | 'price'
  | 'queue'
  | 'warehouse-refused';

/** Holds that finance releases; all others are for operations. */
export const financialHolds: ReadonlySet<HoldReason> = new Set(['credit', 'overdue', 'queue']);

/** Holds that go by themselves when their rule no longer fires. */
export const ruleHolds: ReadonlySet<HoldReason> = new Set(['credit', 'overdue', 'queue', 'awaiting-stock']);

export interface Hold {
  readonly reason: HoldReason;
  readonly rule: string;
  readonly evidence: Evidence;
  readonly since: string;
  readonly by: string;
  /** Placed by a person: never released automatically. */
  readonly forced: boolean;
}

export type Evidence = Readonly<Record<string, unknown>>;

/** Quantities in milli-units of the base unit; `unitPrice` in price units per ordered unit. */
export interface OrderLine {
  readonly line: number;
  readonly sku: string;
  readonly baseUom: string;
  /** The unit it was ordered in. */
  readonly uom: string;
  readonly ratio: Ratio;
  readonly ordered: number;
  reserved: number;
  delivered: number;
  invoiced: number;
  cancelled: number;
  readonly unitPrice: number;
  readonly taxCode: string;
  reason: string | null;
}

export interface Release {
  readonly release: number;
  readonly warehouse: string;
  status: ReleaseStatus;
  readonly key: string;
  /** What the warehouse was asked to ship: [line, milli-units]. */
  readonly lines: readonly (readonly [line: number, quantity: number])[];
  attempts: number;
  nextAttemptAt: string | null;
  parked: boolean;
  reference: string | null;
  words: string | null;
  /** Why the order is to be cancelled when the warehouse agrees; null when it is only held. */
  cancelReason: string | null;
  readonly claimedAt: string;
}

export interface Decision {
  readonly check: CheckName;
  readonly outcome: 'passed' | 'held' | 'cancelled';
  readonly reason: string | null;
  readonly explanation: string;
  readonly evidence: Evidence;
  readonly passesIf: string | null;
  readonly decidedAt: string;
}

/** What never changes after the order was created. */
export interface OrderTerms {
  readonly id: number;
  readonly partner: string;
  readonly customer: string;
  readonly creditAccount: string;
  readonly poNumber: string;
  readonly releaseNumber: string;
  readonly documentId: number;
  readonly inboxId: number;
  readonly channel: Channel;
  readonly sourceSystem: string | null;
  readonly document: string;
  readonly indicator: string;
  readonly receivedAt: string;
  readonly createdAt: string;
  readonly currency: string;
  readonly orderDate: string;
  readonly requestedDelivery: string | null;
  readonly warehouse: string;
  /** JSON */
  readonly shipTo: string | null;
  readonly note: string | null;
  /** 1 (first) to 9 (last). */
  readonly priority: number;
  readonly shortagePolicy: 'cancel-line' | 'cancel-order';
  readonly paymentTermsDays: number;
  readonly checksRequired: number;
  /** Rate in hundredths of a percent by tax code, as it was on the order date. */
  readonly taxRates: Readonly<Record<string, number>>;
}

/** An order as one transaction holds it: its terms, and everything that may change. Money in minor units. */
export interface Order extends OrderTerms {
  status: OrderStatus;
  reason: string | null;
  lines: OrderLine[];
  holds: Hold[];
  releases: Release[];
  checksJudged: number;
  checksPassed: number;
  heldSince: string | null;
  /** How many orders behind this one were released before it. */
  passedOver: number;
  /** The account's count of passes when this order was held: new orders approved since then passed it as well. */
  passesAtHold: number;
  reservedUntil: string | null;
  /** What credit was approved for, until when, under which version of the settings. */
  approvalGross: number;
  approvalAt: string | null;
  approvalUntil: string | null;
  approvalPolicy: number;
  /** What this order takes of the account's `approved_gross` bucket now. */
  approvedGross: number;
  /** Cash that counts for this order alone. */
  earmarked: number;
  stepAt: string;
}

/** An order as it is created: nothing of it has been judged, held or shipped yet. */
export function createdOrder(terms: OrderTerms, lines: OrderLine[]): Order {
  return {
    ...terms,
    status: 'Created',
    reason: null,
    lines,
    holds: [],
    releases: [],
    checksJudged: 0,
    checksPassed: 0,
    heldSince: null,
    passedOver: 0,
    passesAtHold: 0,
    reservedUntil: null,
    approvalGross: 0,
    approvalAt: null,
    approvalUntil: null,
    approvalPolicy: 0,
    approvedGross: 0,
    earmarked: 0,
    stepAt: terms.createdAt,
  };
}

export const openQuantity = (line: OrderLine): number => line.ordered - line.delivered - line.cancelled;

export function salesOrderNumber(id: number): string {
  return `SO-${String(id).padStart(6, '0')}`;
}

/** The order id of a number such as `SO-000012`, or undefined when it is none. */
export function salesOrderId(number: string): number | undefined {
  const match = /^SO-(\d{6,15})$/.exec(number);
  return match ? Number(match[1]) : undefined;
}
