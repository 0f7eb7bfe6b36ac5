import type { ServerResponse } from 'node:http';
import { problem, problemAnswer, titleOf } from '../lib/answers/problem';

/**
 * Requests that nobody has answered yet, with the node that each came to last. Node-RED drops a message that is on its way
 * to a node which a deploy has closed, and its caller would wait for ever.
 */
export class OpenRequests {
  private readonly last = new Map<ServerResponse, unknown>();

  /** @param grace how long a request whose last node has gone may still be answered by the rest of its flow, in ms */
  constructor(private readonly grace: number) {}

  /** @param place a node of ours, or whatever else will be told to have gone */
  cameTo(place: unknown, response: ServerResponse | undefined): void {
    if (response === undefined || response.writableEnded || response.closed) return;
    if (!this.last.has(response)) response.once('close', () => this.last.delete(response));
    this.last.set(response, place);
  }

  /** The place has finished what it was doing, and nothing comes to it any more: what it gave on may have been dropped. */
  gone(place: unknown): void {
    const left = [...this.last].filter(([, last]) => last === place).map(([response]) => response);
    if (left.length === 0) return;
    setTimeout(() => {
      for (const response of left) {
        if (this.last.get(response) !== place) continue;
        this.last.delete(response);
        answerLost(response);
      }
    }, this.grace);
  }
}

/** Those of this process. */
export const openRequests = new OpenRequests(5_000);

function answerLost(response: ServerResponse): void {
  if (response.headersSent) return;
  const words =
    'The flow was deployed while this request was on its way, so that its answer is lost. Send the same again under the same key: what was taken already is answered as it was.';
  const { statusCode, headers, body } = problemAnswer(problem(503, 'closing', titleOf(503), words), {
    'retry-after': '1',
  });
  response.writeHead(statusCode, headers).end(JSON.stringify(body));
}
