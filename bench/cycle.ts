import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNodeRed } from '../test/support/node-red-process';
import type { CycleFigures } from './feeder-node';
import { benchFlow } from './flow';

/** A Node-RED with the benchmark's flow on a store, and its warehouse, each a process of its own. */
export interface CycleUnderTest {
  run(orders: number, window: number): Promise<CycleFigures>;
  stop(): Promise<void>;
}

const feederEditor = `<script type="text/html" data-template-name="bench-feeder"></script>
<script type="text/javascript">RED.nodes.registerType('bench-feeder', { category: 'benchmark', defaults: {}, inputs: 1, outputs: 1 });</script>
`;

export async function startCycle(database: string, key: string): Promise<CycleUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'o2c-bench-'));
  const warehouse = fork(join(__dirname, 'warehouse-stub.js'), { silent: true });
  warehouse.stderr?.pipe(process.stderr);
  const warehouseUrl = await firstLine(warehouse);
  mkdirSync(join(directory, 'nodes'));
  writeFileSync(join(directory, 'nodes', 'bench-feeder.html'), feederEditor);
  writeFileSync(
    join(directory, 'nodes', 'bench-feeder.js'),
    `module.exports = require(${JSON.stringify(join(__dirname, 'feeder-node.js'))});\n`,
  );
  writeFileSync(join(directory, 'flows.json'), JSON.stringify(benchFlow(database, warehouseUrl)));
  const nodeRed = await startNodeRed(directory, { nodesDir: [join(__dirname, '..', 'nodes')], apiMaxLength: '50mb' });
  warehouse.send({ url: `${nodeRed.url}/bench/deliveries`, key });
  return {
    async run(orders, window) {
      const answer = await fetch(`${nodeRed.url}/bench/run?orders=${orders}&window=${window}`, {
        method: 'POST',
        signal: AbortSignal.timeout(120_000),
      }).catch((cause: unknown) => {
        throw new Error(`The run did not end:\n${nodeRed.log().slice(0, 3000)}`, { cause });
      });
      return (await answer.json()) as CycleFigures;
    },
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
