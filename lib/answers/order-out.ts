import { multiplyDivide } from '../domain/decimal';
import { formatMoney, formatPrice } from '../domain/money';
import {
  type Decision,
  type Evidence,
  type Hold,
  type Order,
  type OrderLine,
  type OrderStatus,
  openQuantity,
  salesOrderNumber,
} from '../domain/order';
import { orderAmounts } from '../domain/pricing';
import { formatQuantity } from '../domain/quantity';
import type { Database } from '../store/database';
import { loadDecisions } from '../store/decisions';
import { loadOrders } from '../store/orders';
import { customerSentence } from './customer-words';

/** Who reads an answer: the customer's side sees outcomes and reason codes, never figures, names or explanations. */
export type Audience = 'partner' | 'internal';

export function audienceOf(role: string): Audience {
  return role === 'partner' || role === 'warehouse' ? 'partner' : 'internal';
}

export type LineStatus = 'Open' | 'Partly' | 'Delivered' | 'Invoiced' | 'Cancelled';

/** Quantities are decimal strings in the base unit `uom`; `unitPrice` is for one ordered unit. */
export interface LineOut {
  readonly line: number;
  readonly sku: string;
  readonly quantity: string;
  readonly uom: string;
  /** As it was ordered, when that was in another unit. */
  readonly ordered?: { readonly quantity: string; readonly uom: string };
  readonly reserved: string;
  readonly delivered: string;
  readonly invoiced: string;
  readonly cancelled: string;
  readonly unitPrice: string;
  readonly status: LineStatus;
  readonly reason: string | null;
}

export interface HoldOut {
  readonly reason: string;
  readonly rule: string;
  readonly since: string;
  /** null for the customer's side */
  readonly by: string | null;
  readonly forced: boolean;
  readonly evidence: Evidence;
}

export interface DecisionOut {
  readonly check: string;
  readonly outcome: Decision['outcome'];
  readonly reason: string | null;
  readonly explanation: string;
  readonly evidence: Evidence;
  readonly passesIf: string | null;
  readonly decidedAt: string;
}

/** Amounts are decimal strings in `currency`: of what was ordered and not cancelled. */
export interface OrderOut {
  readonly salesOrder: string;
  readonly poNumber: string;
  readonly status: OrderStatus;
  readonly reason: string | null;
  readonly replayed: boolean;
  readonly source: {
    readonly channel: string;
    readonly partner: string;
    readonly sourceSystem: string | null;
    readonly indicator: string;
    readonly document: string;
    readonly inboxId: string;
    readonly receivedAt: string;
  };
  readonly customer: string;
  readonly currency: string;
  readonly net: string;
  readonly tax: string;
  readonly total: string;
  readonly orderDate: string;
  readonly requestedDelivery: string | null;
  readonly warehouse: string;
  readonly shipTo: Readonly<Record<string, string>> | null;
  readonly priority: number;
  readonly createdAt: string;
  readonly lines: readonly LineOut[];
  readonly holds: readonly HoldOut[];
  readonly decisions: readonly DecisionOut[];
}

export interface OrderOutOptions {
  /** The order was there before the request that is answered. */
  readonly replayed?: boolean;
  /** `partner` when nothing is said. */
  readonly audience?: Audience;
}

/** Orders as they are answered, in the order of `ids`; ids that are none are left out. Five statements, however many they are. */
export async function ordersOut(
  db: Database,
  ids: readonly number[],
  options: OrderOutOptions = {},
): Promise<OrderOut[]> {
  const { orders, decisions } = await readOrders(db, ids);
  const out = new Map(orders.map((order) => [order.id, orderOut(order, decisions.get(order.id) ?? [], options)]));
  return ids.flatMap((id) => out.get(id) ?? []);
}

export interface ReadOrders {
  readonly orders: readonly Order[];
  readonly decisions: ReadonlyMap<number, Decision[]>;
}

export async function readOrders(db: Database, ids: readonly number[]): Promise<ReadOrders> {
  const orders = await loadOrders(db, [...new Set(ids)]);
  const decisions = await loadDecisions(
    db,
    orders.map((order) => order.id),
  );
  return { orders, decisions };
}

export function orderOut(order: Order, decisions: readonly Decision[], options: OrderOutOptions): OrderOut {
  const amounts = orderAmounts(order);
  const audience = options.audience ?? 'partner';
  return {
    salesOrder: salesOrderNumber(order.id),
    poNumber: order.poNumber,
    status: order.status,
    reason: order.reason,
    replayed: options.replayed ?? false,
    source: {
      channel: order.channel,
      partner: order.partner,
      sourceSystem: order.sourceSystem,
      indicator: order.indicator,
      document: order.document,
      inboxId: String(order.inboxId),
      receivedAt: order.receivedAt,
    },
    customer: order.customer,
    currency: order.currency,
    net: formatMoney(amounts.net, order.currency),
    tax: formatMoney(amounts.tax, order.currency),
    total: formatMoney(amounts.gross, order.currency),
    orderDate: order.orderDate,
    requestedDelivery: order.requestedDelivery,
    warehouse: order.warehouse,
    shipTo: order.shipTo === null ? null : (JSON.parse(order.shipTo) as Record<string, string>),
    priority: order.priority,
    createdAt: order.createdAt,
    lines: order.lines.map(lineOut),
    holds: order.holds.map((hold) => holdOut(hold, audience)),
    decisions: decisions.map((decision) => decisionOut(decision, audience)),
  };
}

function lineOut(line: OrderLine): LineOut {
  const { numerator, denominator } = line.ratio;
  const orderedIn =
    line.uom === line.baseUom
      ? {}
      : {
          ordered: {
            quantity: formatQuantity(multiplyDivide(line.ordered, denominator, 1, numerator, 1)),
            uom: line.uom,
          },
        };
  return {
    line: line.line,
    sku: line.sku,
    quantity: formatQuantity(line.ordered),
    uom: line.baseUom,
    ...orderedIn,
    reserved: formatQuantity(line.reserved),
    delivered: formatQuantity(line.delivered),
    invoiced: formatQuantity(line.invoiced),
    cancelled: formatQuantity(line.cancelled),
    unitPrice: formatPrice(line.unitPrice),
    status: lineStatus(line),
    reason: line.reason,
  };
}

function lineStatus(line: OrderLine): LineStatus {
  if (openQuantity(line) > 0) return line.delivered > 0 ? 'Partly' : 'Open';
  if (line.delivered === 0) return 'Cancelled';
  return line.invoiced >= line.delivered ? 'Invoiced' : 'Delivered';
}

function holdOut({ reason, rule, since, by, forced, evidence }: Hold, audience: Audience): HoldOut {
  return audience === 'internal'
    ? { reason, rule, since, by, forced, evidence }
    : { reason, rule, since, by: null, forced, evidence: {} };
}

function decisionOut(decision: Decision, audience: Audience): DecisionOut {
  const { check, outcome, reason, decidedAt } = decision;
  if (audience === 'internal') {
    return {
      check,
      outcome,
      reason,
      explanation: decision.explanation,
      evidence: decision.evidence,
      passesIf: decision.passesIf,
      decidedAt,
    };
  }
  return { check, outcome, reason, explanation: customerSentence(decision), evidence: {}, passesIf: null, decidedAt };
}
