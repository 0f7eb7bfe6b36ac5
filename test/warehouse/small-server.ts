import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON. */
  readonly body: unknown;
  /** Milliseconds, as `performance.now()` gives them. */
  readonly at: number;
}

/** An HTTP server on a free loopback port that keeps what it was sent. */
export interface SmallServer {
  readonly url: string;
  readonly received: ReceivedRequest[];
  answer: (request: ReceivedRequest, response: ServerResponse) => void;
  close(): Promise<void>;
}

/** @param keepAliveTimeout milliseconds, which the server announces; 0: it keeps connections for ever, and says nothing of it */
export async function startSmallServer(answer: SmallServer['answer'], keepAliveTimeout = 5_000): Promise<SmallServer> {
  const server = createServer({ keepAliveTimeout }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || 'null');
      const received = { method, path, headers, body, at: performance.now() };
      small.received.push(received);
      small.answer(received, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const small: SmallServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return small;
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
