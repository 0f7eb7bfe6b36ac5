import { setImmediate } from 'node:timers/promises';
import { defaultIntakeLimits } from '../../lib/intake/message-content';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { createOrders, type DocumentToTag } from '../../lib/stages/create-orders';
import type { IndicatorRule } from '../../lib/stages/indicator-rules';
import { type ReceivedMessage, readReception } from '../../lib/stages/read-reception';
import { type Reception, receiveMessages } from '../../lib/stages/receive-messages';
import type { BehindOutcome, TagOutcome } from '../../lib/stages/tag-outcome';
import type { StageContext } from '../../lib/stages/work';

export type SentMessage = Partial<
  Pick<
    ReceivedMessage,
    'channel' | 'partner' | 'messageKey' | 'contentType' | 'batchPolicy' | 'speaksFor' | 'keyId' | 'csv'
  >
>;

/** A message as the API takes it. */
export function received(context: StageContext, body: unknown, sent: SentMessage = {}): ReceivedMessage {
  return {
    bytes: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    contentType: 'application/json',
    channel: 'api',
    partner: 'DIRECT',
    sourceSystem: null,
    messageKey: null,
    document: 'a test',
    receivedAt: context.clock(),
    keyId: null,
    batchPolicy: 'reject-order',
    csv: { separator: '', decimalMark: '', mapping: {} },
    ...sent,
  };
}

export async function receive(context: StageContext, body: unknown, sent: SentMessage = {}): Promise<Reception> {
  const [reception] = await receiveMessages(context, [
    readReception(received(context, body, sent), defaultIntakeLimits),
  ]);
  return reception as Reception;
}

/** Stores a message and creates its orders. */
export async function post(
  context: StageContext,
  body: unknown,
  sent: SentMessage & { readonly rules?: readonly IndicatorRule[] } = {},
): Promise<TagOutcome[]> {
  const { documents } = await receive(context, body, sent);
  const items = documents.map(({ documentId }) => ({ documentId, rules: sent.rules ?? [] }));
  return inTurn(items, (waiting) => createOrders(context, waiting));
}

/** What is behind others is asked for again until who brought those has worked them. */
export async function inTurn(
  items: readonly DocumentToTag[],
  work: (items: readonly DocumentToTag[]) => Promise<readonly (TagOutcome | BehindOutcome)[]>,
): Promise<TagOutcome[]> {
  const outcomes = new Map<number, TagOutcome>();
  for (let waiting = items; waiting.length > 0; await setImmediate()) {
    for (const outcome of await work(waiting))
      if (outcome.output !== 'behind') outcomes.set(outcome.documentId, outcome);
    waiting = waiting.filter(({ documentId }) => !outcomes.has(documentId));
  }
  return items.flatMap(({ documentId }) => outcomes.get(documentId) ?? []);
}

/** The order of an outcome that must have one. */
export function orderIdOf(outcome: TagOutcome | BehindOutcome | undefined): number {
  if (outcome === undefined || !('orderId' in outcome) || outcome.output === 'applied')
    throw new Error(`No order: ${JSON.stringify(outcome)}`);
  return outcome.orderId;
}

/** Creates an order and takes it through all checks. */
export async function ready(context: StageContext, body: unknown): Promise<number> {
  const [outcome] = await post(context, body);
  const id = orderIdOf(outcome);
  await checkInventory(context, [id]);
  await checkCredit(context, [id]);
  await checkOverdue(context, [id]);
  return id;
}

let numbers = 0;

export function purchase(
  fields: {
    readonly customer?: string;
    readonly poNumber?: string;
    readonly lines?: readonly object[];
    readonly quantity?: string;
    readonly sku?: string;
  } & Record<string, unknown> = {},
): Record<string, unknown> {
  const { quantity, sku, ...rest } = fields;
  return {
    poNumber: `PO-${++numbers}`,
    customer: 'C-1',
    lines: [{ sku: sku ?? 'A', quantity: quantity ?? '1' }],
    ...rest,
  };
}
