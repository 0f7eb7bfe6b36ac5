import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { HttpAnswer, ReadStore } from '../lib/answers/problem';
import { answered, responseOf } from './http-messages';
import type { Emit, Message } from './node';

/** How long a caller may take nothing of an answer, in ms. */
const longestPause = 60_000;

/**
 * Gives an answer to the flow, by its first output. One in pieces is written to the connection right here, as fast as the
 * caller takes it, and nothing leaves the node; a caller outside HTTP gets it whole.
 */
export async function sendAnswer(message: Message, answer: HttpAnswer, read: ReadStore, emit: Emit): Promise<void> {
  const { pieces, ...plain } = answer;
  if (pieces === undefined) return emit(0, answered(message, plain));
  const response = responseOf(message);
  if (response === undefined) {
    let text = '';
    for await (const piece of pieces(read)) text += piece;
    return emit(0, answered(message, { ...plain, body: JSON.parse(text) as unknown }));
  }
  try {
    response.writeHead(answer.statusCode, answer.headers);
    await write(response, pieces(read));
  } catch (error) {
    response.destroy(); // the caller must not take half an answer for a whole one
    throw error;
  }
}

async function write(response: ServerResponse, pieces: AsyncIterable<string>): Promise<void> {
  for await (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece)) await taken(response);
    await setImmediate(); // others get their turn
  }
  response.end();
}

/** Resolves when the caller has taken what was written, or has gone; who takes nothing for too long is cut off. */
async function taken(response: ServerResponse): Promise<void> {
  const over = new AbortController();
  const limit = setTimeout(() => response.destroy(), longestPause);
  await Promise.race([
    once(response, 'drain', { signal: over.signal }),
    once(response, 'close', { signal: over.signal }),
  ]).finally(() => {
    clearTimeout(limit);
    over.abort();
  });
}
