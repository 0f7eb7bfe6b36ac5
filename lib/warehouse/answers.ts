import { STATUS_CODES } from 'node:http';
import type { CancelOutcome, ShippingOutcome } from './shipping';

/** What came back from one request. `body` is the parsed JSON, else the text. */
export type Answer = { readonly status: number; readonly body: unknown } | { readonly failure: string };

/** Replaces secrets in a text that will be stored or shown. */
export type Hide = (text: string) => string;

/** Client errors that only say "not now". */
const passing = new Set([408, 425, 429]);
const longestWords = 500;

export function shippingOutcome(key: string, answer: Answer, hide: Hide): ShippingOutcome {
  if ('failure' in answer) return { key, kind: 'unknown', cause: answer.failure };
  const { status, body } = answer;
  if (isSuccess(status)) {
    const reference = referenceOf(body);
    if (reference !== undefined) return { key, kind: 'acknowledged', reference };
    return { key, kind: 'unknown', cause: `answered ${status} without a reference` };
  }
  if (status >= 400 && status < 500 && !passing.has(status)) {
    return { key, kind: 'refused', status, words: wordsOf(status, body, hide) };
  }
  return { key, kind: 'unknown', cause: causeOf(status, body, hide) };
}

/**
 * One outcome a key, in the order of the keys. A batch that was refused as a whole (400, 404, 413 …) says nothing about
 * a single order: every outcome is unknown then.
 */
export function batchOutcomes(keys: readonly string[], answer: Answer, hide: Hide): ShippingOutcome[] {
  const unknown = (cause: string) => keys.map((key): ShippingOutcome => ({ key, kind: 'unknown', cause }));
  if ('failure' in answer) return unknown(answer.failure);
  if (!isSuccess(answer.status)) return unknown(cut(`the batch was ${causeOf(answer.status, answer.body, hide)}`));
  const results = resultsByKey(answer.body);
  if (!results) return unknown(`the batch was answered ${answer.status} without results`);
  return keys.map((key) => {
    const own = results.get(key) ?? [];
    const [result] = own;
    if (!result) return { key, kind: 'unknown', cause: 'the batch was answered without this order' };
    if (own.length > 1) return { key, kind: 'unknown', cause: 'the batch was answered with this order more than once' };
    if (!Number.isInteger(result.status)) return { key, kind: 'unknown', cause: 'the result has no status' };
    return shippingOutcome(key, { status: result.status as number, body: result }, hide);
  });
}

export function cancelOutcome(answer: Answer, hide: Hide): CancelOutcome {
  if ('failure' in answer) return { kind: 'unknown', cause: answer.failure };
  const { status, body } = answer;
  if (isSuccess(status) && isRecord(body) && body.cancelled === true) return { kind: 'agreed' };
  if (status === 202) return { kind: 'pending' };
  if (status === 409) return { kind: 'refused', status, words: wordsOf(status, body, hide) };
  return { kind: 'unknown', cause: causeOf(status, body, hide) };
}

function resultsByKey(body: unknown): Map<string, Record<string, unknown>[]> | undefined {
  if (!isRecord(body) || !Array.isArray(body.results)) return undefined;
  const byKey = new Map<string, Record<string, unknown>[]>();
  for (const result of body.results) {
    if (!isRecord(result) || typeof result.key !== 'string') continue;
    const own = byKey.get(result.key);
    if (own) own.push(result);
    else byKey.set(result.key, [result]);
  }
  return byKey;
}

/** 1 to 200 visible characters, or an exact number. */
function referenceOf(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const { reference } = body;
  if (Number.isSafeInteger(reference)) return String(reference);
  if (typeof reference !== 'string') return undefined;
  const text = reference.trim();
  return /^[^\p{C}]{1,200}$/u.test(text) ? text : undefined;
}

function causeOf(status: number, body: unknown, hide: Hide): string {
  return cut(`answered ${status}: ${wordsOf(status, body, hide)}`);
}

function wordsOf(status: number, body: unknown, hide: Hide): string {
  return readable(hide(saidIn(body))) || (STATUS_CODES[status] ?? 'without a word');
}

function saidIn(body: unknown): string {
  if (typeof body === 'string') return body;
  if (!isRecord(body)) return '';
  const places = [body.detail, body.title, body.message, body.error];
  const said = places.find((text) => typeof text === 'string' && text.trim() !== '');
  return typeof said === 'string' ? said : '';
}

/** One line without markup and control characters (PostgreSQL takes no NUL in a text). */
function readable(text: string): string {
  const start = text.slice(0, 8 * longestWords); // before the patterns, which must not run over a megabyte
  const plain = start.replace(/<[^>]*>/g, ' ').replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ');
  return cut(plain.trim());
}

/** Not through the middle of a character of two code units. */
function cut(text: string): string {
  return text.slice(0, longestWords).replace(/\p{Cs}$/u, '');
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
