import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNodeRed } from '../test/support/node-red-process';
import type { CycleFigures } from './feeder-node';

/** A Node-RED with a flow of the benchmark, and its warehouse, each a process of its own. */
export interface CycleUnderTest {
  run(orders: number, window: number): Promise<CycleFigures>;
  /** Sends these orders at once and waits for none. */
  send(orders: readonly object[]): Promise<void>;
  /** What Node-RED has written so far. */
  log(): string;
  stop(): Promise<void>;
}

/** @param flow made for the warehouse's address; it takes packing slips at `/bench/deliveries`, sent with the key */
export async function startCycle(flow: (warehouseUrl: string) => object[], key: string): Promise<CycleUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'o2c-bench-'));
  const warehouse = fork(join(__dirname, 'warehouse-stub.js'), { silent: true });
  warehouse.stderr?.pipe(process.stderr);
  const warehouseUrl = await firstLine(warehouse);
  for (const name of ['feeder', 'query']) installNode(directory, name);
  writeFileSync(join(directory, 'flows.json'), JSON.stringify(flow(warehouseUrl)));
  const nodeRed = await startNodeRed(directory, { nodesDir: [join(__dirname, '..', 'nodes')], apiMaxLength: '50mb' });
  warehouse.send({ url: `${nodeRed.url}/bench/deliveries`, key });
  return {
    async run(orders, window) {
      const answer = await fetch(`${nodeRed.url}/bench/run?orders=${orders}&window=${window}`, {
        method: 'POST',
        signal: AbortSignal.timeout(280_000),
      }).catch((cause: unknown) => {
        throw new Error(`The run did not end:\n${nodeRed.log().slice(0, 3000)}`, { cause });
      });
      return (await answer.json()) as CycleFigures;
    },
    async send(orders) {
      await fetch(`${nodeRed.url}/bench/send`, { method: 'POST', body: JSON.stringify(orders) });
    },
    log: nodeRed.log,
    async stop() {
      await nodeRed.stop();
      warehouse.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [data] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return data.toString().trim();
}

/** Makes `<name>-node.js` of this folder a node of the user directory. */
export function installNode(directory: string, name: string): void {
  const file = join(directory, 'nodes', `bench-${name}`);
  mkdirSync(join(directory, 'nodes'), { recursive: true });
  writeFileSync(`${file}.html`, '');
  writeFileSync(`${file}.js`, `module.exports = require(${JSON.stringify(join(__dirname, `${name}-node.js`))});\n`);
}
