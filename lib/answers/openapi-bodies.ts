import { creditReasons } from '../domain/credit-note';
import { acknowledgeWhen, ediAnswers } from '../domain/edi-settings';
import { channels, pricePolicies } from '../domain/master';
import { roles } from '../domain/roles';
import {
  fields,
  flag,
  listOf,
  numberOrText,
  oneOf,
  pageOf,
  ref,
  type Schema,
  text,
  textOrNull,
  whole,
} from './openapi-schemas';

/** One or an array of them. */
export const oneOrMany = (schema: Schema): Schema => ({ anyOf: [schema, listOf(schema)] });

const wholeOrNull: Schema = { type: ['integer', 'null'] };
const numberTextOrNull: Schema = { type: ['string', 'number', 'null'] };

const slipLines: Schema = {
  type: 'array',
  minItems: 1,
  items: fields(
    { line: whole, quantity: numberOrText },
    { slipLine: whole, salesOrder: text, release: whole, uom: text, sku: text, lot: text, serials: listOf(text) },
  ),
};

/** What the API takes. */
export const bodySchemas: Readonly<Record<string, Schema>> = {
  OrderIn: fields(
    { poNumber: text, customer: text, lines: { type: 'array', minItems: 1, items: ref('OrderLineIn') } },
    {
      release: text,
      currency: text,
      orderDate: text,
      requestedDelivery: text,
      warehouse: text,
      shipTo: ref('ShipTo'),
      note: text,
    },
  ),
  OrderLineIn: fields(
    { sku: text, quantity: numberOrText },
    {
      line: numberOrText,
      ids: listOf(fields({ qualifier: text, value: text }, {})),
      uom: text,
      unitPrice: numberOrText,
    },
  ),
  ActionIn: fields({}, { reason: text, note: text }),
  DecisionIn: fields({ note: text }),
  SlipDecisionIn: fields({ warehouse: text, packingSlip: text }, { note: text }),
  SlipCorrectionIn: fields(
    { warehouse: text, packingSlip: text, lines: slipLines },
    { note: text, final: flag, shippedAt: text, salesOrder: text },
  ),
  DeliveryIn: fields(
    {
      warehouse: text,
      packingSlip: text,
      lines: slipLines,
    },
    { final: flag, shippedAt: text, salesOrder: text },
  ),
  CancellationIn: fields({ salesOrder: text, release: whole, cancelled: flag }, { reason: text }),
  PaymentIn: fields(
    { reference: text, customer: text, amount: numberOrText, currency: text },
    { receivedAt: text, invoice: text, salesOrder: text },
  ),
  CreditNoteIn: fields(
    {
      creditNote: { ...text, description: 'Your own number of it; with the customer it names the credit note.' },
      invoice: text,
      reason: oneOf(...creditReasons),
    },
    {
      note: text,
      customer: text,
      currency: { ...text, description: 'Needed when a line has a net amount.' },
      lines: {
        type: 'array',
        minItems: 1,
        description: 'What to credit; without it all that is left of the invoice.',
        items: fields(
          { line: whole },
          {
            quantity: { ...numberOrText, description: 'In the base unit; or a net amount, or neither for the rest.' },
            net: numberOrText,
          },
        ),
      },
    },
  ),
  CustomerIn: fields(
    { customer: text },
    {
      name: text,
      currency: text,
      creditLimit: numberTextOrNull,
      creditGroup: textOrNull,
      paymentTermsDays: whole,
      taxCode: textOrNull,
      shipTo: ref('ShipTo'),
    },
  ),
  CreditGroupIn: fields({ creditGroup: text }, { currency: text, creditLimit: numberTextOrNull }),
  ProductIn: fields(
    { sku: text },
    {
      name: text,
      baseUom: text,
      uoms: { type: 'object', additionalProperties: numberOrText },
      price: numberOrText,
      cost: numberOrText,
      taxCode: text,
      gtin: textOrNull,
    },
  ),
  StockIn: fields({ sku: text, warehouse: text, onHand: numberOrText }, { countedAt: text, safetyStock: numberOrText }),
  PartnerIn: fields(
    { partner: text },
    {
      name: text,
      channels: listOf(oneOf(...channels)),
      customers: listOf(text),
      ediIds: listOf(text),
      edi: fields(
        {},
        {
          ownId: textOrNull,
          acknowledge: oneOf(...acknowledgeWhen),
          acknowledgeInterchange: oneOf(...acknowledgeWhen),
          answers: listOf(oneOf(...ediAnswers)),
          version: textOrNull,
          charset: textOrNull,
          strict: flag,
          reviewText: flag,
          negativeCredits: flag,
          test: flag,
          acknowledgedWithin: whole,
        },
      ),
      skuMap: { type: 'object', additionalProperties: text },
      customerMap: { type: 'object', additionalProperties: text },
      uomMap: { type: 'object', additionalProperties: text },
      pricePolicy: oneOf(...pricePolicies),
      priceTolerance: numberOrText,
      reviewNotes: flag,
      requestsPerMinute: wholeOrNull,
      ordersPerMinute: wholeOrNull,
      shortagePolicy: textOrNull,
      indicator: textOrNull,
      priority: whole,
    },
  ),
  TaxIn: fields({ taxCode: text, rate: numberOrText }, { validFrom: text }),
  SettingsIn: {
    type: 'object',
    description: 'The settings to change, laid over the version that the change is based on.',
    required: ['basedOn', 'settings'],
    additionalProperties: false,
    properties: { basedOn: whole, settings: { type: 'object' } },
  },
  KeyIn: fields({ role: oneOf(...roles), name: text }, { partner: text, actsFor: listOf(text), expiresAt: text }),
  KeyReplacementIn: fields(
    { replaces: text },
    { overlapHours: { type: 'integer', minimum: 0, maximum: 8760, default: 24 }, name: text, expiresAt: text },
  ),
};

/** What is known of a key besides its secret. */
const keyFields = {
  keyId: text,
  role: oneOf(...roles),
  partner: textOrNull,
  actsFor: listOf(text),
  name: text,
  createdAt: text,
  createdBy: text,
  expiresAt: textOrNull,
  revokedAt: textOrNull,
  lastUsedAt: { ...textOrNull, description: 'Noted at most once a minute.' },
};

const itemStatus: Schema = { type: 'integer', minimum: 200, maximum: 599 };

/** A result for each item of the body, in order, with its own status: what became of it, or its errors. */
const resultsOf = (told: Readonly<Record<string, Schema>>): Schema => fields({ results: listOf(resultOf(told)) });
const resultOf = (told: Readonly<Record<string, Schema>>): Schema =>
  fields({ status: itemStatus }, { ...told, errors: listOf(ref('Fault')) });

const moneyTold: Readonly<Record<string, Schema>> = {
  output: oneOf('applied'),
  replayed: flag,
  customer: text,
  currency: text,
  summary: text,
  released: { ...listOf(text), description: 'Orders that could go on because of the money.' },
};

const paymentTold: Readonly<Record<string, Schema>> = {
  ...moneyTold,
  reference: text,
  amount: text,
  invoices: listOf(fields({ invoice: text, amount: text })),
  earmarked: text,
  onAccount: text,
  salesOrder: textOrNull,
};

const creditNoteTold: Readonly<Record<string, Schema>> = {
  ...moneyTold,
  creditNote: text,
  number: text,
  invoice: text,
  reason: oneOf(...creditReasons),
  net: text,
  tax: text,
  total: text,
  freed: { ...text, description: "What had been paid of it, and is the customer's cash again." },
  open: { ...text, description: 'What is still to be paid of the invoice.' },
  lines: listOf(fields({ line: whole, quantity: text, net: text })),
};

/** What else the API answers: of actions, postings, master data, keys and the state of the business. */
export const businessSchemas: Readonly<Record<string, Schema>> = {
  DeliveryResults: resultsOf({
    output: oneOf('delivered', 'partly', 'exception'),
    replayed: flag,
    warehouse: text,
    packingSlip: text,
    orders: listOf(fields({ salesOrder: text, status: text })),
    summary: text,
  }),
  SlipDecision: fields({
    output: oneOf('done'),
    warehouse: text,
    packingSlip: text,
    slipId: whole,
    state: oneOf('confirmed', 'rejected'),
    orders: listOf({
      type: 'object',
      required: ['salesOrder', 'status', 'summary'],
      properties: { salesOrder: text, status: text, summary: text },
    }),
    summary: text,
  }),
  CancellationResults: {
    type: 'object',
    description: 'A result for each answer of the body, in order, each with its own status and its order.',
    required: ['results'],
    additionalProperties: false,
    properties: {
      results: listOf({
        type: 'object',
        required: ['status', 'summary'],
        properties: { status: itemStatus, summary: text, salesOrder: text, errors: listOf(ref('Fault')) },
      }),
    },
  },
  PaymentResults: fields({
    results: listOf({ anyOf: [resultOf(paymentTold), resultOf(creditNoteTold)] }),
  }),
  MasterChange: fields({
    kind: text,
    upserted: whole,
    rejected: listOf(fields({ index: whole, key: textOrNull, faults: listOf(ref('Fault')) })),
    summary: text,
  }),
  SettingsVersion: {
    type: 'object',
    required: ['version', 'settings'],
    additionalProperties: false,
    properties: { version: whole, createdAt: textOrNull, createdBy: textOrNull, settings: { type: 'object' } },
  },
  CreatedKey: fields({
    key: { type: 'string', description: 'Shown once, in this answer only.' },
    ...keyFields,
  }),
  KeyPage: pageOf('keys', fields(keyFields)),
  RevokedKey: fields({ keyId: text, revoked: flag }),
  JobPage: pageOf(
    'jobs',
    fields({
      inboxId: text,
      channel: oneOf(...channels),
      partner: text,
      document: text,
      receivedAt: text,
      state: oneOf('in progress', 'done', 'failed'),
      documents: whole,
      accepted: whole,
      duplicate: whole,
      rejected: whole,
      parked: whole,
      replaced: { ...whole, description: 'Of the rejected, those that a corrected copy replaced.' },
      inProgress: whole,
      expected: { type: ['integer', 'null'], minimum: 0 },
      startedAt: text,
      finishedAt: textOrNull,
      warnings: listOf(text),
      resultFile: textOrNull,
    }),
  ),
  Signals: fields({
    at: text,
    failedImports: fields({
      count: whole,
      channels: listOf(fields({ channel: text, rejected: whole, parked: whole })),
    }),
    shortages: fields({ count: whole, items: listOf(fields({ sku: text, warehouse: text, lines: whole })) }),
    ordersOnHold: fields({
      count: whole,
      value: listOf(fields({ currency: text, amount: text })),
      oldest: textOrNull,
      reasons: listOf(fields({ reason: text, orders: whole, oldest: text })),
    }),
    warehouseFailures: fields({
      count: whole,
      warehouses: listOf(fields({ warehouse: text, unknown: whole, parked: whole, oldest: text })),
    }),
    lateDeliveries: fields({
      count: whole,
      warehouses: listOf(fields({ warehouse: text, releases: whole, oldest: text })),
    }),
    unacknowledgedAnswers: fields({
      count: whole,
      partners: listOf(fields({ partner: text, answers: whole, oldest: text })),
    }),
    exceptions: listOf(fields({ kind: text, exceptions: whole, oldest: text })),
  }),
  SourceReport: fields({
    from: text,
    to: text,
    sources: listOf(
      fields({
        channel: text,
        partner: text,
        indicator: text,
        currency: text,
        orders: whole,
        total: text,
        onHold: whole,
        cancelled: whole,
        invoiced: whole,
      }),
    ),
    documents: listOf(fields({ channel: text, partner: text, state: text, documents: whole })),
  }),
};
