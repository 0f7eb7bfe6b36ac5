import { BusinessRejection } from '../../lib/domain/faults';
import type { Role } from '../../lib/domain/roles';
import { storableText } from '../../lib/domain/storable-text';
import { type ReadingSettings, readingFrom } from '../../lib/intake/reading-settings';
import type { CorrectionRequest } from '../../lib/stages/correct-message';
import { askerOf, header, requestOf } from '../http-messages';
import type { Message } from '../node';
import { fieldsOf } from '../order-messages';
import { readBody } from '../request-body';

/** A message to work again, or what such messages have in common. */
export interface ReplayAsked {
  /** One message by its number. */
  readonly inboxId: number | undefined;
  readonly filter: Readonly<Record<string, unknown>>;
  /** How to read it, when not as before. */
  readonly reading?: ReadingSettings | undefined;
  readonly by: string;
  readonly role: Role;
}

export interface CorrectionAsked extends CorrectionRequest {
  readonly role: Role;
}

export const isCorrection = (asked: ReplayAsked | CorrectionAsked): asked is CorrectionAsked => 'bytes' in asked;

const longestReason = 500;

/**
 * What a message asks for: a request has the number in its address, the corrected copy as its body and why it was
 * corrected in the query; a flow puts a number, `{inboxId, corrected, contentType, reason}`, `{inboxId, reading}` or a
 * filter into the payload.
 * @throws BusinessRejection `forbidden` for a role that may not, `not-found` for a number that is none, `out-of-range`
 */
export async function readAsked(
  message: Message,
  limit: number,
  defaults: Readonly<Record<string, unknown>>,
): Promise<ReplayAsked | CorrectionAsked> {
  const asker = askerOf(message);
  const role = asker?.role ?? 'operations';
  if (role !== 'operations' && role !== 'admin')
    throw new BusinessRejection('forbidden', `The role ${role} may not work messages again.`);
  const who = { by: asker?.name ?? 'flow', role };
  const request = requestOf(message);
  if (request === undefined) return fromPayload(message.payload, who, defaults);
  const inboxId = numberOf(Object.values(request.params ?? {})[0]);
  const bytes = await readBody(request, limit);
  if (isNothing(bytes)) return { inboxId, filter: {}, ...who };
  return {
    inboxId,
    bytes,
    contentType: header(request, 'content-type'),
    reason: reasonOf(request.query?.reason),
    keyId: asker?.keyId,
    ...who,
  };
}

/** An empty object is what some clients send when they send nothing; it is no copy of anything. */
const isNothing = (bytes: Buffer): boolean => bytes.length < 64 && /^\s*(\{\s*\})?\s*$/.test(bytes.toString('latin1'));

/** Longer numbers are times, as an inject node brings them. */
const messageNumber = /^\d{1,12}$/;

function fromPayload(
  payload: unknown,
  who: { readonly by: string; readonly role: Role },
  defaults: Readonly<Record<string, unknown>>,
): ReplayAsked | CorrectionAsked {
  if ((typeof payload === 'number' || typeof payload === 'string') && messageNumber.test(String(payload)))
    return { inboxId: numberOf(payload), filter: {}, ...who };
  const { corrected, contentType, reason, reading, ...filter } = fieldsOf(payload);
  if (corrected !== undefined) {
    return {
      inboxId: numberOf(filter.inboxId),
      bytes: bytesOf(corrected),
      contentType: typeof contentType === 'string' ? storableText(contentType) : undefined,
      reason: reasonOf(reason),
      ...who,
    };
  }
  const named = filter.inboxId;
  const isOne = Object.keys(filter).length === 1 && (typeof named === 'number' || typeof named === 'string');
  if (isOne && messageNumber.test(String(named))) {
    const settings = reading === undefined ? undefined : readingFrom(reading);
    return { inboxId: numberOf(named), filter: {}, reading: settings, ...who };
  }
  // An inject node brings a time or a text: a tick, for which the node's own filter holds.
  return { inboxId: undefined, filter: { ...defaults, ...filter }, ...who };
}

function numberOf(value: unknown): number {
  const text = String(value ?? '');
  if (messageNumber.test(text)) return Number(text);
  throw new BusinessRejection('not-found', `There is no message ${text.slice(0, 80)} in the inbox.`);
}

function bytesOf(corrected: unknown): Buffer {
  if (Buffer.isBuffer(corrected)) return corrected;
  return Buffer.from(typeof corrected === 'string' ? corrected : JSON.stringify(corrected), 'utf8');
}

function reasonOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  const reason = typeof value === 'string' ? value.trim().toWellFormed() : undefined;
  if (reason !== undefined && reason.length <= longestReason && !/[^\P{Cc}\t\n\r]/u.test(reason)) return reason;
  const words = `The reason must be a text of at most ${longestReason} characters, without control characters.`;
  throw new BusinessRejection('out-of-range', words, [{ path: '/reason', code: 'out-of-range', message: words }]);
}
