import { expect } from 'chai';
import { TechnicalFault } from '../../lib/domain/faults';
import type { WarehouseSettings } from '../../lib/warehouse/warehouse-client';
import { json, startSmallServer } from './small-server';
import { type Answering, body, request, requests, token, WarehouseUnderTest } from './warehouse-under-test';

describe('a connection to a warehouse', () => {
  const warehouse = WarehouseUnderTest.inHooks();
  const shipOne = async (answering: Answering, settings: Partial<WarehouseSettings> = {}) => {
    const [outcome] = await warehouse.answering(answering, settings).ship([request(1)]);
    return outcome;
  };

  describe('secrets', () => {
    it('are cut out of what the warehouse says', async () => {
      const outcome = await shipOne(body(401, { detail: `token ${token} has expired` }));
      expect(outcome).to.have.property('words', 'token *** has expired');
    });

    it('in the address are sent as basic authentication, and stay out of outcomes', async () => {
      const url = warehouse.server.url.replace('://', '://user:pass%20word@');
      const outcome = await shipOne(body(403, { detail: 'wrong pass word' }), { url, token: undefined });
      const sent = `Basic ${Buffer.from('user:pass word').toString('base64')}`;
      expect(warehouse.server.received[0]?.headers.authorization).to.equal(sent);
      expect(outcome).to.have.property('words', 'wrong ***');
    });

    it('a token goes before a user in the address', async () => {
      await shipOne(body(200, { reference: 'W-1' }), { url: warehouse.server.url.replace('://', '://user:password@') });
      expect(warehouse.server.received[0]?.headers.authorization).to.equal(`Bearer ${token}`);
    });

    it('are not in the error about a bad address', () => {
      for (const url of ['', 'ftp://user:password@host', 'user:password@host', '$' + '{O2C_WAREHOUSE_URL}']) {
        expect(() => warehouse.connect({ url }))
          .to.throw(TechnicalFault, 'not an http or https URL')
          .that.satisfies((fault: TechnicalFault) => !`${fault.stack}${String(fault.cause)}`.includes('password'));
      }
    });
  });

  it('asks no proxy for a warehouse on this machine', async () => {
    const proxy = await startSmallServer((_, response) => json(response, 200, { reference: 'from the proxy' }));
    const before = process.env.http_proxy;
    process.env.http_proxy = proxy.url;
    try {
      for (const host of ['127.0.0.1', 'localhost']) {
        const url = warehouse.server.url.replace('127.0.0.1', host);
        expect(await shipOne(body(200, { reference: 'W-1' }), { url })).to.include({ reference: 'W-1' });
      }
      expect(proxy.received).to.have.length(0);
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
      await proxy.close();
    }
  });

  it('close ends what is under way and what waits, as unknown', async () => {
    const arrived = new Promise<void>((resolve) => {
      warehouse.server.answer = () => resolve();
    });
    const client = warehouse.connect({ concurrency: 1 });
    const shipping = client.ship(requests(3));
    await arrived;
    client.close();
    const causes = (await shipping).map((outcome) => (outcome.kind === 'unknown' ? outcome.cause : outcome.kind));
    expect(causes).to.deep.equal([
      'this side was closed before the answer came',
      'not sent: this side was closed',
      'not sent: this side was closed',
    ]);
    expect(await client.cancel('SO-1/1')).to.deep.equal({ kind: 'unknown', cause: 'not sent: this side was closed' });
    expect(warehouse.server.received).to.have.length(1);
  });
});
