import { BusinessRejection, type Fault, type FaultCode, TechnicalFault } from '../domain/faults';
import type { Database } from '../store/database';
import { postgres, sqlite } from '../store/dialect';

/** What an HTTP response node needs. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** A body that is too large to be built whole, instead of `body`: its JSON text in pieces, each read from the store by itself. */
  readonly pieces?: (read: ReadStore) => AsyncIterable<string>;
}

/** Reads the store, statement by statement. */
export type ReadStore = <T>(work: (db: Database) => Promise<T>) => Promise<T>;

const jsonType = 'application/json; charset=utf-8';
const problemType = 'application/problem+json; charset=utf-8';

/** A problem of RFC 9457 with a stable code and every fault found. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly Fault[];
}

export function problem(
  status: number,
  code: string,
  title: string,
  detail: string,
  errors: readonly Fault[] = [],
): Problem {
  return { type: `urn:order-to-cash:problem:${code}`, title, status, code, detail, errors };
}

export function problemAnswer(body: Problem, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  const challenge: Record<string, string> =
    body.status === 401 ? { 'www-authenticate': 'Bearer realm="order-to-cash"' } : {};
  return { statusCode: body.status, headers: { 'content-type': problemType, ...challenge, ...headers }, body };
}

export function jsonAnswer(
  statusCode: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return { statusCode, headers: { 'content-type': jsonType, ...headers }, body };
}

const titles: Readonly<Record<number, string>> = {
  400: 'The message cannot be read',
  202: 'Waits',
  401: 'No valid key',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Not with this method',
  408: 'Too slow',
  409: 'Conflict with what is there',
  410: 'Not there any more',
  413: 'Too large',
  415: 'This content type is not taken',
  417: 'This cannot be expected',
  422: 'Rejected',
  429: 'Too many requests',
  500: 'Something went wrong here',
  503: 'Not available now',
};

export const titleOf = (status: number): string => titles[status] ?? titles[500] ?? '';

/** Every code that is not named here is a business rejection: 422. */
const statuses: Readonly<Partial<Record<FaultCode, number>>> = {
  'after-release': 409,
  'bad-encoding': 400,
  'change-conflict': 409,
  'change-refused': 409,
  'credit-note-conflict': 409,
  'empty-document': 400,
  forbidden: 403,
  'idempotency-conflict': 409,
  'illegal-transition': 409,
  'interchange-conflict': 409,
  'message-too-large': 413,
  'not-found': 404,
  'order-conflict': 409,
  parked: 500,
  'payment-conflict': 409,
  'queue-full': 429,
  'rate-limited': 429,
  'raw-dropped': 410,
  'settings-conflict': 409,
  'slip-conflict': 409,
  'source-refused': 403,
  'too-deep': 400,
  'too-slow': 408,
  unauthorized: 401,
  unreadable: 400,
  'unsupported-media-type': 415,
};

/** The HTTP status of a business fault. */
export function statusOfFault(code: FaultCode): number {
  return statuses[code] ?? 422;
}

/** The problem of a rejection: its status by its code, its detail, all of its faults. */
export function problemOfFaults(code: FaultCode, detail: string, faults: readonly Fault[]): Problem {
  const status = statusOfFault(code);
  return problem(status, code, titleOf(status), detail, faults);
}

/** Seconds after which it is worth trying again, when nothing better is known. */
const retryAway = 5;
const retryBusy = 1;

/**
 * The answer to anything that was thrown. Business rejections are told in full; of technical faults the caller only
 * learns whether it is worth trying again, never what is inside.
 */
export function problemOf(error: unknown): HttpAnswer {
  if (error instanceof BusinessRejection) {
    const found = problemOfFaults(error.code, error.message, error.faults);
    return problemAnswer(found, found.status === 429 ? { 'retry-after': String(error.retryAfter ?? retryBusy) } : {});
  }
  if (error instanceof TechnicalFault) return technical(error.code);
  const classes = [postgres.classify(error), sqlite.classify(error)];
  if (classes.includes('away')) return technical('store-away');
  if (classes.includes('conflict')) return technical('closing');
  return technical('unexpected');
}

function technical(code: TechnicalFault['code']): HttpAnswer {
  switch (code) {
    case 'store-away':
    case 'store-locked':
      return problemAnswer(
        problem(503, code, titleOf(503), 'The store does not answer; nothing was accepted. Send the same again later.'),
        { 'retry-after': String(retryAway) },
      );
    case 'closing':
      return problemAnswer(
        problem(
          503,
          code,
          titleOf(503),
          'The request could not be taken just now; nothing was accepted. Send the same again.',
        ),
        { 'retry-after': String(retryBusy) },
      );
    case 'queue-full':
      return problemAnswer(
        problem(
          429,
          code,
          titleOf(429),
          'More requests are waiting than can be worked; nothing was accepted. Send the same again later.',
        ),
        {
          'retry-after': String(retryAway),
        },
      );
    default:
      return problemAnswer(
        problem(
          500,
          'unexpected',
          titleOf(500),
          'The request could not be worked because of an internal fault; the operators see it in their log.',
        ),
      );
  }
}
