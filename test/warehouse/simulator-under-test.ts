import { EventEmitter } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  createWarehouseClient,
  type ShippingRequest,
  type WarehouseClient,
  type WarehouseSettings,
} from '../../lib/warehouse/warehouse-client';
import { type NodeRedProcess, startNodeRed } from '../support/node-red-process';
import { json, type ReceivedRequest, type SmallServer, startSmallServer } from './small-server';

export const flowFile = resolve(__dirname, '../../../flows/warehouse-simulator.json');

export interface Slip {
  readonly warehouse: string;
  readonly packingSlip: string;
  readonly shippedAt: string;
  readonly final?: boolean;
  readonly lines: readonly { readonly quantity: string }[];
}

type Behaviour = Readonly<Record<string, unknown>> & {
  readonly orders: { readonly waiting: number; readonly reporting: number; readonly done: number };
};

let lastNumber = 0;

/** The next order, with a line of 5 EA and one of 0.5 KG. */
export function nextOrder(): ShippingRequest {
  lastNumber += 1;
  const salesOrder = `SO-${String(lastNumber).padStart(6, '0')}`;
  return {
    key: `${salesOrder}/1`,
    salesOrder,
    release: 1,
    warehouse: 'MAIN',
    shipTo: { name: 'Ada' },
    requestedDelivery: null,
    lines: [
      { line: 1, sku: 'WIDGET-1', quantity: '5', uom: 'EA' },
      { line: 2, sku: 'CABLE', quantity: '0.5', uom: 'KG' },
    ],
  };
}

export const slipNumber = ({ salesOrder }: ShippingRequest) => `PS-${salesOrder}-1`;

export function takeSlip(_: ReceivedRequest, response: ServerResponse): void {
  json(response, 200, {});
}

/** The packaged simulator in a real Node-RED, and a house that it reports its packing slips to. */
export class SimulatorUnderTest {
  house!: SmallServer;
  nodeRed!: NodeRedProcess;
  private readonly arrivals = new EventEmitter().setMaxListeners(0);
  private readonly clients: WarehouseClient[] = [];
  private directory = '';

  private constructor(private readonly hasJournal: boolean) {}

  /** To be called in a `describe`. Before each test it takes orders and ships them at once. */
  static inHooks({ hasJournal = false } = {}): SimulatorUnderTest {
    const simulator = new SimulatorUnderTest(hasJournal);
    before(() => simulator.start());
    after(() => simulator.stop());
    beforeEach(async () => {
      simulator.house.received.length = 0;
      simulator.answerSlips(takeSlip);
      await simulator.behave({ delayMs: 0 });
    });
    return simulator;
  }

  private async start(): Promise<void> {
    this.house = await startSmallServer(takeSlip);
    this.directory = mkdtempSync(join(tmpdir(), 'o2c-simulator-'));
    copyFileSync(flowFile, join(this.directory, 'flows.json'));
    await this.startNodeRed();
  }

  private async startNodeRed(): Promise<void> {
    this.nodeRed = await startNodeRed(
      this.directory,
      {},
      {
        PORT: new URL(this.house.url).port,
        O2C_WAREHOUSE_KEY: 'key-of-the-warehouse',
        O2C_API_URL: '',
        O2C_SIMULATOR_FILE: this.hasJournal ? this.journal : '',
      },
    );
  }

  get journal(): string {
    return join(this.directory, 'simulator.jsonl');
  }

  /** Ends its Node-RED as a power cut would, does what is to be done meanwhile, and starts it again. */
  async restart(meanwhile: () => void = () => undefined): Promise<void> {
    await this.nodeRed.kill();
    meanwhile();
    await this.startNodeRed();
  }

  private async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.nodeRed?.stop();
    await this.house?.close();
    if (this.directory) rmSync(this.directory, { recursive: true });
  }

  answerSlips(answer: SmallServer['answer']): void {
    this.house.answer = (request, response) => {
      answer(request, response);
      this.arrivals.emit('slip');
    };
  }

  client(settings: Partial<WarehouseSettings> = {}): WarehouseClient {
    const url = `${this.nodeRed.url}/warehouse`;
    const defaults = { url, timeoutMs: 30_000, batch: false, concurrency: 8, ratePerSecond: 0 };
    const client = createWarehouseClient({ ...defaults, ...settings });
    this.clients.push(client);
    return client;
  }

  async ship(order: ShippingRequest, settings: Partial<WarehouseSettings> = {}): Promise<object> {
    const [outcome] = await this.client(settings).ship([order]);
    return outcome ?? {};
  }

  async behave(behaviour: object): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(`${this.nodeRed.url}/warehouse/behaviour`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(behaviour),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async look(): Promise<Behaviour> {
    const answer = await fetch(`${this.nodeRed.url}/warehouse/behaviour`);
    return (await answer.json()) as Behaviour;
  }

  slipsSoFar(order: ShippingRequest): Slip[] {
    const slips = this.house.received.map(({ body }) => body as Slip);
    return slips.filter(({ packingSlip }) => packingSlip === slipNumber(order));
  }

  /** Waits until the order's slip has come so many times. */
  async slips(order: ShippingRequest, count = 1): Promise<Slip[]> {
    while (this.slipsSoFar(order).length < count) {
      await new Promise((arrived) => this.arrivals.once('slip', arrived));
    }
    return this.slipsSoFar(order);
  }

  /** Waits until so many slips have come. */
  async slipsReceived(count: number): Promise<void> {
    while (this.house.received.length < count) await new Promise((arrived) => this.arrivals.once('slip', arrived));
  }

  /** Waits until every order that was taken has left and is reported. */
  async atRest(): Promise<void> {
    for (let open = 1; open > 0; ) {
      const { waiting, reporting } = (await this.look()).orders;
      open = waiting + reporting;
    }
  }

  /** Ships another order: whatever was to leave before it has left. */
  async shipAnother(): Promise<void> {
    const another = nextOrder();
    await this.ship(another);
    await this.slips(another);
  }
}
