import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { actingPartner } from '../../lib/access/principal';
import { BusinessRejection } from '../../lib/domain/faults';
import { directPartner, partnersOf } from '../../lib/domain/speakers';
import { isStorable, storableText } from '../../lib/domain/storable-text';
import { contentTypeOf } from '../../lib/intake/content-type';
import type { BatchPolicy } from '../../lib/intake/message-content';
import type { ReceivedMessage } from '../../lib/stages/read-reception';
import { type HttpRequest, header, principalOf } from '../http-messages';
import type { Message, StoreNodeConfig } from '../node';
import { readBody } from '../request-body';
import { speaksFor, standardOf } from './edi-input';
import { type LayoutConfig, layoutOf } from './sheet-layout';

export interface OrderIngestConfig extends StoreNodeConfig, LayoutConfig {
  readonly channel: 'auto' | 'api' | 'file';
  readonly partner: string;
  readonly partnerType: string;
  readonly sourceSystem: string;
  readonly batchPolicy: BatchPolicy;
}

const longestDocument = 200;

/**
 * A posted message: who sends it is known before its body is read.
 * @throws BusinessRejection when it is refused at the door
 */
export async function readPosted(
  message: Message,
  request: HttpRequest,
  config: OrderIngestConfig,
  limit: number,
): Promise<ReceivedMessage> {
  const principal = principalOf(message);
  if (principal === undefined)
    throw new BusinessRejection(
      'unauthorized',
      'Nobody has checked the key of this request. Wire an access-check node before order-ingest.',
    );
  const named = header(request, 'x-o2c-partner');
  const contentType = header(request, 'content-type') ?? '';
  const isEdi = standardOf(contentType) !== undefined;
  const acting = actingPartner(principal, named ?? (isEdi ? partnersOf(principal)[0] : undefined));
  if ('refusal' in acting) throw new BusinessRejection(acting.refusal.code, acting.refusal.message, [acting.refusal]);
  const channel = channelOf(request);
  const key = shortHeader(request, 'Idempotency-Key');
  const document = shortHeader(request, 'X-O2C-Document');
  const bytes = await readBody(request, limit);
  return {
    ...common(config),
    bytes,
    contentType,
    ...(isEdi ? { speaksFor: speaksFor(principal, named) } : {}),
    channel,
    partner: acting.partner,
    messageKey: (channel === 'edi' ? (document ?? key) : key) ?? null,
    document: document ?? key ?? 'no key',
    keyId: principal.keyId,
  };
}

function channelOf(request: HttpRequest): 'api' | 'edi' {
  const channel = header(request, 'x-o2c-channel') ?? 'api';
  if (channel === 'api' || channel === 'edi') return channel;
  throw new BusinessRejection(
    'source-refused',
    `There is no channel ${channel.slice(0, 80)} for posted orders; X-O2C-Channel is edi, or is left out.`,
  );
}

/** It identifies a message or is shown with each of its orders, so it is never cut. */
function shortHeader(request: HttpRequest, name: string): string | undefined {
  const value = header(request, name.toLowerCase());
  if (value === undefined || value.length <= longestDocument) return value;
  throw new BusinessRejection('out-of-range', `The ${name} has more than ${longestDocument} characters.`);
}

/** A file that an `order-folder` has claimed: it knows whose file it is, and waits to hear that it is safe. */
export function handedOver(message: Message): { readonly id: string; readonly partner: string } | undefined {
  const { handover } = message as { handover?: { id?: unknown; partner?: unknown } };
  if (typeof handover?.id !== 'string' || typeof handover.partner !== 'string') return undefined;
  return { id: handover.id, partner: handover.partner };
}

/** A message that another node of the flow brings: a path, bytes, text or objects. */
export async function readDelivered(
  RED: NodeAPI,
  node: Node,
  message: Message,
  config: OrderIngestConfig,
  limit: number,
): Promise<ReceivedMessage> {
  const { payload, filename } = message as { payload?: unknown; filename?: unknown };
  const path = typeof filename === 'string' ? filename : undefined;
  const bytes =
    payload === undefined || payload === null || payload === '' ? await readPath(path, limit) : bytesOf(payload);
  const handover = handedOver(message);
  const channel = config.channel === 'api' && handover === undefined ? 'api' : 'file';
  return {
    ...common(config),
    bytes,
    contentType: saidType(message) ?? contentTypeOf(path, bytes),
    channel,
    partner: handover?.partner ?? (await partnerOf(RED, node, message, config)),
    messageKey: null,
    document: storableText((path === undefined ? `${channel} message` : basename(path)).slice(0, longestDocument)),
    keyId: null,
  };
}

const common = (config: OrderIngestConfig) => ({
  sourceSystem: config.sourceSystem || null,
  receivedAt: new Date().toISOString(),
  batchPolicy: config.batchPolicy ?? 'reject-order',
  csv: layoutOf(config),
});

async function readPath(path: string | undefined, limit: number): Promise<Buffer> {
  if (path === undefined)
    throw new BusinessRejection('empty-document', 'The message has neither a payload nor a filename.');
  const { size } = await stat(path);
  if (size > limit)
    throw new BusinessRejection(
      'message-too-large',
      `The file ${basename(path)} has ${size} bytes, at most ${limit} are taken; send several.`,
    );
  return readFile(path);
}

function bytesOf(payload: unknown): Buffer {
  if (Buffer.isBuffer(payload)) return payload;
  return Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload), 'utf8');
}

function saidType(message: Message): string | undefined {
  const { contentType } = message as { contentType?: unknown };
  return typeof contentType === 'string' && contentType !== '' ? storableText(contentType) : undefined;
}

function partnerOf(RED: NodeAPI, node: Node, message: Message, config: OrderIngestConfig): Promise<string> {
  return new Promise((resolve, reject) => {
    RED.util.evaluateNodeProperty(
      config.partner ?? directPartner,
      config.partnerType || 'str',
      node,
      message,
      (error: Error | null, value: unknown) => {
        if (error) reject(error);
        else if (typeof value === 'string' && value.trim() !== '' && isStorable(value)) resolve(value.trim());
        else
          reject(
            new BusinessRejection(
              'source-refused',
              'The message has no partner. Set one in the node, or in the message property that the node names.',
            ),
          );
      },
    );
  });
}
