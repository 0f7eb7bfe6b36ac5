import type { NodeAPI } from 'node-red';
import { problemOf, statusOfFault } from '../../lib/answers/problem';
import { type PackingSlip, readPackingSlips } from '../../lib/domain/delivery';
import { faultsInWords } from '../../lib/domain/fault-words';
import { BusinessRejection } from '../../lib/domain/faults';
import { answerCancellations, readCancellations } from '../../lib/stages/answer-cancellations';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import type { DeliveryOutcome } from '../../lib/stages/delivery-outcome';
import type { Asked } from '../../lib/stages/work';
import { batchAnswer, type ItemResult } from '../batch-answer';
import { answered, askerOf, jsonBody, requestOf } from '../http-messages';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';

const ports: Readonly<Record<DeliveryOutcome['output'], number>> = { delivered: 0, partly: 1, exception: 2 };
const answerPort = 3;

export = (RED: NodeAPI): void => {
  registerStoreNode<StoreNodeConfig>(RED, 'delivery-confirm', 4, ({ runtime }) => {
    const queue = runtime.queue<PackingSlip & Asked, DeliveryOutcome>('delivery', confirmDeliveries, {
      patient: false,
    });

    const confirm = async (message: Message, body: unknown, emit: Emit): Promise<ItemResult[]> => {
      const read = readPackingSlips(body);
      const by = askerOf(message)?.name;
      return Promise.all(
        read.map(async ({ slip, faults }) => {
          if (slip === undefined) {
            emit(ports.exception, {
              ...message,
              payload: { errors: faults, summary: `A packing slip cannot be read: ${faultsInWords(faults)}` },
            });
            return { status: statusOfFault(faults[0]?.code ?? 'unreadable'), faults, body: {} };
          }
          const outcome = await queue.submit({ ...slip, by });
          const { slip: _, ...told } = outcome;
          emit(ports[outcome.output], { ...message, payload: { ...told, errors: outcome.faults } });
          return resultOf(outcome);
        }),
      );
    };

    return {
      async input(message, emit) {
        try {
          const body = await jsonBody(message, (await runtime.settings()).limits);
          const results = asksForCancellations(message)
            ? await settle(message, body, emit)
            : await confirm(message, body, emit);
          await runtime.release();
          emit(answerPort, answered(message, batchAnswer(results, Array.isArray(body))));
        } catch (error) {
          emit(answerPort, answered(message, problemOf(error)));
          if (!(error instanceof BusinessRejection)) throw error;
          emit(ports.exception, { ...message, payload: { errors: error.faults, summary: error.message } });
        }
      },
    };

    async function settle(message: Message, body: unknown, emit: Emit): Promise<ItemResult[]> {
      const context = await runtime.context();
      const actor = askerOf(message)?.name ?? context.actor;
      const outcomes = await answerCancellations({ ...context, actor }, readCancellations(body));
      return outcomes.map((outcome) => {
        if (outcome.output === 'settled') {
          const { salesOrder, summary } = outcome.summary;
          return {
            status: 200,
            faults: [],
            body: { replayed: outcome.replayed, salesOrder, summary, order: outcome.summary },
          };
        }
        emit(ports.exception, { ...message, payload: { errors: outcome.faults, summary: outcome.summary } });
        return { status: 422, faults: outcome.faults, body: { summary: outcome.summary } };
      });
    }
  });
};

const asksForCancellations = (message: Message): boolean =>
  /\/cancellations\/?$/.test(requestOf(message)?.url?.split('?')[0] ?? '') || message.topic === 'cancellations';

/** An exception is safe in the store and waits for a person: the warehouse need not send it again. */
function resultOf({ output, replayed, packingSlip, warehouse, orders, faults, summary }: DeliveryOutcome): ItemResult {
  const conflict = faults.some(({ code }) => code === 'slip-conflict');
  const status = conflict ? 409 : output === 'exception' ? 202 : 200;
  const told = orders.map(({ salesOrder, status: orderStatus }) => ({ salesOrder, status: orderStatus }));
  return { status, faults, body: { output, replayed, warehouse, packingSlip, orders: told, summary } };
}
