import '../lib/needs-node';
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { TechnicalFault } from '../lib/domain/faults';
import { isLogged } from './faults-told';
import { answeredDirectly, responseOf } from './http-messages';
import { openRequests } from './open-requests';
import type { StoreRuntime } from './store-runtime';

/** A message as it travels: ours is the payload, everything else is passed on untouched. */
export type Message = NodeMessageInFlow & Record<string, unknown>;

/** Sends a message by an output, 0 being the first. */
export type Emit = (output: number, message: Message) => void;

export interface StoreNodeConfig extends NodeDef {
  readonly store: string;
}

export interface ConfigNodeWithRuntime extends Node {
  readonly runtime: StoreRuntime;
}

/** What a node file adds to the wrapper. */
export interface Behaviour {
  /** Deals with one message. Business outcomes go out by `emit`; what is thrown goes to Catch. */
  input(message: Message, emit: Emit): Promise<void>;
  /** Takes up work that was left at this step. Called about once a second, never twice at once. */
  sweep?(emit: Emit): Promise<void>;
  /** Ends calls to the outside, so that what waits for them can finish. */
  close?(): void;
}

interface Wrapped {
  readonly node: Node;
  readonly runtime: StoreRuntime;
  /** Shows how far a long piece of work is, instead of the counts; undefined when it has ended. */
  readonly progress: (text: string | undefined) => void;
  /** Tells of a technical fault that is not one of the message at hand. */
  readonly fault: (error: Error) => void;
}

/**
 * Registers a node type. The wrapper owns input, `done` exactly once, errors, status, registration with the store, the
 * sweep's timer and close; the node file has its configuration, its stage and which outcome leaves by which output.
 */
export function registerStoreNode<Config extends StoreNodeConfig>(
  RED: NodeAPI,
  type: string,
  outputs: number,
  behave: (wrapped: Wrapped, config: Config) => Behaviour,
): void {
  function StoreNode(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const store = RED.nodes.getNode(config.store) as ConfigNodeWithRuntime | null;
    if (store?.runtime === undefined) {
      this.status({ fill: 'red', shape: 'ring', text: 'no store' });
      this.on('input', (_message, _send, done) =>
        done(new Error('This node has no store. Open it, choose one, and deploy.')),
      );
      return;
    }
    const status = new NodeStatus(this, outputs);
    const progress = (text: string | undefined): void => status.progress(text);
    const fail: Fail = (error, give) => {
      if (!isLogged(RED, this.id, give)) store.runtime.faults.fault(this, error);
    };
    const { runtime } = store;
    const fault = (error: Error): void => fail(error, () => this.error(error, {}));
    wrap(this, runtime, outputs, status, fail, behave({ node: this, runtime, progress, fault }, config));
  }
  RED.nodes.registerType(type, StoreNode);
}

/** Gives a fault to Catch nodes, and sees that it is in the log. */
type Fail = (error: Error, give: () => void) => void;

function wrap(
  node: Node,
  runtime: StoreRuntime,
  outputs: number,
  status: NodeStatus,
  fail: Fail,
  behaviour: Behaviour,
): void {
  const token = {};
  let pending = 0;
  let sweeping = false;
  let sweepFault: string | undefined;
  let closing = false;
  let drained: (() => void) | undefined;
  runtime.register(token);

  const run = async (work: () => Promise<void>): Promise<Error | undefined> => {
    pending += 1;
    try {
      await work();
      status.well();
      return undefined;
    } catch (thrown) {
      const error = asError(thrown);
      status.failed(error);
      return error;
    } finally {
      pending -= 1;
      if (pending === 0) drained?.();
    }
  };
  const emitter =
    (send: (messages: (Message | null)[]) => void): Emit =>
    (output, message) => {
      status.count(output);
      if (closing && answeredDirectly(message)) return;
      const ports = new Array<Message | null>(outputs).fill(null);
      ports[output] = message;
      send(ports);
    };

  node.on('input', (message, send, done) => {
    openRequests.cameTo(token, responseOf(message as Message));
    void run(() => behaviour.input(message as Message, emitter(send as (messages: (Message | null)[]) => void))).then(
      (error) => {
        if (error === undefined || isClosing(error)) done();
        else fail(error, () => done(error));
      },
    );
  });

  const { sweep } = behaviour;
  const stopSweeping =
    sweep === undefined
      ? () => undefined
      : runtime.onBeat(() => {
          if (sweeping || closing) return;
          sweeping = true;
          void run(() => sweep(emitter((ports) => node.send(ports)))).then((error) => {
            sweeping = false;
            if (error !== undefined && !isClosing(error) && error.message !== sweepFault)
              fail(error, () => node.error(error, {})); // the same fault every second is told once
            sweepFault = error?.message;
          });
        });

  node.on('close', (_removed: boolean, done: () => void) => {
    closing = true;
    stopSweeping();
    behaviour.close?.();
    const finish = (): void => {
      status.clear();
      openRequests.gone(token);
      runtime.deregister(token);
      done();
    };
    if (pending === 0) finish();
    else drained = finish;
  });
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Work that a closing stage turns away is safe in the store; nobody needs to be told. */
const isClosing = (error: Error): boolean => error instanceof TechnicalFault && error.code === 'closing';

const statusEvery = 1_000;

/** Counts by output, at most once a second: `120 · 3`. */
class NodeStatus {
  private readonly counts: number[];
  private timer: NodeJS.Timeout | undefined;
  private last = 0;
  private fault: string | undefined;
  private working: string | undefined;

  constructor(
    private readonly node: Node,
    outputs: number,
  ) {
    this.counts = new Array<number>(outputs).fill(0);
  }

  count(output: number): void {
    this.counts[output] = (this.counts[output] ?? 0) + 1;
    this.showSoon();
  }

  well(): void {
    if (this.fault === undefined) return;
    this.fault = undefined;
    this.showSoon();
  }

  failed(error: Error): void {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'error';
    this.fault = code.slice(0, 20);
    this.showSoon();
  }

  progress(text: string | undefined): void {
    if (this.working === text) return;
    this.working = text;
    this.showSoon();
  }

  clear(): void {
    clearTimeout(this.timer);
    this.node.status({});
  }

  private showSoon(): void {
    if (this.timer !== undefined) return;
    const wait = Math.max(0, this.last + statusEvery - Date.now());
    this.timer = setTimeout(() => this.show(), wait);
  }

  private show(): void {
    this.timer = undefined;
    this.last = Date.now();
    if (this.fault !== undefined) this.node.status({ fill: 'red', shape: 'ring', text: this.fault });
    else if (this.working !== undefined)
      this.node.status({ fill: 'blue', shape: 'dot', text: this.working.slice(0, 20) });
    else this.node.status({ fill: 'green', shape: 'dot', text: this.counts.map(short).join(' · ').slice(0, 20) });
  }
}

function short(count: number): string {
  if (count < 10_000) return String(count);
  return count < 1_000_000 ? `${Math.floor(count / 1000)}k` : `${Math.floor(count / 100_000) / 10}M`;
}
