import type { IncomingMessage } from 'node:http';
import type { Principal } from '../lib/access/principal';
import type { HttpAnswer } from '../lib/answers/problem';
import { BusinessRejection } from '../lib/domain/faults';
import type { Message } from './node';

export type HttpRequest = IncomingMessage & {
  readonly body?: unknown;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
};

export const requestOf = (message: Message): HttpRequest | undefined => message['req'] as HttpRequest | undefined;
export const principalOf = (message: Message): Principal | undefined => message['principal'] as Principal | undefined;

/** A message with an answer, ready for `http response`; a caller outside HTTP gets the body as it is. */
export function answered(message: Message, answer: HttpAnswer): Message {
  const overHttp = message['res'] !== undefined && typeof answer.body !== 'string';
  return { ...message, statusCode: answer.statusCode, headers: answer.headers, payload: overHttp ? JSON.stringify(answer.body) : answer.body };
}

/**
 * Reads a request's body, as it is, up to a limit.
 * @throws BusinessRejection `message-too-large` as soon as it is known, `unreadable` for a body that another node has parsed
 */
export async function readBody(request: HttpRequest, limit: number): Promise<Buffer> {
  if (Buffer.isBuffer(request.body)) return withinLimit(request.body, limit);
  if (request.body !== undefined) {
    throw new BusinessRejection('unreadable', 'The body was parsed before it could be stored as it came. Switch on “do not parse the body” in the http in node.');
  }
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(request, limit);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > limit) throw tooLarge(request, limit);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function withinLimit(body: Buffer, limit: number): Buffer {
  if (body.length > limit) throw new BusinessRejection('message-too-large', `The message has ${body.length} bytes, at most ${limit} are taken; send several.`);
  return body;
}

/** The rest of the body is not read: the connection ends with the answer. */
function tooLarge(request: HttpRequest, limit: number): BusinessRejection {
  request.pause();
  return new BusinessRejection('message-too-large', `The message has more than ${limit} bytes; send several.`);
}

export const header = (request: HttpRequest, name: string): string | undefined => {
  const value = request.headers[name];
  const text = (Array.isArray(value) ? value[0] : value)?.trim();
  return text === '' ? undefined : text;
};
