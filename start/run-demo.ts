import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { table } from '../lib/cli/output';
import { paidOrder, type SampleMessage, sampleFile, sampleMessages, samplePayment, unpaidOrder } from './demo-data';

/** The keys that the demonstration works with. */
export interface DemoKeys {
  readonly operations: string;
  readonly finance: string;
}

interface ShownOrder {
  readonly salesOrder: string;
  readonly poNumber: string;
  readonly status: string;
  readonly reason: string | null;
  readonly customer: string;
  readonly currency: string;
  readonly total: string;
  readonly source: { readonly channel: string };
  readonly holds: readonly { readonly reason: string }[];
  readonly lines: readonly {
    readonly line: number;
    readonly sku: string;
    readonly status: string;
    readonly reason: string | null;
  }[];
  readonly decisions: readonly {
    readonly outcome: string;
    readonly reason: string | null;
    readonly explanation: string;
  }[];
  readonly invoices?: readonly { readonly number: string }[];
  readonly payments?: readonly { readonly reference: string }[];
}

interface Problem {
  readonly detail: string;
}

const patience = 60_000; // milliseconds
const filePatience = 20_000;
const settled: ReadonlySet<string> = new Set(['Invoiced', 'Cancelled', 'OnHold']);

/** The sample orders over HTTP and as a file, as partners send them. What was sent at an earlier start is recognised, and nothing happens twice. */
export class Demonstration {
  private readonly refused: string[][] = [];
  private replays = 0;

  constructor(
    private readonly url: string,
    private readonly keys: DemoKeys,
    private readonly dropFolder: string,
  ) {}

  /** Returns the table of what happened. */
  async run(): Promise<string[]> {
    const orders = new Set<string>();
    await this.dropFile();
    const ofFile = await this.ordersOfFile();
    for (const message of await sampleMessages()) for (const order of await this.send(message)) orders.add(order);
    for (const order of ofFile) orders.add(order);
    for (const order of await this.numbersOf([unpaidOrder.poNumber])) orders.add(order);
    const before = await this.settle(orders);
    await this.pay();
    const paid = before.filter(({ poNumber }) => poNumber === paidOrder).map(({ salesOrder }) => salesOrder);
    await this.settle(paid, new Set(['Invoiced']));
    return this.report(await this.settle(orders));
  }

  private async send({ key, partner, channel, type, body }: SampleMessage): Promise<string[]> {
    const headers = {
      'content-type': type,
      'idempotency-key': key,
      'x-o2c-partner': partner,
      ...(channel === undefined ? {} : { 'x-o2c-channel': channel, 'x-o2c-document': key }),
    };
    const response = await this.call('/o2c/orders', this.keys.operations, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    const answer = (await response.json()) as ShownOrder &
      Problem & { results?: { salesOrder: string | null }[]; replayed?: boolean };
    if (answer.replayed === true) this.replays += 1;
    if (answer.results !== undefined) return answer.results.flatMap(({ salesOrder }) => salesOrder ?? []);
    if (response.ok) return [answer.salesOrder];
    const { poNumber, customer } = JSON.parse(String(body)) as { poNumber: string; customer: string };
    this.refused.push([poNumber, channel ?? 'api', customer, '', 'rejected', answer.detail]);
    return [];
  }

  /** As a retailer does: written under another name first, so that nobody reads half of it. */
  private async dropFile(): Promise<void> {
    const folder = join(this.dropFolder, sampleFile.partner);
    await mkdir(folder, { recursive: true });
    const unfinished = join(folder, `${sampleFile.name}.part`);
    await writeFile(unfinished, sampleFile.content);
    await rename(unfinished, join(folder, sampleFile.name));
  }

  /** A flow of one's own may have no node that watches the folder: the file lies there then. */
  private ordersOfFile(): Promise<string[]> {
    return this.until(async () => {
      const found = await this.numbersOf(sampleFile.purchaseOrders);
      return { done: found.length === sampleFile.purchaseOrders.length, value: found };
    }, filePatience);
  }

  private async numbersOf(purchaseOrders: readonly string[]): Promise<string[]> {
    const look = (number: string) => this.get<{ orders: ShownOrder[] }>(`/o2c/orders?poNumber=${number}`);
    const pages = await Promise.all(purchaseOrders.map(look));
    return pages.flatMap(({ orders }) => orders.map(({ salesOrder }) => salesOrder));
  }

  private async pay(): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await this.call('/o2c/payments', this.keys.finance, {
      method: 'POST',
      headers,
      body: JSON.stringify(samplePayment),
    });
    if (!response.ok)
      throw new Error(`The sample payment was answered with ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  }

  /** Waits until nothing moves any more; gives up after a minute, and the table says how far they are. */
  private settle(orders: Iterable<string>, wanted: ReadonlySet<string> = settled): Promise<ShownOrder[]> {
    return this.until(async () => {
      const value = await Promise.all([...orders].sort().map((order) => this.get<ShownOrder>(`/o2c/orders/${order}`)));
      return { done: value.every(({ status }) => wanted.has(status)), value };
    });
  }

  private async until<T>(look: () => Promise<{ done: boolean; value: T }>, within = patience): Promise<T> {
    for (const end = Date.now() + within; ; ) {
      const { done, value } = await look();
      if (done || Date.now() > end) return value;
      await new Promise((wake) => setTimeout(wake, 200));
    }
  }

  private async get<T>(path: string): Promise<T> {
    const response = await this.call(path, this.keys.operations, {});
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  private call(path: string, key: string, init: RequestInit): Promise<Response> {
    return fetch(`${this.url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${key}` } });
  }

  private report(orders: readonly ShownOrder[]): string[] {
    const rows = orders.map((order) => [
      order.salesOrder,
      order.source.channel,
      order.customer,
      `${order.total} ${order.currency}`,
      order.status,
      whyOf(order),
    ]);
    const lines = table(['order', 'channel', 'customer', 'total', 'status', 'why'], [...rows, ...this.refused]);
    const again =
      this.replays === 1
        ? 'One message came twice and was recognised'
        : `${this.replays} messages had come before and were recognised`;
    return [...lines, '', `${again}: nothing happened twice.`];
  }
}

function whyOf(order: ShownOrder): string {
  const held = order.decisions.filter(
    ({ outcome, reason }) => outcome === 'held' && order.holds.some((hold) => hold.reason === reason),
  );
  if (order.holds.length > 0)
    return (
      held.map(({ reason, explanation }) => `${reason}: ${explanation}`).join(' ') ||
      order.holds.map(({ reason }) => reason).join(', ')
    );
  const gone = order.lines
    .filter(({ status }) => status === 'Cancelled')
    .map(({ line, sku, reason }) => `line ${line} (${sku}) cancelled: ${reason}`);
  const invoices = (order.invoices ?? []).map(({ number }) => number);
  const paid =
    (order.payments ?? []).length > 0 || order.poNumber === paidOrder
      ? [`released by the payment ${samplePayment.reference}`]
      : [];
  return [
    ...invoices,
    ...gone,
    ...(order.status === 'Cancelled' && order.reason !== null ? [order.reason] : []),
    ...(order.status === 'Invoiced' ? paid : []),
  ].join('; ');
}
