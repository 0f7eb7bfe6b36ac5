import type { Fault } from '../../lib/domain/faults';
import {
  checkBits,
  createdOrder,
  type Decision,
  type Order,
  type OrderLine,
  type OrderTerms,
  type Release,
  salesOrderNumber,
} from '../../lib/domain/order';
import { orderAmounts } from '../../lib/domain/pricing';
import { loosePoKey, poKey } from '../../lib/intake/canonical-order';
import { writeAudit } from '../../lib/store/audit';
import type { Database } from '../../lib/store/database';
import { saveDecisions } from '../../lib/store/decisions';
import { insertMessages, type NewMessage } from '../../lib/store/inbox';
import { insertDocuments, type NewDocument, saveVerdicts } from '../../lib/store/inbox-documents';
import { insertOrders, loadOrders } from '../../lib/store/orders';
import { orderChanges, rememberOrder } from '../../lib/store/save-orders';

export const now = '2026-11-23T10:00:00.000Z';

/** A line of 5 WIDGET-1 at 12.50, nothing of it done yet. */
export function aLine(change: Partial<OrderLine> = {}): OrderLine {
  const line: OrderLine = {
    line: 1,
    sku: 'WIDGET-1',
    baseUom: 'EA',
    uom: 'EA',
    ratio: { numerator: 1, denominator: 1 },
    ordered: 5_000,
    reserved: 0,
    delivered: 0,
    invoiced: 0,
    cancelled: 0,
    unitPrice: 125_000,
    taxCode: 'STD',
    reason: null,
  };
  return { ...line, ...change };
}

/** An order of WEBSHOP for C-1001, just created. */
export function anOrder(id: number, change: Partial<Order> = {}): Order {
  const terms: OrderTerms = {
    id,
    partner: 'WEBSHOP',
    customer: 'C-1001',
    creditAccount: 'C-1001',
    poNumber: `PO-${id}`,
    releaseNumber: '',
    documentId: id,
    inboxId: id,
    channel: 'api',
    sourceSystem: null,
    document: `key-${id}`,
    indicator: 'WEB-EU',
    receivedAt: now,
    createdAt: now,
    currency: 'EUR',
    orderDate: '2026-11-23',
    requestedDelivery: '2026-11-30',
    warehouse: 'MAIN',
    shipTo: JSON.stringify({ name: 'Northwind', country: 'DE' }),
    note: null,
    priority: 5,
    shortagePolicy: 'cancel-line',
    paymentTermsDays: 30,
    checksRequired: checkBits.inventory | checkBits.credit | checkBits.overdue,
    taxRates: { STD: 1900 },
  };
  return { ...createdOrder(terms, [aLine()]), ...change };
}

export async function storeOrders(db: Database, orders: readonly Order[]): Promise<void> {
  await insertOrders(
    db,
    orders.map((order) => ({
      order,
      poKey: poKey(order.poNumber),
      loosePoKey: loosePoKey(order.poNumber),
      alike: 0,
      fingerprint: `fingerprint ${order.id}`,
      ...orderAmounts(order),
    })),
  );
}

export async function storeReleases(db: Database, orderId: number, releases: readonly Release[]): Promise<void> {
  const [order] = (await loadOrders(db, [orderId])) as [Order];
  const before = rememberOrder(order);
  order.releases = [...releases];
  await orderChanges([{ order, before }], now).write(db);
}

export async function storeDecision(db: Database, orderId: number, decision: Partial<Decision> = {}): Promise<void> {
  const held: Decision = {
    check: 'credit',
    outcome: 'held',
    reason: 'credit',
    explanation: '204.50 EUR over the credit limit: the exposure would be 1204.50, the limit is 1000.00.',
    evidence: { limit: '1000.00', otherOrdersApproved: '900.00' },
    passesIf: 'passes if 204.50 EUR is paid, or without line 3',
    decidedAt: now,
  };
  await saveDecisions(db, [{ orderId, decision: { ...held, ...decision } }]);
}

export async function storeHistory(db: Database, orderId: number): Promise<void> {
  const record = { at: now, subject: 'order' as const, subjectId: salesOrderNumber(orderId) };
  await writeAudit(
    db,
    [
      {
        ...record,
        actor: 'node 1',
        stage: 'source',
        from: null,
        to: 'Created',
        reason: null,
        evidence: { channel: 'api' },
      },
      {
        ...record,
        actor: 'anna',
        stage: 'credit',
        from: 'Created',
        to: 'OnHold',
        reason: 'credit',
        evidence: { limit: '1000.00' },
      },
    ],
    now,
  );
}

export function aMessage(inboxId: number, change: Partial<NewMessage> = {}): NewMessage {
  return {
    inboxId,
    channel: 'api',
    partner: 'WEBSHOP',
    sourceSystem: null,
    messageKey: null,
    document: `key-${inboxId}`,
    contentType: 'application/json',
    bytes: Buffer.from('{"poNumber":"PO-1"}'),
    sha256: 'a'.repeat(64),
    fingerprint: 'b'.repeat(64),
    single: true,
    warnings: [],
    receivedAt: now,
    keyId: null,
    reading: null,
    corrects: null,
    ...change,
  };
}

/** A document of a message, and what became of it. */
export interface StoredVerdict {
  readonly state: 'stored' | 'accepted' | 'duplicate' | 'rejected' | 'parked';
  readonly orderId?: number;
  readonly kind?: NewDocument['kind'];
  readonly faults?: readonly Fault[];
}

/** Stores a message with its documents; they are numbered from `firstDocument`. */
export async function storeMessage(
  db: Database,
  message: NewMessage,
  firstDocument: number,
  verdicts: readonly StoredVerdict[],
): Promise<void> {
  await insertMessages(db, [message]);
  const idOf = (i: number) => firstDocument + i;
  const documents = verdicts.map((verdict, i): NewDocument => {
    const base = {
      documentId: idOf(i),
      inboxId: message.inboxId,
      ordinal: i,
      place: `/${i}`,
      poNumber: `PO-${idOf(i)}`,
    };
    return {
      ...base,
      kind: verdict.kind ?? 'order',
      canonical: '{}',
      fingerprint: 'c'.repeat(64),
      places: null,
      review: [],
      state: 'stored',
      code: null,
      faults: [],
    };
  });
  await insertDocuments(db, documents, now);
  const decided = verdicts.flatMap(({ state, orderId, faults = [] }, i) =>
    state === 'stored' || state === 'parked'
      ? []
      : [{ documentId: idOf(i), state, orderId: orderId ?? null, code: faults[0]?.code ?? null, faults }],
  );
  await saveVerdicts(db, decided, now);
  const parked = verdicts.flatMap(({ state }, i) => (state === 'parked' ? [{ document_id: idOf(i), state }] : []));
  await db.update('inbox_document', ['document_id'], parked);
}

/** Counts the statements that go through a connection. */
export function counted(db: Database): { db: Database; statements: () => number } {
  let statements = 0;
  const counting: Database = {
    dialect: db.dialect,
    all: (sql, values) => {
      statements++;
      return db.all(sql, values);
    },
    run: (sql, values) => {
      statements++;
      return db.run(sql, values);
    },
    insert: (table, rows, options) => db.insert(table, rows, options),
    update: (table, keys, rows) => db.update(table, keys, rows),
    add: (table, keys, rows) => db.add(table, keys, rows),
    take: (sequence, count) => db.take(sequence, count),
  };
  return { db: counting, statements: () => statements };
}
