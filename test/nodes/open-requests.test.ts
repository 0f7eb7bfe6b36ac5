import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { OpenRequests } from '../../nodes/open-requests';

describe('requests whose flow is deployed', () => {
  const place = {};
  let open: OpenRequests;
  let server: Server;
  let take: (response: ServerResponse) => void;

  beforeEach(async () => {
    open = new OpenRequests(20);
    server = createServer((_request, response) => {
      open.cameTo(place, response);
      take(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => server.close());

  const answerTo = async (taken: (response: ServerResponse) => void): Promise<{ status: number; text: string }> => {
    take = taken;
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return { status: answer.status, text: await answer.text() };
  };

  it('are answered when the node that they came to last has gone', async () => {
    const { status, text } = await answerTo(() => open.gone(place));
    expect(status).to.equal(503);
    expect(JSON.parse(text)).to.include({ code: 'closing', status: 503 });
  });

  it('are left alone while a node has them', async () => {
    const other = {};
    const { status, text } = await answerTo((response) => {
      open.cameTo(other, response);
      open.gone(place);
      setTimeout(() => response.end('by its flow'), 100);
    });
    expect({ status, text }).to.deep.equal({ status: 200, text: 'by its flow' });
  });

  it('are forgotten when their caller has gone', async () => {
    const before = new OpenRequests(0);
    const aborted = new AbortController();
    let taken: ServerResponse | undefined;
    take = (response) => {
      taken = response;
      before.cameTo(place, response);
      aborted.abort();
    };
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await fetch(address, { signal: aborted.signal }).catch(() => undefined);
    if (taken?.closed === false) await once(taken, 'close');
    const watching = taken?.listenerCount('close');
    before.cameTo(place, taken);
    expect(taken?.listenerCount('close')).to.equal(watching);
  });

  it('are left alone when the rest of their flow answers', async () => {
    const { text } = await answerTo((response) => {
      open.gone(place);
      response.end('by its flow');
    });
    expect(text).to.equal('by its flow');
    const { text: sending } = await answerTo((response) => {
      open.gone(place);
      response.write('by its ');
      setTimeout(() => response.end('flow'), 100);
    });
    expect(sending).to.equal('by its flow');
  });
});
