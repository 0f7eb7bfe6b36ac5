import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { NodeAPI } from 'node-red';
import type { HttpRequest } from '../../nodes/http-messages';
import { cameDuringDeploy, watchArrivals } from '../../nodes/request-arrival';
import { readBody } from '../../nodes/request-body';

describe('a request in the middle of a deploy', () => {
  const events = new EventEmitter();
  let server: Server;

  before(async () => {
    watchArrivals({ events } as unknown as NodeAPI);
    watchArrivals({ events } as unknown as NodeAPI);
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    events.emit('flows:started');
  });
  after(() => server.close());

  /** A request that has arrived, with a body that a parser of Node-RED has taken already. */
  async function arrived(): Promise<HttpRequest> {
    const coming = once(server, 'request');
    const { port } = server.address() as AddressInfo;
    void fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    const [request, response] = await coming;
    response.end();
    return Object.assign(request as IncomingMessage, { body: {} });
  }

  const codeOf = (request: HttpRequest): Promise<string> =>
    readBody(request, 100).then(
      () => 'taken',
      (error: { code: string }) => error.code,
    );

  it('is to come again when another parser had its body, and only then', async () => {
    const usual = await arrived();
    expect([cameDuringDeploy(usual), await codeOf(usual)]).to.deep.equal([false, 'unreadable']);
    events.emit('flows:stopping');
    const between = await arrived();
    expect(await codeOf(between)).to.equal('closing');
    events.emit('flows:started');
    expect(await codeOf(between)).to.equal('closing');
    expect(await codeOf(await arrived())).to.equal('unreadable');
    expect(await codeOf(Object.assign({ headers: {} }, { body: {} }) as HttpRequest)).to.equal('unreadable');
  });
});
