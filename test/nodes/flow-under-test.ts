import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { Node, NodeAPI } from 'node-red';
import type { Principal } from '../../lib/access/principal';

/** What we use of node-red-node-test-helper, which brings no types. */
interface TestHelper {
  load(types: readonly NodeType[], flow: readonly object[]): Promise<void>;
  unload(): Promise<void>;
  getNode(id: string): Node | null;
  readonly _redNodes: { setFlows(flow: readonly object[], credentials: object, type: string): Promise<unknown> };
  readonly _events: NodeJS.EventEmitter;
}

type NodeType = (RED: NodeAPI) => void;

const helper = require('node-red-node-test-helper') as TestHelper;

const ours = [
  'o2c-store',
  'o2c-warehouse',
  'order-folder',
  'order-ingest',
  'source-tag',
  'inventory-check',
  'credit-gate',
  'overdue-gate',
  'warehouse-dispatch',
].concat([
  'delivery-confirm',
  'invoice-post',
  'payment-post',
  'order-action',
  'order-query',
  'order-answer',
  'edi-answer',
  'inbox-replay',
  'master-data',
  'access-check',
]);
const types: NodeType[] = [
  ...ours.map((name) => require(`../../nodes/${name}/${name}`) as NodeType),
  require('@node-red/nodes/core/function/89-delay.js') as NodeType,
];

/** A message as a test sees it. */
export type Seen = Record<string, unknown> & { readonly payload: Record<string, unknown> };

/** A node of ours in a flow: its outputs go to the nodes named, and each is also watched. */
export interface NodeUnderTest {
  readonly id: string;
  readonly type: string;
  readonly outputs: number;
  /** Where each output goes besides; one wire more clones the message. */
  readonly to?: readonly (readonly string[])[];
  readonly [property: string]: unknown;
}

const tab = 'flow';
const watcherOf = (id: string, output: number): string => `${id}.${output}`;

/** How long a test waits for a message, in ms: none takes that long, whatever else the machine does. */
const patience = 120_000;

/** A Node-RED runtime in this process with one flow of our nodes; whatever leaves them, completes or fails is kept. */
export class FlowUnderTest {
  readonly seen = new Map<string, Seen[]>();
  private readonly watching = new Set<() => void>();

  /** @param settings further config nodes and nodes that are not watched, such as a delay */
  async load(url: string, nodes: readonly NodeUnderTest[], others: readonly object[] = []): Promise<void> {
    const flow = flowOf(url, nodes, others);
    await helper.load(types, flow);
    this.watch(flow);
  }

  /** Deploys another flow, or the same one again, as the editor's button does. */
  async deploy(url: string, nodes: readonly NodeUnderTest[], others: readonly object[] = []): Promise<void> {
    const flow = flowOf(url, nodes, others);
    const started = once(helper._events, 'flows:started');
    await helper._redNodes.setFlows(flow, {}, 'full');
    await started;
    this.watch(flow);
  }

  async end(): Promise<void> {
    await helper.unload();
    this.seen.clear();
  }

  node(id: string): Node {
    const node = helper.getNode(id);
    if (node === null) throw new Error(`There is no node ${id}.`);
    return node;
  }

  send(id: string, message: object): void {
    this.node(id).receive(message as never);
  }

  /** What has left the node by this output. */
  by(id: string, output: number): Seen[] {
    return this.seen.get(watcherOf(id, output)) ?? [];
  }

  get completed(): Seen[] {
    return this.seen.get('completed') ?? [];
  }

  get caught(): (Seen & {
    readonly error: { readonly message: string; readonly code?: string; readonly source: { readonly type: string } };
  })[] {
    return (this.seen.get('caught') ?? []) as never;
  }

  get statuses(): Seen[] {
    return this.seen.get('statuses') ?? [];
  }

  /** Resolves when `is` is true, which is asked again at each message. */
  async until(is: () => boolean, what: string): Promise<void> {
    if (is()) return;
    await new Promise<void>((resolve, reject) => {
      const ask = (): void => {
        if (!is()) return;
        clearTimeout(limit);
        this.watching.delete(ask);
        resolve();
      };
      const limit = setTimeout(() => {
        this.watching.delete(ask);
        const told = [...this.seen].map(
          ([name, messages]) =>
            `${name}: ${messages.map(({ payload, error }) => (error as Error | undefined)?.message ?? payload?.summary ?? '-').join(' | ')}`,
        );
        reject(new Error(`Waited ${patience} ms for ${what}. Seen:\n${told.join('\n')}`));
      }, patience);
      this.watching.add(ask);
    });
  }

  /** The message that leaves by this output, the `count`th so far. */
  async next(id: string, output: number, count = 1): Promise<Seen> {
    await this.until(() => this.by(id, output).length >= count, `message ${count} of ${id}, output ${output}`);
    return this.by(id, output)[count - 1] as Seen;
  }

  private watch(flow: readonly object[]): void {
    for (const { id, type } of flow as { id: string; type: string }[]) {
      if (type !== 'helper') continue;
      this.node(id).on('input', (message) => {
        this.seen.set(id, [...(this.seen.get(id) ?? []), message as Seen]);
        for (const ask of this.watching) ask();
      });
    }
  }
}

function flowOf(url: string, nodes: readonly NodeUnderTest[], others: readonly object[]): object[] {
  const place = { z: tab, x: 0, y: 0 };
  const watched = nodes.map(({ id }) => id);
  return [
    { id: tab, type: 'tab', label: 'flow' },
    { id: 'store', type: 'o2c-store', name: '', database: url },
    ...nodes.map(({ outputs, to = [], ...node }) => ({
      ...place,
      name: '',
      store: 'store',
      ...node,
      wires: Array.from({ length: outputs }, (_, i) => [...(to[i] ?? []), watcherOf(node.id, i)]),
    })),
    ...nodes.flatMap(({ id, outputs }) =>
      Array.from({ length: outputs }, (_, i) => ({ ...place, id: watcherOf(id, i), type: 'helper', wires: [] })),
    ),
    { ...place, id: 'complete', type: 'complete', scope: watched, uncaught: false, wires: [['completed']] },
    { ...place, id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
    { ...place, id: 'status', type: 'status', scope: watched, wires: [['statuses']] },
    ...['completed', 'caught', 'statuses'].map((id) => ({ ...place, id, type: 'helper', wires: [] })),
    ...others.map((other) => ({ ...('z' in other || !('wires' in other) ? {} : place), ...other })),
  ];
}

export const operations: Principal = {
  keyId: 'k',
  role: 'operations',
  partner: null,
  actsFor: [],
  name: 'Operations',
  customers: {},
};

/** A request as `http in` gives it to a flow that keeps the body as it is. */
export function requestWith(
  body: unknown,
  fields: { readonly headers?: Record<string, string>; readonly [name: string]: unknown } = {},
): object {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const stream = Readable.from([bytes]);
  const { headers, ...rest } = fields;
  return Object.assign(stream, {
    method: 'POST',
    url: '/o2c/orders',
    headers: { 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers },
    params: {},
    query: {},
    socket: { remoteAddress: '127.0.0.1' },
    ...rest,
  });
}
