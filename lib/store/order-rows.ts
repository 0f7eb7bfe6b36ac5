import { type Hold, type Order, type OrderLine, openReleaseStatuses, type Release } from '../domain/order';
import type { Row } from './database';

export interface OrderRow {
  order_id: number;
  partner: string;
  customer: string;
  credit_account: string;
  po_number: string;
  release_number: string;
  document_id: number;
  inbox_id: number;
  channel: Order['channel'];
  source_system: string | null;
  document: string;
  indicator: string;
  received_at: string;
  created_at: string;
  currency: string;
  order_date: string;
  requested_delivery: string | null;
  warehouse: string;
  ship_to: string | null;
  note: string | null;
  priority: number;
  shortage_policy: Order['shortagePolicy'];
  payment_terms_days: number;
  tax_rates: string;
  status: Order['status'];
  reason: string | null;
  checks_required: number;
  checks_judged: number;
  checks_passed: number;
  hold_count: number;
  held_since: string | null;
  passed_over: number;
  passes_at_hold: number;
  reserved_until: string | null;
  approval_gross: number;
  approval_at: string | null;
  approval_until: string | null;
  approval_policy: number;
  approved_gross: number;
  earmarked: number;
  last_release: number;
  step_at: string;
}

export interface LineRow {
  order_id: number;
  line: number;
  sku: string;
  base_uom: string;
  uom: string;
  uom_numerator: number;
  uom_denominator: number;
  ordered: number;
  reserved: number;
  delivered: number;
  invoiced: number;
  cancelled: number;
  unit_price: number;
  tax_code: string;
  reason: string | null;
}

export interface HoldRow {
  order_id: number;
  reason: Hold['reason'];
  rule: string;
  evidence: string;
  since: string;
  placed_by: string;
  forced: number;
}

export interface ReleaseRow {
  order_id: number;
  release: number;
  warehouse: string;
  status: Release['status'];
  idempotency_key: string;
  lines: string;
  attempts: number;
  next_attempt_at: string | null;
  parked: number;
  reference: string | null;
  words: string | null;
  cancel_reason: string | null;
  claimed_at: string;
}

export function orderOf(row: OrderRow): Order {
  return {
    id: row.order_id,
    partner: row.partner,
    customer: row.customer,
    creditAccount: row.credit_account,
    poNumber: row.po_number,
    releaseNumber: row.release_number,
    documentId: row.document_id,
    inboxId: row.inbox_id,
    channel: row.channel,
    sourceSystem: row.source_system,
    document: row.document,
    indicator: row.indicator,
    receivedAt: row.received_at,
    createdAt: row.created_at,
    currency: row.currency,
    orderDate: row.order_date,
    requestedDelivery: row.requested_delivery,
    warehouse: row.warehouse,
    shipTo: row.ship_to,
    note: row.note,
    priority: row.priority,
    shortagePolicy: row.shortage_policy,
    paymentTermsDays: row.payment_terms_days,
    checksRequired: row.checks_required,
    taxRates: JSON.parse(row.tax_rates) as Record<string, number>,
    status: row.status,
    reason: row.reason,
    lines: [],
    holds: [],
    releases: [],
    checksJudged: row.checks_judged,
    checksPassed: row.checks_passed,
    heldSince: row.held_since,
    passedOver: row.passed_over,
    passesAtHold: row.passes_at_hold,
    reservedUntil: row.reserved_until,
    approvalGross: row.approval_gross,
    approvalAt: row.approval_at,
    approvalUntil: row.approval_until,
    approvalPolicy: row.approval_policy,
    approvedGross: row.approved_gross,
    earmarked: row.earmarked,
    stepAt: row.step_at,
  };
}

export function lineOf(row: LineRow): OrderLine {
  return {
    line: row.line,
    sku: row.sku,
    baseUom: row.base_uom,
    uom: row.uom,
    ratio: { numerator: row.uom_numerator, denominator: row.uom_denominator },
    ordered: row.ordered,
    reserved: row.reserved,
    delivered: row.delivered,
    invoiced: row.invoiced,
    cancelled: row.cancelled,
    unitPrice: row.unit_price,
    taxCode: row.tax_code,
    reason: row.reason,
  };
}

export function holdOf(row: HoldRow): Hold {
  return {
    reason: row.reason,
    rule: row.rule,
    evidence: JSON.parse(row.evidence),
    since: row.since,
    by: row.placed_by,
    forced: row.forced === 1,
  };
}

export function releaseOf(row: ReleaseRow): Release {
  return {
    release: row.release,
    warehouse: row.warehouse,
    status: row.status,
    key: row.idempotency_key,
    lines: JSON.parse(row.lines),
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    parked: row.parked === 1,
    reference: row.reference,
    words: row.words,
    cancelReason: row.cancel_reason,
    claimedAt: row.claimed_at,
  };
}

/** What identifies the order besides its terms, and what only its creation knows. */
export interface NewOrder {
  readonly order: Order;
  readonly poKey: string;
  readonly loosePoKey: string;
  /** How many of its partner's and customer's orders have a number like its own and were there before it. */
  readonly alike: number;
  readonly fingerprint: string;
  readonly net: number;
  readonly tax: number;
  readonly gross: number;
}

export function termsRow({ order, poKey, loosePoKey, alike, fingerprint, net, tax, gross }: NewOrder): Row {
  return {
    order_id: order.id,
    partner: order.partner,
    customer: order.customer,
    po_number: order.poNumber,
    po_key: poKey,
    loose_po_key: loosePoKey,
    alike,
    release_number: order.releaseNumber,
    fingerprint,
    document_id: order.documentId,
    inbox_id: order.inboxId,
    channel: order.channel,
    source_system: order.sourceSystem,
    document: order.document,
    indicator: order.indicator,
    received_at: order.receivedAt,
    created_at: order.createdAt,
    currency: order.currency,
    order_date: order.orderDate,
    requested_delivery: order.requestedDelivery,
    warehouse: order.warehouse,
    ship_to: order.shipTo,
    note: order.note,
    shortage_policy: order.shortagePolicy,
    payment_terms_days: order.paymentTermsDays,
    net,
    tax,
    gross,
    tax_rates: JSON.stringify(order.taxRates),
    checks_required: order.checksRequired,
  };
}

export const stateRow = (order: Order): Row => ({
  order_id: order.id,
  priority: order.priority,
  credit_account: order.creditAccount,
  ...changingColumns(order),
});

export function changingColumns(order: Order): Row {
  const openRelease = order.releases.find(({ status }) => openReleaseStatuses.has(status));
  return {
    status: order.status,
    reason: order.reason,
    checks_judged: order.checksJudged,
    checks_passed: order.checksPassed,
    hold_count: order.holds.length,
    held_since: order.heldSince,
    passed_over: order.passedOver,
    passes_at_hold: order.passesAtHold,
    reserved_until: order.reservedUntil,
    approval_gross: order.approvalGross,
    approval_at: order.approvalAt,
    approval_until: order.approvalUntil,
    approval_policy: order.approvalPolicy,
    approved_gross: order.approvedGross,
    earmarked: order.earmarked,
    open_release: openRelease?.release ?? null,
    last_release: order.releases.at(-1)?.release ?? 0,
    step_at: order.stepAt,
  };
}

export function lineRow(orderId: number, line: OrderLine): Row {
  return {
    order_id: orderId,
    line: line.line,
    sku: line.sku,
    base_uom: line.baseUom,
    uom: line.uom,
    uom_numerator: line.ratio.numerator,
    uom_denominator: line.ratio.denominator,
    unit_price: line.unitPrice,
    tax_code: line.taxCode,
    ordered: line.ordered,
    ...changingLineColumns(line),
  };
}

export const changingLineColumns = (line: OrderLine): Row => ({
  reserved: line.reserved,
  delivered: line.delivered,
  invoiced: line.invoiced,
  cancelled: line.cancelled,
  reason: line.reason,
});

export const holdRow = (orderId: number, hold: Hold): Row => ({
  order_id: orderId,
  reason: hold.reason,
  rule: hold.rule,
  evidence: JSON.stringify(hold.evidence),
  since: hold.since,
  placed_by: hold.by,
  forced: hold.forced ? 1 : 0,
});

export const releaseRow = (orderId: number, release: Release): Row => ({
  order_id: orderId,
  release: release.release,
  warehouse: release.warehouse,
  idempotency_key: release.key,
  lines: JSON.stringify(release.lines),
  claimed_at: release.claimedAt,
  ...changingReleaseColumns(release),
});

export const changingReleaseColumns = (release: Release): Row => ({
  status: release.status,
  attempts: release.attempts,
  next_attempt_at: release.nextAttemptAt,
  parked: release.parked ? 1 : 0,
  reference: release.reference,
  words: release.words,
  cancel_reason: release.cancelReason,
});
