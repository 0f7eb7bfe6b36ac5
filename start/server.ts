import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import RED from 'node-red';
import { problem, problemAnswer, titleOf } from '../lib/answers/problem';
import { faultLine } from '../nodes/faults-told';
import { openRequests } from '../nodes/open-requests';
import { RepeatedLines } from '../nodes/repeated-lines';
import { type Listening, Refusal } from './settings';

/** The HTTP server of the product, before and after Node-RED runs on it. */
export class HttpServer {
  private constructor(
    private readonly server: Server,
    /** Serves this machine when `server` listens for others. */
    private readonly local: Server,
    private readonly listening: Listening,
  ) {}

  /**
   * Takes the port; whoever asks before Node-RED runs hears to come again.
   * @throws Refusal when the address cannot be used
   */
  static async listen(listening: Listening): Promise<HttpServer> {
    const { host, port, isLocal, tls } = listening;
    const server = tls === undefined ? createServer(starting) : createTlsServer(tls, starting);
    await listenOn(server, host, port);
    const local = isLocal && tls === undefined ? server : createServer(starting);
    if (local !== server) await listenOn(local, '127.0.0.1', 0);
    return new HttpServer(server, local, listening);
  }

  /** Where others reach it. */
  get url(): string {
    const { host, port, tls } = this.listening;
    return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** Where this machine reaches it, without TLS. */
  get localUrl(): string {
    const { address, port, family } = this.local.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async startNodeRed(settings: Record<string, unknown>): Promise<void> {
    // The declarations are those of an older Node-RED: they know no telemetry, and no list in nodesDir.
    RED.init(this.server, settings as unknown as Parameters<typeof RED.init>[1]);
    RED.httpAdmin.use(RED.httpNode);
    await RED.start();
    for (const server of new Set([this.server, this.local])) {
      server.off('request', starting).on('request', serve);
      server.on('checkContinue', serveExpectant).on('checkExpectation', refuseExpectation);
    }
  }

  async stop(): Promise<void> {
    for (const server of new Set([this.server, this.local])) server.close();
    faults.end();
    await RED.stop();
    for (const server of new Set([this.server, this.local])) server.closeAllConnections();
  }
}

async function listenOn(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new Refusal(
        `Port ${port} on ${host} is taken, perhaps by another Node-RED. Stop it, or choose another port: PORT=${port + 1} npm start`,
      );
    if (code === 'EACCES')
      throw new Refusal(
        `Port ${port} needs more rights than this user has. Choose one above 1023: PORT=1880 npm start`,
      );
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Refusal(`${host} is no address of this machine; set O2C_HOST to one that is.`);
    throw error;
  }
}

const ownApi = /^\/o2c(?:[/?]|$)/i;
const simulator = /^\/warehouse(?:[/?]|$)/i;

/** The run of the flows, another one after each deploy; none between their stop and their start. */
let flowsRun: symbol | undefined;
/** What all nodes have run since: a full deploy ends it. */
let fullRun = Symbol('run of all flows');
RED.events.on('flows:stopping', ({ type }: { readonly type: string }) => {
  flowsRun = undefined;
  if (type !== 'full') return;
  openRequests.gone(fullRun);
  fullRun = Symbol('run of all flows');
});
RED.events.on('flows:started', () => {
  flowsRun = Symbol('run of the flows');
});

const starting: RequestListener = (_request, response) => {
  answer(response, problem(503, 'starting', titleOf(503), 'The flows are starting; come again in a moment.'), {
    'retry-after': '1',
  });
};

/**
 * Requests of our API go to the flows without any body parser on their way: the nodes check the key before they read the
 * body, count its bytes while they come, and read numbers exactly.
 */
const serve: RequestListener = (request, response) => {
  const url = request.url ?? '/';
  const arrivedIn = flowsRun;
  // What no node took while the flows were away or changed is not unknown, but away for a moment.
  const last = (error?: unknown): void =>
    error || (arrivedIn !== undefined && arrivedIn === flowsRun)
      ? answerInstead(response, error)
      : starting(request, response);
  if (simulator.test(url) && !isFromHere(request)) return answerInstead(response, undefined);
  if (!ownApi.test(url)) return void RED.httpAdmin(request as never, response as never, last);
  const allowed = methodsAt(url);
  if (arrivedIn !== undefined && allowed.length > 0 && !allowed.includes(request.method ?? ''))
    return answerMethod(request, response, allowed);
  Object.assign(request, { _body: true });
  openRequests.cameTo(fullRun, response);
  RED.httpNode(request as never, response as never, last);
};

/** `Expect: 100-continue`: our nodes ask for the body themselves, after they have checked the key. */
const serveExpectant: RequestListener = (request, response) => {
  if (ownApi.test(request.url ?? '')) Object.assign(request, { awaitsContinue: true });
  else response.writeContinue();
  serve(request, response);
};

const refuseExpectation: RequestListener = (request, response) => {
  request.resume();
  const words = 'Of all that can be expected only 100-continue is known here.';
  answer(response, problem(417, 'unknown-expectation', titleOf(417), words));
};

interface RouteLayer {
  readonly regexp: RegExp;
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
}

/** What the flows that run serve at an address; empty when they serve nothing there. */
function methodsAt(url: string): string[] {
  const [path = ''] = url.split('?', 1);
  const router: { readonly stack: readonly RouteLayer[] } | undefined = RED.httpNode._router; // Express makes it late
  const methods = (router?.stack ?? [])
    .filter(({ route, regexp }) => route !== undefined && regexp.test(path))
    .flatMap(({ route }) => Object.keys(route?.methods ?? {}).map((method) => method.toUpperCase()));
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort();
}

function answerMethod(request: IncomingMessage, response: ServerResponse, allowed: readonly string[]): void {
  request.resume();
  const allow = [...allowed, 'OPTIONS'].join(', ');
  if (request.method === 'OPTIONS') return void response.writeHead(204, { allow }).end();
  const words = `The method ${request.method} does not work here; ${allow} do.`;
  answer(response, problem(405, 'method-not-allowed', titleOf(405), words), { allow });
}

/** The simulator asks for no key, so it is for this machine only. */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  return (
    (address === '::1' || address.startsWith('127.')) &&
    headers['x-forwarded-for'] === undefined &&
    headers.forwarded === undefined
  );
}

/** Faults between a request and the flows; the answer does not tell them. */
const faults = new RepeatedLines((line) => RED.log.error(line));

function tell(error: unknown): void {
  faults.say(faultLine('a request', error instanceof Error ? error : new Error(String(error))));
  faults.tell();
}

/** What no flow answers is a problem too, never a page with a stack trace. */
function answerInstead(response: ServerResponse, error: unknown): void {
  const status =
    typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
      ? error.status
      : undefined;
  if (error === undefined || error === null)
    answer(response, problem(404, 'not-found', titleOf(404), 'There is nothing at this address for this method.'));
  else if (status !== undefined && status >= 400 && status < 500)
    answer(response, problem(status, 'unreadable', titleOf(status), 'The request cannot be read.'));
  else {
    tell(error);
    answer(
      response,
      problem(500, 'unexpected', titleOf(500), 'The request could not be worked because of an internal fault.'),
    );
  }
}

function answer(
  response: ServerResponse,
  body: ReturnType<typeof problem>,
  headers: Record<string, string> = {},
): void {
  const { statusCode, headers: own } = problemAnswer(body, headers);
  if (!response.headersSent) response.writeHead(statusCode, own);
  response.end(JSON.stringify(body));
}
