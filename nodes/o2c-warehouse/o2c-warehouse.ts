import '../../lib/needs-node';
import type { NodeAPI, NodeDef } from 'node-red';
import { createWarehouseClient } from '../../lib/warehouse/warehouse-client';
import type { WarehouseNode } from '../warehouse-node';

interface WarehouseConfig extends NodeDef {
  readonly warehouse: string;
  readonly url: string;
  /** seconds */
  readonly timeout: string;
  readonly batch: boolean;
  readonly concurrency: string;
  /** requests a second, 0: no limit */
  readonly rate: string;
}

/** Without an address of its own the node uses the environment's, else the simulator that comes with the flows. */
function addressOf(url: string): string {
  const own = url?.trim() ?? '';
  if (own !== '' && !/^\$\{.*\}$/.test(own)) return own;
  return process.env.O2C_WAREHOUSE_URL ?? `http://127.0.0.1:${process.env.PORT ?? '1880'}/warehouse`;
}

export = (RED: NodeAPI): void => {
  function WarehouseConfigNode(this: WarehouseNode, config: WarehouseConfig): void {
    RED.nodes.createNode(this, config);
    this.warehouse = config.warehouse;
    const client = createWarehouseClient({
      url: addressOf(config.url),
      token: this.credentials?.token,
      timeoutMs: Number(config.timeout) * 1000,
      batch: config.batch,
      concurrency: Number(config.concurrency),
      ratePerSecond: Number(config.rate),
    });
    let closed = false;
    this.client = {
      ship: (requests) => client.ship(requests),
      cancel: (key) => client.cancel(key),
      get closed() {
        return closed;
      },
    };
    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true;
      client.close();
      done();
    });
  }
  RED.nodes.registerType<WarehouseNode, WarehouseConfig, object, { token?: string }>(
    'o2c-warehouse',
    WarehouseConfigNode,
    { credentials: { token: { type: 'password' } } },
  );
};
