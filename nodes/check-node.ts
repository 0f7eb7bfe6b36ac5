import { type CheckName, checkBits, salesOrderNumber } from '../lib/domain/order';
import type { OrderOutcome } from '../lib/stages/outcome';
import type { StageContext } from '../lib/stages/work';
import { ordersLeft, type Scope } from '../lib/store/left-behind';
import { allOf } from './all-of';
import { orderKey } from './in-process';
import type { Behaviour, Emit, Message, StoreNodeConfig } from './node';
import { orderOf, recovered, withOrder } from './order-messages';
import type { StoreRuntime } from './store-runtime';

export interface CheckNodeConfig extends StoreNodeConfig, Scope {}

export interface CheckStep<Output extends string> {
  /** The node type, for people. */
  readonly node: string;
  readonly check: CheckName;
  /** Checks that come before, as bits: an order that waits for one of them is left to it. */
  readonly after: number;
  readonly outputs: readonly Output[];
  readonly run: (context: StageContext, orderIds: number[]) => Promise<(OrderOutcome<Output> | undefined)[]>;
}

const sweepAtOnce = 500;

/** What the nodes of all checks do: judge the orders that come, and take up those that were left. */
export function checkBehaviour<Output extends string>(
  runtime: StoreRuntime,
  config: CheckNodeConfig,
  step: CheckStep<Output>,
): Behaviour {
  const queue = runtime.queue(step.check, step.run);
  const retrying = runtime.retrying(step.node);
  const scope: Scope = Object.fromEntries(
    (['channel', 'partner', 'indicator', 'warehouse'] as const).flatMap((name) =>
      config[name] ? [[name, config[name]]] : [],
    ),
  );

  const send = (outcome: OrderOutcome<Output>, emit: Emit, message: Message): void => {
    runtime.inProcess.leave(orderKey(outcome.orderId));
    runtime.decided.poke();
    emit(step.outputs.indexOf(outcome.output), message);
  };

  /** What fails is left alone for a while, longer each time. */
  const judge = (orderId: number): Promise<OrderOutcome<Output> | undefined> =>
    retrying.attempt(orderId, () => queue.submit(orderId));

  const takeUpLeft = async (emit: Emit): Promise<void> => {
    const bit = { bit: checkBits[step.check], after: step.after };
    const left = await runtime.read((db) =>
      ordersLeft(db, bit, scope, runtime.leftSince, sweepAtOnce, retrying.backOff.waiting),
    );
    const lost = left.filter((orderId) => !runtime.inProcess.has(orderKey(orderId)));
    await allOf(
      lost.map(async (orderId) => {
        const outcome = await judge(orderId);
        // judged meanwhile, maybe by a process that is gone: nothing of it travels here
        if (outcome === undefined || outcome.summary.replayed) runtime.inProcess.arrive(orderKey(orderId));
        else send(outcome, emit, recovered(outcome.summary));
      }),
    );
  };

  return {
    async input(message, emit) {
      const orderId = orderOf(message);
      if (orderId === undefined) return takeUpLeft(emit);
      runtime.inProcess.arrive(orderKey(orderId));
      const outcome = await judge(orderId);
      if (outcome === undefined)
        throw new Error(`There is no order ${salesOrderNumber(orderId)}, which the message names.`);
      send(outcome, emit, withOrder(message, outcome.summary));
    },
    sweep: takeUpLeft,
  };
}
