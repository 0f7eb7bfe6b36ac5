import { unescape as decoded } from 'node:querystring';
import axios, { type AxiosInstance } from 'axios';
import { TechnicalFault } from '../domain/faults';
import { type Answer, batchOutcomes, cancelOutcome, type Hide, shippingOutcome } from './answers';
import { Connections } from './connections';
import { createPace, PaceClosed } from './pace';
import type { CancelOutcome, ShippingOutcome, ShippingRequest } from './shipping';

export type { CancelOutcome, ShippingLine, ShippingOutcome, ShippingRequest } from './shipping';

export interface WarehouseSettings {
  /** Base address; `/shipping-orders` is added to its path. A user and password in it are sent as basic authentication. */
  readonly url: string;
  /** Sent as bearer token; goes before a user in the address. */
  readonly token?: string | undefined;
  /** Milliseconds from sending a request to the last byte of its answer; waiting for its turn does not count. */
  readonly timeoutMs: number;
  /** One request for all orders of a call, instead of one each. */
  readonly batch: boolean;
  /** Requests under way at the same time, at least 1. Holds for all calls of this client. */
  readonly concurrency: number;
  /** Requests started in a second, 0 = no limit. Holds for all calls of this client; what a closed connection sends once more does not count. */
  readonly ratePerSecond: number;
}

export interface WarehouseClient {
  /** One outcome a request, in their order. Does not throw: what is not known is the outcome `unknown`. */
  ship(requests: readonly ShippingRequest[]): Promise<ShippingOutcome[]>;
  /** Asks to cancel the release with this key. Does not throw. */
  cancel(key: string): Promise<CancelOutcome>;
  /** Ends what is under way or waits, with the outcome `unknown`, and closes the connections. */
  close(): void;
}

const megabyte = 1024 * 1024;
const singleAnswerLimit = megabyte;
const batchAnswerLimit = 20 * megabyte;

type Post = (path: string, body: unknown, answerLimit: number, key?: string) => Promise<Answer>;

/** @throws TechnicalFault `warehouse-fault` when the address is not an http or https URL. */
export function createWarehouseClient(settings: WarehouseSettings): WarehouseClient {
  const address = parseAddress(settings.url);
  const hide = hiding([settings.token, decoded(address.password)]);
  const connections = new Connections();
  const pace = createPace(Math.max(1, settings.concurrency), settings.ratePerSecond);
  const underWay = new Set<AbortController>();
  const http = connect(address, settings.token);

  const post: Post = async (path, body, answerLimit, key) => {
    const send = async (): Promise<Answer> => {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(`no answer within ${settings.timeoutMs} ms`), settings.timeoutMs);
      underWay.add(abort);
      try {
        const text = JSON.stringify(body);
        const { status, data } = await connections.send((through) =>
          http.post<string>(path, text, {
            ...through,
            signal: abort.signal,
            maxContentLength: answerLimit,
            headers: key === undefined ? {} : { 'Idempotency-Key': key },
          }),
        );
        return { status, body: parsed(data) };
      } catch (cause) {
        return { failure: abort.signal.aborted ? String(abort.signal.reason) : failureOf(cause, answerLimit) };
      } finally {
        clearTimeout(timer);
        underWay.delete(abort);
      }
    };
    return pace.run(send).catch((cause: unknown): Answer => {
      if (cause instanceof PaceClosed) return { failure: 'not sent: this side was closed' };
      throw cause;
    });
  };

  return {
    async ship(requests) {
      if (requests.length === 0) return [];
      if (!settings.batch) return Promise.all(requests.map((request) => shipOne(post, request, hide)));
      const keys = requests.map(({ key }) => key);
      return batchOutcomes(keys, await post('/shipping-orders/batch', requests, batchAnswerLimit), hide);
    },
    async cancel(key) {
      const path = `/shipping-orders/${encodeURIComponent(key)}/cancel`;
      return cancelOutcome(await post(path, {}, singleAnswerLimit), hide);
    },
    close() {
      pace.close();
      for (const abort of underWay) abort.abort('this side was closed before the answer came');
      connections.close();
    },
  };
}

async function shipOne(post: Post, { key, ...body }: ShippingRequest, hide: Hide): Promise<ShippingOutcome> {
  return shippingOutcome(key, await post('/shipping-orders', body, singleAnswerLimit, key), hide);
}

function parseAddress(url: string): URL {
  const address = URL.parse(url);
  if (address && (address.protocol === 'http:' || address.protocol === 'https:')) return address;
  throw new TechnicalFault('warehouse-fault', 'The address of the warehouse is not an http or https URL');
}

function connect(address: URL, token: string | undefined): AxiosInstance {
  const base = new URL(address);
  if (token) {
    base.username = ''; // axios would let it replace the bearer token
    base.password = '';
  }
  return axios.create({
    baseURL: base.href.replace(/\/+$/, ''),
    headers: {
      Accept: 'application/json, application/problem+json',
      'Content-Type': 'application/json',
      'User-Agent': 'order-to-cash',
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    },
    responseType: 'text',
    transformRequest: [(body: string) => body],
    transformResponse: [(text: string) => text],
    validateStatus: () => true,
    maxRedirects: 0,
    maxBodyLength: Number.POSITIVE_INFINITY,
    ...(isLoopback(base.hostname) ? { proxy: false as const } : {}),
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

function hiding(secrets: readonly (string | undefined)[]): Hide {
  return (text) => secrets.reduce<string>((rest, secret) => (secret ? rest.replaceAll(secret, '***') : rest), text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const failures: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  EAI_AGAIN: 'address not found',
  ENOTFOUND: 'address not found',
  EHOSTUNREACH: 'host not reachable',
  ENETUNREACH: 'network not reachable',
  ETIMEDOUT: 'connection timed out',
};

/** Only codes of our own list and of the system: an error of axios carries the request with its token. */
function failureOf(cause: unknown, answerLimit: number): string {
  if (!axios.isAxiosError(cause)) return 'no answer';
  if (cause.message.startsWith('maxContentLength')) return `the answer is larger than ${answerLimit / megabyte} MB`;
  const code = cause.code ?? 'no code';
  return `${failures[code] ?? 'no answer'} (${code})`;
}
