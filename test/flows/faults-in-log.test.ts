import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { openStore } from '../../lib/store/store';
import { startNodeRed } from '../support/node-red-process';
import { anOrder, setUpCompany } from './company';
import { adminKey, Product } from './product';

const patience = 120_000; // milliseconds
const storeId = '7a5d5a31c94b6a62';
const linesWith = (log: string, words: string): string[] => log.split('\n').filter((line) => line.includes(words));

describe('a technical fault is in Node-RED’s log', () => {
  it('when the packaged flow has caught it: once, repeats counted, with its place and cause, and without keys', async () => {
    const product = await Product.start({ O2C_DEMO: '0', O2C_ADMIN_KEY: adminKey });
    try {
      await setUpCompany(product);
      const { body } = await product.call('POST', '/o2c/orders', { body: anOrder() });
      await product.invoiced(body.salesOrder);
      const store = await openStore(`sqlite:${join(product.directory, 'data/o2c.sqlite')}`);
      await store.transaction((db) => db.run("update decision set evidence = '{broken'"));
      for (let i = 0; i < 3; i++) {
        const answer = await product.call('GET', `/o2c/orders/${body.salesOrder}`);
        expect([answer.status, answer.body.code]).to.deep.equal([500, 'unexpected']);
      }
      // now all nodes fail that look at the settings: last
      await store.transaction((db) => db.run("insert into setting values (9, '{broken', 'now', 'a test')"));
      await store.close();
      const settings = await fetch(`${product.url}/o2c-store/${storeId}/settings`);
      expect([settings.status, ((await settings.json()) as { code: string }).code]).to.deep.equal([500, 'unexpected']);
      await product.stop();
      const [line, repeats, ...others] = linesWith(product.output, 'order-query');
      expect(line).to.match(/ error o2c-store .*: order-query .+: unexpected: .*JSON.* At \S.*\.js:\d+\)?\.$/);
      expect(repeats, 'counted when the store closes').to.match(/ 2 more in the last \d+ s\.$/);
      expect(others).to.deep.equal([]);
      const [editors, ...more] = linesWith(product.output, 'the settings of the store');
      expect(editors, 'what the editor asked for').to.match(/: unexpected: .*JSON/);
      expect(more).to.deep.equal([]);
      expect(product.output).to.not.include(adminKey);
    } finally {
      await product.remove();
    }
  });

  it('in a flow of one’s own, with a Catch node or without: one line each', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'o2c-faults-'));
    const link = join(directory, 'node_modules/@order-to-cash/node-red-nodes');
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve(__dirname, '../../..'), link, 'junction');
    const place = { x: 0, y: 0 };
    const asks = (id: string) => [
      {
        id: `start-${id}`,
        type: 'inject',
        z: 'tab',
        ...place,
        props: [],
        repeat: '',
        once: true,
        onceDelay: 0.1,
        wires: [[id]],
      },
      { id, type: 'order-query', z: 'tab', ...place, name: id, store: 'store', query: `no-${id}`, wires: [[]] },
    ];
    const flow = [
      { id: 'tab', type: 'tab', label: 'faults' },
      { id: 'store', type: 'o2c-store', database: `sqlite:${join(directory, 'o2c.sqlite')}` },
      ...asks('caught'),
      ...asks('uncaught'),
      { id: 'catch', type: 'catch', z: 'tab', ...place, scope: ['caught'], uncaught: false, wires: [['debug']] },
      {
        id: 'debug',
        type: 'debug',
        z: 'tab',
        ...place,
        active: true,
        tosidebar: true,
        console: false,
        complete: 'error.message',
      },
    ];
    writeFileSync(join(directory, 'flows.json'), JSON.stringify(flow));
    const nodeRed = await startNodeRed(directory);
    try {
      for (const end = Date.now() + patience; ; await new Promise((wake) => setTimeout(wake, 20))) {
        if (/no-caught/.test(nodeRed.log()) && /no-uncaught/.test(nodeRed.log())) break;
        if (Date.now() > end) throw new Error(`The faults are not told:\n${nodeRed.log()}`);
      }
      await nodeRed.stop();
      expect(linesWith(nodeRed.log(), 'no-caught')).to.have.length(1);
      expect(linesWith(nodeRed.log(), 'no-caught')[0]).to.match(/\[error\] \[o2c-store:store\] order-query caught: /);
      expect(linesWith(nodeRed.log(), 'no-uncaught')).to.have.length(1);
    } finally {
      await nodeRed.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
