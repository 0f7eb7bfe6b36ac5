import type { NodeAPI } from 'node-red';
import { problemOf, statusOfFault } from '../../lib/answers/problem';
import { BusinessRejection } from '../../lib/domain/faults';
import { type Payment, readPayments } from '../../lib/domain/payment';
import { type PaymentOutcome, postPayments } from '../../lib/stages/post-payments';
import { batchAnswer, type ItemResult } from '../batch-answer';
import { answered, jsonBody } from '../http-messages';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';

const appliedPort = 0;
const rejectedPort = 1;
const answerPort = 2;

export = (RED: NodeAPI): void => {
  registerStoreNode<StoreNodeConfig>(RED, 'payment-post', 3, ({ runtime }) => {
    const queue = runtime.queue<Payment, PaymentOutcome>('payment', postPayments, { patient: false });

    const post = async (message: Message, body: unknown, emit: Emit): Promise<ItemResult[]> => {
      const read = readPayments(body);
      const outcomes = await Promise.all(
        read.map(({ payment, faults }) =>
          payment === undefined ? { output: 'rejected' as const, faults } : queue.submit(payment),
        ),
      );
      const released = outcomes.some(({ output }) => output === 'applied') ? await runtime.release() : [];
      const freed = released.filter(({ output }) => output === 'released').map(({ summary }) => summary.salesOrder);
      return outcomes.map((outcome) => {
        if (outcome.output === 'rejected') {
          const summary = `Payment rejected: ${outcome.faults[0]?.message}`;
          emit(rejectedPort, { ...message, payload: { errors: outcome.faults, summary } });
          return {
            status: statusOfFault(outcome.faults[0]?.code ?? 'unreadable'),
            faults: outcome.faults,
            body: { summary },
          };
        }
        const { faults, creditAccount, ...told } = outcome;
        emit(appliedPort, { ...message, payload: { ...told, released: freed } });
        return { status: 200, faults, body: { ...told, released: freed } };
      });
    };

    return {
      async input(message, emit) {
        try {
          const body = await jsonBody(message, (await runtime.settings()).limits);
          emit(answerPort, answered(message, batchAnswer(await post(message, body, emit), Array.isArray(body))));
        } catch (error) {
          emit(answerPort, answered(message, problemOf(error)));
          if (!(error instanceof BusinessRejection)) throw error;
          emit(rejectedPort, { ...message, payload: { errors: error.faults, summary: error.message } });
        }
      },
    };
  });
};
