import { creditReasons } from '../domain/credit-note';
import { channels } from '../domain/master';
import { orderStatuses } from '../domain/order';
import { exceptionActions } from '../stages/decide-exception';
import { documentStates } from '../store/document-queries';
import { exceptionKinds } from '../store/exceptions';
import { documentKinds } from '../store/inbox-documents';
import { answerStates } from './edi-answer-lists';

/** A JSON Schema (2020-12) as OpenAPI 3.1 takes it. */
export type Schema = { readonly [keyword: string]: unknown };

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const text: Schema = { type: 'string' };
export const whole: Schema = { type: 'integer' };
export const flag: Schema = { type: 'boolean' };
export const textOrNull: Schema = { type: ['string', 'null'] };
export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const oneOf = (...words: readonly string[]): Schema => ({ type: 'string', enum: words });
export const numberOrText: Schema = {
  type: ['string', 'number'],
  description: 'A decimal string; a JSON number that is exact is accepted.',
};

/** An object with exactly these fields; `optional` ones may be missing. */
export function fields(
  properties: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties),
    properties: { ...properties, ...optional },
  };
}

/** One page of a list. */
export const pageOf = (name: string, item: Schema): Schema =>
  fields({ [name]: listOf(item), next: { ...textOrNull, description: 'Cursor of the next page; null at the end.' } });

export const instant: Schema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' };
const instantOrNull: Schema = { anyOf: [instant, { type: 'null' }] };
export const date: Schema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
const dateOrNull: Schema = { anyOf: [date, { type: 'null' }] };
export const money: Schema = {
  type: 'string',
  pattern: '^-?\\d+(\\.\\d{1,4})?$',
  description: "A decimal string with the currency's decimals.",
};
export const quantity: Schema = { type: 'string', pattern: '^-?\\d+(\\.\\d{1,3})?$', description: 'A decimal string.' };
export const salesOrder: Schema = { type: 'string', pattern: '^SO-\\d{6,15}$' };
export const salesOrderOrNull: Schema = { anyOf: [salesOrder, { type: 'null' }] };
const inboxId: Schema = { type: 'string', pattern: '^\\d+$' };
const channel = oneOf(...channels);
export const documentState = oneOf(...documentStates);
const evidence: Schema = { type: 'object', description: "The figures that were seen; empty for the customer's side." };
const status = oneOf(...orderStatuses);

const orderFields: Readonly<Record<string, Schema>> = {
  salesOrder,
  poNumber: text,
  status,
  reason: textOrNull,
  replayed: flag,
  source: fields({
    channel,
    partner: text,
    sourceSystem: textOrNull,
    indicator: text,
    document: text,
    inboxId,
    receivedAt: instant,
  }),
  customer: text,
  currency: text,
  net: money,
  tax: money,
  total: money,
  orderDate: date,
  requestedDelivery: dateOrNull,
  warehouse: text,
  shipTo: { anyOf: [ref('ShipTo'), { type: 'null' }] },
  priority: { type: 'integer', minimum: 1, maximum: 9 },
  createdAt: instant,
  lines: listOf(ref('OrderLine')),
  holds: listOf(ref('Hold')),
  decisions: listOf(ref('Decision')),
};

const answerFields: Readonly<Record<string, Schema>> = {
  answer: text,
  partner: text,
  standard: oneOf('x12', 'edifact'),
  kind: text,
  answers: text,
  interchangeNumber: textOrNull,
  fileName: text,
  state: oneOf(...answerStates),
  wantsAcknowledgement: flag,
  words: textOrNull,
  createdAt: instant,
  sentAt: instantOrNull,
  acknowledgedAt: instantOrNull,
};

/** A credit note beside its invoice. */
export const creditNoteFields: Readonly<Record<string, Schema>> = {
  number: text,
  reason: oneOf(...creditReasons),
  net: money,
  tax: money,
  total: money,
  creditDate: date,
};

const exceptionFields: Readonly<Record<string, Schema>> = {
  exception: text,
  kind: oneOf(...exceptionKinds),
  subject: text,
  message: text,
  evidence: { type: 'object' },
  raisedAt: instant,
  closedAt: instantOrNull,
  closedBy: textOrNull,
  resolution: textOrNull,
  actions: listOf(oneOf(...exceptionActions)),
};

const inboxFields: Readonly<Record<string, Schema>> = {
  inboxId,
  state: documentState,
  channel,
  partner: text,
  sourceSystem: textOrNull,
  document: text,
  contentType: text,
  size: whole,
  sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  receivedAt: instant,
  warnings: listOf(text),
  counts: fields({
    stored: whole,
    accepted: whole,
    duplicate: whole,
    rejected: whole,
    parked: whole,
    replaced: { ...whole, description: 'Of the rejected, those that a corrected copy replaced.' },
  }),
  corrects: { ...textOrNull, description: 'The message that this one is a corrected copy of.' },
  bytesDroppedAt: { ...instantOrNull, description: 'When the bytes were dropped by retention.' },
};

const documentFields: Readonly<Record<string, Schema>> = {
  ordinal: whole,
  kind: oneOf(...documentKinds),
  place: text,
  poNumber: textOrNull,
  state: documentState,
  stage: { enum: ['order-ingest', 'source-tag', null], description: 'Where it failed.' },
  replacedBy: { ...textOrNull, description: 'The message whose corrected copy took its place.' },
  salesOrder: salesOrderOrNull,
  orderStatus: { anyOf: [status, { type: 'null' }] },
  code: textOrNull,
  errors: listOf(ref('Fault')),
  attempts: whole,
  nextAttemptAt: instantOrNull,
  changedAt: instant,
};

/** What the API answers, each written once. */
export const answerSchemas: Readonly<Record<string, Schema>> = {
  Fault: fields({ path: text, code: text, message: text }, { value: text }),
  Problem: {
    type: 'object',
    description: 'A problem of RFC 9457 with a stable code and every fault found.',
    required: ['type', 'title', 'status', 'code', 'detail', 'errors'],
    properties: {
      type: text,
      title: text,
      status: {
        anyOf: [{ const: 202 }, { type: 'integer', minimum: 400, maximum: 599 }],
        description: '202 in a result alone: an EDI change that waits for its order; nothing has failed.',
      },
      code: text,
      detail: text,
      errors: listOf(ref('Fault')),
    },
    not: { required: ['stack'] },
  },
  ShipTo: fields({}, { name: text, address: text, city: text, postalCode: text, country: text }),
  OrderLine: fields(
    {
      line: whole,
      sku: text,
      quantity,
      uom: text,
      reserved: quantity,
      delivered: quantity,
      invoiced: quantity,
      cancelled: quantity,
      unitPrice: money,
      status: oneOf('Open', 'Partly', 'Delivered', 'Invoiced', 'Cancelled'),
      reason: textOrNull,
    },
    { ordered: fields({ quantity, uom: text }) },
  ),
  Hold: fields({ reason: text, rule: text, since: instant, by: textOrNull, forced: flag, evidence }),
  Decision: fields({
    check: text,
    outcome: oneOf('passed', 'held', 'cancelled'),
    reason: textOrNull,
    explanation: text,
    evidence,
    passesIf: textOrNull,
    decidedAt: instant,
  }),
  Order: fields(orderFields),
  OrderDetail: fields({
    ...orderFields,
    note: textOrNull,
    history: listOf(
      fields({
        at: instant,
        stage: text,
        from: textOrNull,
        to: textOrNull,
        reason: textOrNull,
        actor: textOrNull,
        evidence,
      }),
    ),
    releases: listOf(
      fields({
        release: whole,
        warehouse: text,
        status: oneOf('Claimed', 'Unknown', 'Acknowledged', 'Refused', 'CancelRequested', 'Cancelled', 'Closed'),
        lines: listOf(fields({ line: whole, quantity })),
        claimedAt: instant,
        reference: textOrNull,
        attempts: whole,
        parked: flag,
        words: textOrNull,
      }),
    ),
    slips: listOf(
      fields({
        packingSlip: text,
        warehouse: text,
        shippedAt: text,
        final: flag,
        lines: listOf(
          fields({
            slipLine: whole,
            line: whole,
            sku: text,
            quantity,
            lot: textOrNull,
            serials: listOf(text),
            invoiced: flag,
          }),
        ),
      }),
    ),
    invoices: listOf(
      fields({
        number: text,
        packingSlip: textOrNull,
        net: money,
        tax: money,
        total: money,
        credited: money,
        open: money,
        invoiceDate: date,
        dueDate: date,
      }),
    ),
    creditNotes: listOf(fields({ ...creditNoteFields, invoice: text })),
    payments: listOf(fields({ reference: text, amount: money, currency: text, receivedAt: text, kept: money })),
  }),
  OrderPage: pageOf('orders', ref('Order')),
  Pending: fields({ inboxId, state: documentState }),
  Results: fields({
    inboxId,
    accepted: whole,
    rejected: whole,
    replayed: whole,
    results: listOf(
      fields(
        {
          status: { type: 'integer', minimum: 200, maximum: 599 },
          place: text,
          poNumber: textOrNull,
          salesOrder: salesOrderOrNull,
        },
        { order: ref('Order'), problem: ref('Problem'), noted: text },
      ),
    ),
  }),
  Answer: fields(answerFields),
  AnswerPage: pageOf('answers', fields(answerFields)),
  Exception: fields(exceptionFields),
  ExceptionPage: pageOf('exceptions', fields(exceptionFields)),
  InboxPage: pageOf('inbox', fields(inboxFields)),
  InboxMessage: fields({
    ...inboxFields,
    documents: listOf(fields(documentFields)),
    next: textOrNull,
    correction: { anyOf: [fields({ by: text, reason: textOrNull }), { type: 'null' }] },
    corrections: listOf(inboxId),
    raw: fields({ encoding: oneOf('text', 'base64'), content: text, truncated: flag }),
  }),
  MessagePage: pageOf(
    'messages',
    fields({ inboxId, channel, partner: text, document: text, receivedAt: instant, ...documentFields }),
  ),
  Health: fields({
    status: oneOf('ready'),
    store: fields({ kind: oneOf('sqlite', 'postgres'), state: oneOf('up'), schema: whole }),
  }),
};
