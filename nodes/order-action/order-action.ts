import type { NodeAPI } from 'node-red';
import { type Principal, visibilityOf } from '../../lib/access/principal';
import { exceptionOut } from '../../lib/answers/exception-lists';
import { orderDetail } from '../../lib/answers/order-detail';
import { audienceOf } from '../../lib/answers/order-out';
import { jsonAnswer, problemOf } from '../../lib/answers/problem';
import { BusinessRejection } from '../../lib/domain/faults';
import { salesOrderId } from '../../lib/domain/order';
import {
  type ActionOutcome,
  type Actor,
  actOnOrders,
  type OrderAction,
  type OrderActionName,
  orderActions,
} from '../../lib/stages/act-on-order';
import { decideOnException, exceptionActions } from '../../lib/stages/decide-exception';
import { answered, askerOf, optionalJsonBody, requestOf } from '../http-messages';
import { type Message, registerStoreNode, type StoreNodeConfig } from '../node';
import { fieldsOf } from '../order-messages';
import { textOf } from './body-text';
import { exceptionIn } from './decide-exception';
import { answerIn, resent, summaryOf } from './resend-answer';
import { resolveSlip, slipActions } from './resolve-slip';

interface OrderActionConfig extends StoreNodeConfig {
  readonly action: string;
}

const donePort = 0;
const refusedPort = 1;
const answerPort = 2;

export = (RED: NodeAPI): void => {
  registerStoreNode<OrderActionConfig>(RED, 'order-action', 3, ({ runtime }, config) => {
    const queue = runtime.queue<OrderAction, ActionOutcome>('action', actOnOrders);
    return {
      async input(message, emit) {
        try {
          const asker = askerOf(message);
          const action = actionOf(message, config);
          const body = fieldsOf(await optionalJsonBody(message, (await runtime.settings()).limits));
          if (slipActions.includes(action) && body.packingSlip !== undefined) {
            const outcome = await resolveSlip(await runtime.context(), action, body, asker);
            await runtime.release();
            emit(donePort, { ...message, payload: outcome });
            emit(answerPort, answered(message, jsonAnswer(200, outcome)));
            return;
          }
          const answerId = answerIn(message, action, body);
          if (answerId !== undefined) {
            const told = await resent(await runtime.context(), answerId, asker);
            emit(donePort, { ...message, payload: { ...told, summary: summaryOf(told) } });
            emit(answerPort, answered(message, jsonAnswer(200, told)));
            return;
          }
          const decision = exceptionIn(message, action, body);
          if (decision !== undefined) {
            const note = textOf(body.note, '/note', 1000);
            const decided = await decideOnException(await runtime.context(), {
              ...decision,
              note,
              actor: actorOf(asker),
            });
            if (decided.output === 'refused') return refuse(message, decided.rejection, decided.summary);
            const told = exceptionOut(decided.exception);
            emit(donePort, { ...message, payload: { ...told, summary: decided.summary } });
            emit(answerPort, answered(message, jsonAnswer(200, told)));
            return;
          }
          const outcome = await queue.submit(requestedAction(action, message, body, asker));
          if (outcome.output === 'refused') return refuse(message, outcome.rejection, outcome.summary);
          await runtime.release();
          runtime.decided.poke();
          emit(donePort, { ...message, payload: outcome.summary });
          const audience = audienceOf(asker?.role ?? 'operations');
          const order = await runtime.read((db) =>
            orderDetail(db, salesOrderId(outcome.summary.salesOrder) ?? 0, audience),
          );
          emit(answerPort, answered(message, jsonAnswer(200, order)));
        } catch (error) {
          if (error instanceof BusinessRejection) return refuse(message, error, error.message);
          emit(answerPort, answered(message, problemOf(error)));
          throw error;
        }

        function refuse(refused: Message, rejection: BusinessRejection, summary: string): void {
          emit(refusedPort, {
            ...refused,
            payload: { code: rejection.code, message: rejection.message, errors: rejection.faults, summary },
          });
          emit(answerPort, answered(refused, problemOf(rejection)));
        }
      },
    };
  });
};

type ActionBody = ReturnType<typeof fieldsOf>;

function actionOf(message: Message, config: OrderActionConfig): string {
  const request = requestOf(message);
  const named = config.action || message.action || request?.url?.split('?')[0]?.split('/').filter(Boolean).at(-1);
  const known = [...orderActions, ...slipActions, ...exceptionActions];
  if (typeof named !== 'string' || !known.includes(named)) {
    throw new BusinessRejection(
      'not-found',
      `There is no action ${String(named).slice(0, 80)}; there are ${[...new Set(known)].join(', ')}.`,
    );
  }
  return named;
}

function requestedAction(
  action: string,
  message: Message,
  body: ActionBody,
  asker: Principal | undefined,
): OrderAction {
  if (action === 'close') {
    throw new BusinessRejection('missing-field', 'Name the exception to close: exception.', [
      { path: '/exception', code: 'missing-field', message: 'The number of the exception.' },
    ]);
  }
  if (!(orderActions as readonly string[]).includes(action)) {
    throw new BusinessRejection('missing-field', `Name the packing slip to ${action}: warehouse and packingSlip.`, [
      { path: '/packingSlip', code: 'missing-field', message: 'The number of the slip.' },
    ]);
  }
  const salesOrder = requestOf(message)?.params?.salesOrder ?? body.salesOrder;
  if (typeof salesOrder === 'string' && salesOrderId(salesOrder) === undefined)
    throw new BusinessRejection('not-found', `There is no order ${salesOrder.slice(0, 80)}.`);
  if (typeof salesOrder !== 'string') {
    throw new BusinessRejection('missing-field', 'Name the order: salesOrder.', [
      { path: '/salesOrder', code: 'missing-field', message: 'The number of the order, such as SO-000012.' },
    ]);
  }
  return {
    action: action as OrderActionName,
    salesOrder,
    reason: textOf(body.reason, '/reason', 100),
    note: textOf(body.note, '/note', 1000),
    actor: actorOf(asker),
  };
}

/** A flow that acts without a request acts for the company's operations. */
function actorOf(principal: Principal | undefined): Actor {
  if (principal === undefined) return { name: 'flow', role: 'operations', visible: null };
  return { name: principal.name, role: principal.role, visible: visibilityOf(principal) };
}
