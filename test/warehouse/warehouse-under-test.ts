import type { ServerResponse } from 'node:http';
import {
  createWarehouseClient,
  type ShippingRequest,
  type WarehouseClient,
  type WarehouseSettings,
} from '../../lib/warehouse/warehouse-client';
import { json, type SmallServer, startSmallServer } from './small-server';

export const token = 'secret-token-of-the-warehouse';

export function request(number: number): ShippingRequest {
  return {
    key: `SO-${number}/1`,
    salesOrder: `SO-${number}`,
    release: 1,
    warehouse: 'MAIN',
    shipTo: { name: 'Ada', country: 'DE' },
    requestedDelivery: '2026-11-30',
    lines: [{ line: 1, sku: 'WIDGET-1', quantity: '5', uom: 'EA' }],
  };
}

export const requests = (count: number) => Array.from({ length: count }, (_, index) => request(index + 1));

export type Answering = (response: ServerResponse) => void;

export function text(status: number, body: string, type = 'text/plain'): Answering {
  return (response) => response.writeHead(status, { 'content-type': type }).end(body);
}

export function body(status: number, value: unknown): Answering {
  return (response) => json(response, status, value);
}

/** A warehouse that answers as told, and a client of it; one client at a time, closed after each test. */
export class WarehouseUnderTest {
  server!: SmallServer;
  client: WarehouseClient | undefined;

  /** To be called in a `describe`. */
  static inHooks(): WarehouseUnderTest {
    const warehouse = new WarehouseUnderTest();
    before(async () => {
      warehouse.server = await startSmallServer((_, response) => json(response, 500, {}));
    });
    beforeEach(() => {
      warehouse.server.received.length = 0;
    });
    afterEach(() => warehouse.client?.close());
    after(() => warehouse.server.close());
    return warehouse;
  }

  connect(settings: Partial<WarehouseSettings> = {}): WarehouseClient {
    this.client?.close();
    const defaults = { url: this.server.url, token, timeoutMs: 30_000, batch: false, concurrency: 4, ratePerSecond: 0 };
    this.client = createWarehouseClient({ ...defaults, ...settings });
    return this.client;
  }

  /** A client of a warehouse that gives every request this answer. */
  answering(answer: Answering, settings: Partial<WarehouseSettings> = {}): WarehouseClient {
    this.server.answer = (_, response) => answer(response);
    return this.connect(settings);
  }
}
