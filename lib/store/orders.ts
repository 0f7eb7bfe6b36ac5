import type { Decision, Hold, Order, OrderLine, Release } from '../domain/order';
import { type Database, type Row, together } from './database';
import type { OrderMemory, StampedOrder } from './order-memory';

interface OrderRow {
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

interface LineRow {
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

interface HoldRow {
  order_id: number;
  reason: Hold['reason'];
  rule: string;
  evidence: string;
  since: string;
  placed_by: string;
  forced: number;
}

interface ReleaseRow {
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

/** The stamp of rows that no transaction of a stage has written: nobody remembers them. */
const nobodys = 0;

const orderColumns = `s.order_id, partner, customer, credit_account, po_number, release_number, document_id, inbox_id, channel, source_system, document, indicator,
  received_at, created_at, currency, order_date, requested_delivery, warehouse, ship_to, note, priority, shortage_policy, payment_terms_days, tax_rates, status, reason,
  checks_required, checks_judged, checks_passed, hold_count, held_since, passed_over, passes_at_hold, reserved_until, approval_gross, approval_at, approval_until,
  approval_policy, approved_gross, earmarked, last_release, step_at`;

/** The orders with these ids, ascending, as they are now: not locked. */
export async function loadOrders(db: Database, ids: readonly number[]): Promise<Order[]> {
  if (ids.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<OrderRow>(
    `select ${orderColumns} from sales_order_state s join sales_order_terms t on t.order_id = s.order_id
     where ${dialect.inList('s.order_id', 'bigint')} order by s.order_id`,
    [dialect.listOf(ids)],
  );
  const orders = rows.map(orderOf);
  const byId = new Map(orders.map((order) => [order.id, order]));
  for (const row of await children<LineRow>(db, 'sales_order_line', 'line', [...byId.keys()]))
    byId.get(row.order_id)?.lines.push(lineOf(row));
  const held = rows.filter((row) => row.hold_count > 0).map((row) => row.order_id);
  for (const row of await children<HoldRow>(db, 'hold', 'since', held)) byId.get(row.order_id)?.holds.push(holdOf(row));
  const released = rows.filter((row) => row.last_release > 0).map((row) => row.order_id);
  for (const row of await children<ReleaseRow>(db, 'warehouse_release', 'release', released))
    byId.get(row.order_id)?.releases.push(releaseOf(row));
  return orders;
}

/** Locks the orders with these ids, ascending, before anything else of them is read; what `memory` knows of them is not read again. */
export async function lockOrders(db: Database, ids: readonly number[], memory: OrderMemory): Promise<StampedOrder[]> {
  if (ids.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<{ order_id: number; stamp: number }>(
    `select order_id, stamp from sales_order_state where ${dialect.inList('order_id', 'bigint')} order by order_id ${dialect.lockRows}`,
    [dialect.listOf(ids)],
  );
  const known = new Map<number, Order>();
  for (const { order_id, stamp } of rows) {
    const order = memory.take(order_id, stamp);
    if (order !== undefined) known.set(order_id, order);
  }
  const unknown = rows.filter(({ order_id }) => !known.has(order_id)).map(({ order_id }) => order_id);
  for (const order of await loadOrders(db, unknown)) known.set(order.id, order);
  return rows.map(({ order_id, stamp }) => ({ order: known.get(order_id) as Order, stamp }));
}

function children<T>(db: Database, table: string, order: string, ids: readonly number[]): Promise<T[]> {
  if (ids.length === 0) return Promise.resolve([]);
  const { dialect } = db;
  return db.all<T>(`select * from ${table} where ${dialect.inList('order_id', 'bigint')} order by order_id, ${order}`, [
    dialect.listOf(ids),
  ]);
}

function orderOf(row: OrderRow): Order {
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

function lineOf(row: LineRow): OrderLine {
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

function holdOf(row: HoldRow): Hold {
  return {
    reason: row.reason,
    rule: row.rule,
    evidence: JSON.parse(row.evidence),
    since: row.since,
    by: row.placed_by,
    forced: row.forced === 1,
  };
}

function releaseOf(row: ReleaseRow): Release {
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
  readonly fingerprint: string;
  readonly net: number;
  readonly tax: number;
  readonly gross: number;
}

/** Inserts orders with lines and holds. Returns false when another transaction took one of the identities first: the caller starts again and finds it. */
export async function insertOrders(db: Database, created: readonly NewOrder[], stamp = nobodys): Promise<boolean> {
  const inserted = await db.insert('sales_order_terms', created.map(termsRow), { onConflict: 'nothing' });
  if (inserted !== created.length) return false;
  await together([
    db.insert(
      'sales_order_state',
      created.map(({ order }) => ({ ...stateRow(order), stamp })),
    ),
    db.insert(
      'sales_order_line',
      created.flatMap(({ order }) => order.lines.map((line) => lineRow(order.id, line))),
    ),
    db.insert(
      'hold',
      created.flatMap(({ order }) => order.holds.map((hold) => holdRow(order.id, hold))),
    ),
  ]);
  return true;
}

function termsRow({ order, poKey, loosePoKey, fingerprint, net, tax, gross }: NewOrder): Row {
  return {
    order_id: order.id,
    partner: order.partner,
    customer: order.customer,
    po_number: order.poNumber,
    po_key: poKey,
    loose_po_key: loosePoKey,
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

const stateRow = (order: Order): Row => ({
  order_id: order.id,
  priority: order.priority,
  credit_account: order.creditAccount,
  ...changingColumns(order),
});

function changingColumns(order: Order): Row {
  const openRelease = order.releases.find(
    (release) =>
      release.status === 'Claimed' ||
      release.status === 'Unknown' ||
      release.status === 'Acknowledged' ||
      release.status === 'CancelRequested',
  );
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

function lineRow(orderId: number, line: OrderLine): Row {
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

const changingLineColumns = (line: OrderLine): Row => ({
  reserved: line.reserved,
  delivered: line.delivered,
  invoiced: line.invoiced,
  cancelled: line.cancelled,
  reason: line.reason,
});

const holdRow = (orderId: number, hold: Hold): Row => ({
  order_id: orderId,
  reason: hold.reason,
  rule: hold.rule,
  evidence: JSON.stringify(hold.evidence),
  since: hold.since,
  placed_by: hold.by,
  forced: hold.forced ? 1 : 0,
});

const releaseRow = (orderId: number, release: Release): Row => ({
  order_id: orderId,
  release: release.release,
  warehouse: release.warehouse,
  status: release.status,
  idempotency_key: release.key,
  lines: JSON.stringify(release.lines),
  attempts: release.attempts,
  next_attempt_at: release.nextAttemptAt,
  parked: release.parked ? 1 : 0,
  reference: release.reference,
  words: release.words,
  cancel_reason: release.cancelReason,
  claimed_at: release.claimedAt,
});

/** An order as it was when it was loaded, to find what a stage changed. */
export interface OrderBefore {
  readonly status: Order['status'];
  readonly approvedGross: number;
  readonly header: string;
  readonly lines: readonly OrderLine[];
  readonly holds: readonly Hold[];
  readonly releases: readonly Release[];
}

export function rememberOrder(order: Order): OrderBefore {
  return {
    status: order.status,
    approvedGross: order.approvedGross,
    header: headerKey(order),
    lines: order.lines.map((line) => ({ ...line })),
    holds: order.holds,
    releases: order.releases.map((release) => ({ ...release })),
  };
}

const headerKey = (order: Order): string => JSON.stringify(changingColumns(order));

/** Writes what changed of locked orders, a statement a table, under this transaction's `stamp`. Returns the orders that changed at all. */
export async function saveOrders(
  db: Database,
  changed: readonly { readonly order: Order; readonly before: OrderBefore }[],
  now: string,
  stamp = nobodys,
): Promise<Order[]> {
  const headers: Row[] = [];
  const lines: Row[] = [];
  const newHolds: Row[] = [];
  const goneHolds: { orderId: number; reason: string }[] = [];
  const newReleases: Row[] = [];
  const releases: Row[] = [];
  const touched: Order[] = [];
  for (const { order, before } of changed) {
    const counts = lines.length + newHolds.length + goneHolds.length + newReleases.length + releases.length;
    order.lines.forEach((line, i) => {
      if (lineDiffers(line, before.lines[i]))
        lines.push({ order_id: order.id, line: line.line, ...changingLineColumns(line) });
    });
    if (order.holds !== before.holds) compareHolds(order, before, newHolds, goneHolds);
    order.releases.forEach((release, i) => {
      const old = before.releases[i];
      if (old === undefined) newReleases.push(releaseRow(order.id, release));
      else if (JSON.stringify(release) !== JSON.stringify(old)) releases.push(releaseUpdate(order.id, release));
    });
    const same = counts === lines.length + newHolds.length + goneHolds.length + newReleases.length + releases.length;
    if (same && headerKey(order) === before.header) continue;
    order.stepAt = now;
    headers.push({ order_id: order.id, ...changingColumns(order), stamp });
    touched.push(order);
  }
  await together([
    db.update('sales_order_state', ['order_id'], headers),
    db.update('sales_order_line', ['order_id', 'line'], lines),
    ...[...groupByReason(goneHolds)].map(([reason, ids]) =>
      db.run(`delete from hold where reason = ? and ${db.dialect.inList('order_id', 'bigint')}`, [
        reason,
        db.dialect.listOf(ids),
      ]),
    ),
    db.insert('hold', newHolds),
    db.insert('warehouse_release', newReleases),
    db.update('warehouse_release', ['order_id', 'release'], releases),
  ]);
  return touched;
}

const releaseUpdate = (orderId: number, release: Release): Row => ({
  order_id: orderId,
  release: release.release,
  status: release.status,
  attempts: release.attempts,
  next_attempt_at: release.nextAttemptAt,
  parked: release.parked ? 1 : 0,
  reference: release.reference,
  words: release.words,
  cancel_reason: release.cancelReason,
});

function lineDiffers(line: OrderLine, before: OrderLine | undefined): boolean {
  return (
    before === undefined ||
    line.reserved !== before.reserved ||
    line.delivered !== before.delivered ||
    line.invoiced !== before.invoiced ||
    line.cancelled !== before.cancelled ||
    line.reason !== before.reason
  );
}

function compareHolds(
  order: Order,
  before: OrderBefore,
  added: Row[],
  gone: { orderId: number; reason: string }[],
): void {
  for (const hold of before.holds) {
    if (!order.holds.includes(hold)) gone.push({ orderId: order.id, reason: hold.reason });
  }
  for (const hold of order.holds) {
    if (!before.holds.includes(hold)) added.push(holdRow(order.id, hold));
  }
}

function groupByReason(gone: readonly { orderId: number; reason: string }[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const { orderId, reason } of gone) groups.set(reason, [...(groups.get(reason) ?? []), orderId]);
  return groups;
}

/** One decision row an order and check: the newest one stands, the audit keeps the others. */
export async function saveDecisions(
  db: Database,
  decisions: readonly { readonly orderId: number; readonly decision: Decision; readonly again: boolean }[],
): Promise<void> {
  const rows = decisions.map(({ orderId, decision, again }) => ({
    again,
    row: {
      order_id: orderId,
      check_name: decision.check,
      outcome: decision.outcome,
      reason: decision.reason,
      explanation: decision.explanation,
      evidence: JSON.stringify(decision.evidence),
      passes_if: decision.passesIf,
      decided_at: decision.decidedAt,
    },
  }));
  const fresh = rows.filter(({ again }) => !again).map(({ row }) => row);
  // A check that has to be done anew (its stock was taken back) has a decision already.
  const inserted = await db.insert('decision', fresh, { onConflict: 'nothing' });
  const known = inserted < fresh.length ? rows : rows.filter(({ again }) => again);
  await db.update(
    'decision',
    ['order_id', 'check_name'],
    known.map(({ row }) => row),
  );
}

interface DecisionRow {
  order_id: number;
  check_name: Decision['check'];
  outcome: Decision['outcome'];
  reason: string | null;
  explanation: string;
  evidence: string;
  passes_if: string | null;
  decided_at: string;
}

export async function loadDecisions(db: Database, ids: readonly number[]): Promise<Map<number, Decision[]>> {
  const decisions = new Map<number, Decision[]>();
  for (const row of await children<DecisionRow>(db, 'decision', 'decided_at', ids)) {
    const decision: Decision = {
      check: row.check_name,
      outcome: row.outcome,
      reason: row.reason,
      explanation: row.explanation,
      evidence: JSON.parse(row.evidence),
      passesIf: row.passes_if,
      decidedAt: row.decided_at,
    };
    decisions.set(row.order_id, [...(decisions.get(row.order_id) ?? []), decision]);
  }
  return decisions;
}
