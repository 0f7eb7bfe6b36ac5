import type { ServerResponse } from 'node:http';
import { BusinessRejection, TechnicalFault } from '../lib/domain/faults';
import type { HttpRequest } from './http-messages';
import { cameDuringDeploy } from './request-arrival';

/** How long nothing of a body may come, in ms. */
const longestSilence = 20_000;
/** Bytes of bodies that this process holds at once; a single one may be larger. */
const mostHeld = 256_000_000;

/** What requests hold in memory of bodies that come in, or that are still worked with. */
export class HeldBodies {
  private bytes = 0;
  private readonly holders = new Map<object, number>();

  /** @throws BusinessRejection `queue-full` for what is more than is left, unless the request is the only one */
  hold(request: object, bytes: number): void {
    const others = this.holders.size - (this.holders.has(request) ? 1 : 0);
    if (others > 0 && this.bytes + bytes > mostHeld)
      throw new BusinessRejection(
        'queue-full',
        'Too many large messages come in at once. Send the same again, slower.',
      );
    this.bytes += bytes;
    this.holders.set(request, (this.holders.get(request) ?? 0) + bytes);
  }

  /** Calling it again does nothing. */
  release(request: object): void {
    this.bytes -= this.holders.get(request) ?? 0;
    this.holders.delete(request);
  }
}

const heldHere = new HeldBodies();

/** The body of a request is of no more use. */
export const releaseBody = (request: object): void => heldHere.release(request);

/**
 * Lets go of a body that Node-RED has read itself and whose bytes are safe: the request travels on with every message
 * that is made of this one.
 */
export function forgetBody(request: { body?: unknown }): void {
  if (Buffer.isBuffer(request.body)) request.body = undefined;
}

/** Set by a server that leaves it to us to ask for the body. */
type Asked = HttpRequest & { awaitsContinue?: boolean; readonly res?: ServerResponse };

/** True as long as the sender of the body waits to be asked for it (`Expect: 100-continue`). */
export const awaitsContinue = (request: HttpRequest): boolean => (request as Asked).awaitsContinue === true;

/**
 * Reads a request's body as it is, up to a limit. What it holds counts against what this process takes at once, until
 * `releaseBody`.
 * @throws BusinessRejection `message-too-large` as soon as it is known, `unsupported-media-type` for an encoded one,
 *   `too-slow` when nothing comes any more, `queue-full` when there are too many, `unreadable` when the connection breaks
 *   or another node has parsed it
 * @throws TechnicalFault `closing` when Node-RED's own parser was quicker in the middle of a deploy
 */
export async function readBody(request: HttpRequest, limit: number, held = heldHere): Promise<Buffer> {
  refuseEncoded(request);
  if (Buffer.isBuffer(request.body)) return withinLimit(request.body, limit);
  if (isParsed(request)) throw parsedBefore(request);
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) throw tooLarge(limit);
  if (request.destroyed && !request.readableEnded) throw brokenOff();
  askForBody(request);
  try {
    return await receive(request, announced, limit, held);
  } catch (error) {
    held.release(request);
    throw error;
  }
}

/** Another node has made something else of the bytes. */
export const isParsed = (request: HttpRequest): boolean => request.body !== undefined && !Buffer.isBuffer(request.body);

function receive(request: HttpRequest, announced: number, limit: number, held: HeldBodies): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = new GrowingBody(announced);
    const silence = setTimeout(() => {
      stop();
      reject(
        new BusinessRejection(
          'too-slow',
          `Nothing of the body came for ${longestSilence / 1000} s. Send the same again, in smaller parts if need be.`,
        ),
      );
    }, longestSilence);
    const take = (chunk: Buffer): void => {
      silence.refresh();
      try {
        if (body.size + chunk.length > limit) throw tooLarge(limit);
        held.hold(request, chunk.length);
        body.add(chunk);
      } catch (error) {
        stop();
        reject(error as Error);
      }
    };
    const end = (): void => {
      stop();
      resolve(body.bytes());
    };
    const broken = (): void => {
      stop();
      reject(brokenOff());
    };
    const stop = (): void => {
      clearTimeout(silence);
      request.off('data', take).off('end', end).off('error', broken).off('close', broken).pause();
      request.on('error', ignore);
    };
    request.on('data', take).once('end', end).once('error', broken).once('close', broken);
  });
}

/** A connection that breaks after we have stopped to listen is nobody's business any more. */
const ignore = (): void => undefined;

/** Bytes from which on a body is kept in memory that threads share: the one that reads it needs no copy. */
const shared = 256 * 1024;
const sharedBuffer = (length: number): Buffer => Buffer.from(new SharedArrayBuffer(length));

/** Bytes of a known length go to their place at once, so that a large body is never there twice. */
class GrowingBody {
  size = 0;
  private readonly whole: Buffer | undefined;
  private readonly chunks: Buffer[] = [];

  constructor(announced: number) {
    if (announced > 0) this.whole = announced < shared ? Buffer.allocUnsafe(announced) : sharedBuffer(announced);
  }

  add(chunk: Buffer): void {
    if (this.whole === undefined) this.chunks.push(chunk);
    else chunk.copy(this.whole, this.size);
    this.size += chunk.length;
  }

  bytes(): Buffer {
    return this.whole?.subarray(0, this.size) ?? this.gathered();
  }

  private gathered(): Buffer {
    if (this.size < shared) return Buffer.concat(this.chunks, this.size);
    const whole = sharedBuffer(this.size);
    let at = 0;
    for (let chunk = this.chunks.shift(); chunk !== undefined; chunk = this.chunks.shift()) at += chunk.copy(whole, at);
    return whole;
  }
}

function askForBody(request: Asked): void {
  if (!awaitsContinue(request)) return;
  request.awaitsContinue = false;
  request.res?.writeContinue();
}

function refuseEncoded({ headers }: HttpRequest): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  if (encoding === undefined || encoding === '' || encoding === 'identity') return;
  throw new BusinessRejection(
    'unsupported-media-type',
    `The content encoding ${encoding.slice(0, 80)} is not taken; send the body as it is.`,
  );
}

function parsedBefore(request: HttpRequest): Error {
  if (cameDuringDeploy(request))
    return new TechnicalFault('closing', 'The flow was being deployed. Send the request again.');
  return new BusinessRejection(
    'unreadable',
    'The body was parsed before it could be stored as it came. Switch on “do not parse the body” in the http in node.',
  );
}

function withinLimit(body: Buffer, limit: number): Buffer {
  if (body.length > limit)
    throw new BusinessRejection(
      'message-too-large',
      `The message has ${body.length} bytes, at most ${limit} are taken; send several.`,
    );
  return body;
}

const tooLarge = (limit: number): BusinessRejection =>
  new BusinessRejection('message-too-large', `The message has more than ${limit} bytes; send several.`);

const brokenOff = (): BusinessRejection =>
  new BusinessRejection('unreadable', 'The connection ended before the whole body was there. Send the same again.');
