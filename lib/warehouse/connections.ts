import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isAxiosError } from 'axios';

/** What axios is to send a request through. */
export interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/**
 * Milliseconds that a connection is kept without a request: less than the 5 s after which the first servers close it. One
 * that announces less (`Keep-Alive: timeout=3`) gets less, a second before its own end. Node heeds the announcement only
 * where an agent has such a limit, and never waits longer than that for an answer because of it: axios takes the limit off
 * a connection that is in use.
 */
const longestIdle = 4_000;

/** The connections of one client: kept from request to request, and given up before the other side does. */
export class Connections {
  private readonly kept = agents({ keepAlive: true, timeout: longestIdle });
  private readonly fresh = agents({ keepAlive: false });

  /**
   * Sends through a kept connection, and once more through a new one when the kept one turns out to be closed: the other
   * side gave it up at the same moment, or does so after each answer without a word. Whether it had read the request
   * cannot be known. To be used for requests only that do no harm twice; a shipping order's key names its release for
   * ever, so that the same again ships nothing again (docs/warehouse.md: the one rule that a warehouse must keep).
   */
  async send<Answer>(request: (through: Agents) => Promise<Answer>): Promise<Answer> {
    try {
      return await request(this.kept);
    } catch (cause) {
      if (!wasClosedBefore(cause)) throw cause;
      return request(this.fresh);
    }
  }

  close(): void {
    for (const { httpAgent, httpsAgent } of [this.kept, this.fresh]) {
      httpAgent.destroy();
      httpsAgent.destroy();
    }
  }
}

const agents = (options: { readonly keepAlive: boolean; readonly timeout?: number }): Agents => ({
  httpAgent: new HttpAgent(options),
  httpsAgent: new HttpsAgent(options),
});

/** The connection had carried a request before, and ended before the head of an answer to this one was there. */
function wasClosedBefore(cause: unknown): boolean {
  if (!isAxiosError(cause) || (cause.code !== 'ECONNRESET' && cause.code !== 'EPIPE')) return false;
  const request = cause.request as { readonly reusedSocket?: boolean; readonly res?: unknown } | undefined;
  return request?.reusedSocket === true && !request.res;
}
