import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Principal } from '../lib/access/principal';
import type { HttpAnswer } from '../lib/answers/problem';
import { BusinessRejection } from '../lib/domain/faults';
import { readJson } from '../lib/intake/json';
import { pointerOf } from '../lib/intake/json-pointer';
import { plainNumbers } from '../lib/stages/plain-numbers';
import type { Message } from './node';
import { awaitsContinue, isParsed, readBody, releaseBody } from './request-body';

export type HttpRequest = IncomingMessage & {
  readonly body?: unknown;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
};

export const requestOf = (message: Message): HttpRequest | undefined => message.req as HttpRequest | undefined;
export const principalOf = (message: Message): Principal | undefined => message.principal as Principal | undefined;

/**
 * Who asks; undefined for a flow that works by itself.
 * @throws BusinessRejection `unauthorized` for a request whose key nobody has checked
 */
export function askerOf(message: Message): Principal | undefined {
  const principal = principalOf(message);
  if (principal !== undefined || requestOf(message) === undefined) return principal;
  throw new BusinessRejection(
    'unauthorized',
    'Nobody has checked the key of this request. Wire an access-check node before this one.',
  );
}

/** How much of a body that nobody wants is still taken, in bytes, and for how long, in ms, so that its sender gets to read why. */
const mostDiscarded = 64_000_000;
const longestDiscard = 10_000;

/** A message with an answer, ready for `http response`; a caller outside HTTP gets the body as it is. */
export function answered(message: Message, answer: HttpAnswer): Message {
  const asIs = typeof answer.body === 'string' || Buffer.isBuffer(answer.body);
  const overHttp = message.res !== undefined && !asIs;
  const request = requestOf(message);
  if (overHttp && answer.statusCode >= 400 && request !== undefined) {
    // Who was never asked for the body may not send it, and the connection could not be used again.
    if (awaitsContinue(request)) tellAlso(message, { connection: 'close' });
    else discardRest(request);
  }
  return {
    ...message,
    statusCode: answer.statusCode,
    headers: answer.headers,
    payload: overHttp ? JSON.stringify(answer.body) : answer.body,
  };
}

/** Header fields that an answer gets besides its own, whichever answer that will be. */
export function tellAlso(message: Message, headers: Readonly<Record<string, string>>): void {
  const response = responseOf(message);
  if (response === undefined || response.headersSent) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** The response behind what `http in` hands to a flow. */
export const responseOf = ({ res }: Message): ServerResponse | undefined =>
  (res as { readonly _res?: ServerResponse } | undefined)?._res;

/**
 * Throws away what still comes of a refused body. A connection that is cut while the other side sends loses the answer
 * for many clients; one that goes on and on is cut all the same.
 */
function discardRest(request: HttpRequest): void {
  if (request.complete || request.readableEnded || request.destroyed || Buffer.isBuffer(request.body)) return;
  let left = mostDiscarded;
  const cut = setTimeout(() => request.destroy(), longestDiscard);
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  request.once('close', () => clearTimeout(cut));
  request.resume();
}

/**
 * Sends an answer without its flow: while a flow is closed its `http response` takes nothing any more, and the caller
 * would wait for ever. False for a message that is no answer, or whose request was not taken by `http in`.
 */
export function answeredDirectly(message: Message): boolean {
  const { statusCode, headers, payload } = message;
  const response = responseOf(message);
  if (typeof statusCode !== 'number' || response === undefined || response.headersSent) return false;
  response.writeHead(statusCode, headers as OutgoingHttpHeaders).end(payload);
  return true;
}

/** What a JSON body may hold: nesting in levels, size in bytes, records of one array. */
export interface JsonBodyLimits {
  readonly bytes: number;
  readonly rows: number;
}

const deepest = 64;
const jsonContent = /^application\/json\s*(;|$)/i;

/**
 * What a message asks for: the JSON body of its request, read from the bytes so that every number is exact; of a message
 * without a request its payload.
 * @throws BusinessRejection `unauthorized`, `unsupported-media-type`, `message-too-large`, or what is wrong with the JSON, with its place
 */
export async function jsonBody(message: Message, limits: JsonBodyLimits): Promise<unknown> {
  const request = requestOf(message);
  if (request === undefined) return message.payload;
  askerOf(message);
  const type = header(request, 'content-type') ?? '';
  if (!jsonContent.test(type)) {
    const said = type === '' ? 'The request has no content type' : `The content type ${type.slice(0, 80)} is not taken`;
    throw new BusinessRejection('unsupported-media-type', `${said}; send application/json.`);
  }
  const content = readJson(await bodyOf(request, limits.bytes), { depth: deepest, items: limits.rows });
  if ('fault' in content) throw new BusinessRejection(content.fault.code, content.fault.message, [content.fault]);
  const faults = content.duplicates.map((path) => ({
    path: pointerOf(path),
    code: 'duplicate-key' as const,
    message: 'The field is there more than once; send it once.',
  }));
  if (faults[0] !== undefined) throw new BusinessRejection('duplicate-key', faults[0].message, faults);
  return plainNumbers(content.value);
}

/**
 * Like `jsonBody`, for requests that need none and hold texts only: no body is an empty object, whatever content type it
 * has; a parsed one is taken as it is.
 */
export async function optionalJsonBody(message: Message, limits: JsonBodyLimits): Promise<unknown> {
  const request = requestOf(message);
  if (request !== undefined && isParsed(request)) return typeof request.body === 'object' ? request.body : {};
  const mayBeEmpty =
    request !== undefined &&
    (header(request, 'content-type') === undefined || header(request, 'content-length') === '0');
  const isEmpty = mayBeEmpty && (await bodyOf(request, limits.bytes)).length === 0;
  return isEmpty ? {} : jsonBody(message, limits);
}

/** A body that is used at once and needs no more holding. */
async function bodyOf(request: HttpRequest, limit: number): Promise<Buffer> {
  const bytes = await readBody(request, limit);
  releaseBody(request);
  return bytes;
}

export const header = (request: HttpRequest, name: string): string | undefined => {
  const value = request.headers[name];
  const text = (Array.isArray(value) ? value[0] : value)?.trim();
  return text === '' ? undefined : text;
};
