import type { NodeAPI } from 'node-red';
import { type DispatchOutput, dispatchOrders } from '../../lib/stages/dispatch-orders';
import type { OrderOutcome } from '../../lib/stages/outcome';
import { orderKey } from '../in-process';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';
import { asRecovered, orderOf } from '../order-messages';
import type { WarehouseNode } from '../warehouse-node';

interface WarehouseDispatchConfig extends StoreNodeConfig {
  readonly warehouse: string;
  readonly batchSize: string;
}

const ports: Readonly<Record<DispatchOutput, number>> = { acknowledged: 0, refused: 1, unknown: 2 };
const batchesAtOnce = 2;

export = (RED: NodeAPI): void => {
  registerStoreNode<WarehouseDispatchConfig>(RED, 'warehouse-dispatch', 3, ({ runtime }, config) => {
    const warehouse = RED.nodes.getNode(config.warehouse) as WarehouseNode | null;
    const batchSize = Number(config.batchSize) || 200;
    let closing = false;

    /** Orders that came by themselves share one claim; each gets its outcome, or undefined when it is not ready to go. */
    const queue = runtime.queue<number, OrderOutcome<DispatchOutput> | undefined>(
      `dispatch ${config.warehouse}`,
      async (context, orderIds) => {
        const outcomes = new Map<number, OrderOutcome<DispatchOutput>>();
        for (let start = 0; start < orderIds.length; start += batchSize) {
          const part = orderIds.slice(start, start + batchSize);
          const sent = await dispatchOrders(
            context,
            { warehouse: shipper().warehouse, limit: batchSize, orderIds: part },
            shipper().client,
          );
          for (const outcome of sent) outcomes.set(outcome.orderId, outcome);
        }
        return orderIds.map((orderId) => outcomes.get(orderId));
      },
      // one order must not wait for another's slow call
      { lanes: batchesAtOnce, opensLane: 1 },
    );

    function shipper(): WarehouseNode {
      if (warehouse?.client === undefined)
        throw new Error('This node has no warehouse. Open it, choose one, and deploy.');
      return warehouse;
    }

    const send = (outcome: OrderOutcome<DispatchOutput>, emit: Emit, message: Message): void => {
      runtime.decided.poke();
      emit(ports[outcome.output], { ...message, payload: outcome.summary });
    };

    /** Takes batch after batch until nothing is ready any more. */
    const dispatchReady = async (
      emit: Emit,
      message: Message,
      left: { readonly leftSince?: string } = {},
    ): Promise<void> => {
      const { client, warehouse: code } = shipper();
      while (!closing) {
        const sent = await dispatchOrders(
          await runtime.context(),
          { warehouse: code, limit: batchSize, orderIds: null, ...left },
          client,
        );
        for (const outcome of sent) send(left.leftSince === undefined ? outcome : asRecovered(outcome), emit, message);
        if (sent.length === 0 || sent.every(({ output }) => output === 'unknown')) return;
      }
    };

    return {
      async input(message, emit) {
        const orderId = orderOf(message);
        if (orderId === undefined) return dispatchReady(emit, message);
        runtime.inProcess.arrive(orderKey(orderId));
        const outcome = await queue.submit(orderId);
        if (outcome !== undefined) send(outcome, emit, message);
      },
      sweep: (emit) => dispatchReady(emit, { _msgid: RED.util.generateId() }, { leftSince: runtime.leftSince }),
      close() {
        closing = true;
      },
    };
  });
};
