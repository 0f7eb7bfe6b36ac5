import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface ShippingOrder {
  readonly salesOrder: string;
  readonly release: number;
  readonly warehouse: string;
  readonly lines: readonly {
    readonly line: number;
    readonly sku: string;
    readonly quantity: string;
    readonly uom: string;
  }[];
}

const slipAfter = 30; // milliseconds
const slipAgainAfter = 200; // milliseconds

/**
 * A warehouse that acknowledges each shipping order and ships it a moment later, whole and once for each key, however
 * often it is asked. It posts its slips until somebody takes them.
 */
export class StubWarehouse {
  /** How often each key was asked for. */
  readonly asked = new Map<string, number>();
  private readonly waiting = new Set<NodeJS.Timeout>();
  private ended = false;

  private constructor(
    private readonly server: Server,
    private readonly deliver: (slip: object) => Promise<Response>,
  ) {
    server.on('request', (request, response) => {
      void bodyOf(request).then((body) => {
        response.writeHead(201, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({
            reference: this.take(String(request.headers['idempotency-key']), JSON.parse(body) as ShippingOrder),
          }),
        );
      });
    });
  }

  /** @param deliver posts a packing slip to whoever runs at the moment */
  static async start(deliver: (slip: object) => Promise<Response>): Promise<StubWarehouse> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StubWarehouse(server, deliver);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.ended = true;
    for (const timer of this.waiting) clearTimeout(timer);
    this.server.close();
    this.server.closeAllConnections();
  }

  private take(key: string, order: ShippingOrder): string {
    const before = this.asked.get(key) ?? 0;
    this.asked.set(key, before + 1);
    if (before === 0) this.after(slipAfter, () => this.ship(key, order));
    return `W-${key}`;
  }

  private async ship(key: string, { salesOrder, release, warehouse, lines }: ShippingOrder): Promise<void> {
    const slip = {
      warehouse,
      packingSlip: `PS-${key}`,
      lines: lines.map((line) => ({ ...line, salesOrder, release })),
    };
    try {
      const { status } = await this.deliver(slip);
      if (status === 200) return;
    } catch {
      // nobody there: the slip is sent again
    }
    this.after(slipAgainAfter, () => this.ship(key, { salesOrder, release, warehouse, lines }));
  }

  private after(milliseconds: number, work: () => Promise<void>): void {
    if (this.ended) return;
    const timer = setTimeout(() => {
      this.waiting.delete(timer);
      void work();
    }, milliseconds);
    this.waiting.add(timer);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
