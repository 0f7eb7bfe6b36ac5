import type { NodeAPI } from 'node-red';
import { type Principal, visibilityOf } from '../../lib/access/principal';
import { healthAnswer } from '../../lib/answers/health';
import { jsonAnswer, problemOf } from '../../lib/answers/problem';
import { BusinessRejection } from '../../lib/domain/faults';
import { answered, askerOf, requestOf, responseOf } from '../http-messages';
import { type Message, registerStoreNode, type StoreNodeConfig } from '../node';
import { fieldsOf } from '../order-messages';
import { sendAnswer } from '../send-answer';
import { forPartners, isQuery, type QueryInput, queries, type Reader } from './queries';

interface OrderQueryConfig extends StoreNodeConfig {
  readonly query: string;
}

export = (RED: NodeAPI): void => {
  registerStoreNode<OrderQueryConfig>(RED, 'order-query', 1, ({ runtime }, config) => ({
    async input(message, emit) {
      const name = config.query || message.query;
      if (name === 'health')
        return emit(
          0,
          answered(message, await healthAnswer(runtime.isOpen ? (await runtime.context()).store : undefined)),
        );
      if (typeof name !== 'string' || !isQuery(name)) {
        throw new Error(
          `There is no query ${JSON.stringify(name)}. Choose one in the node, or name it in msg.query: ${Object.keys(queries).join(', ')}, health.`,
        );
      }
      try {
        const context = await runtime.context();
        const asker = name === 'openapi' ? undefined : askerOf(message);
        if (asker?.role === 'partner' && !forPartners.has(name))
          throw new BusinessRejection('forbidden', `The role partner may not ask for ${name}.`);
        if (name === 'keys' && asker !== undefined && asker.role !== 'admin')
          throw new BusinessRejection('forbidden', 'Only an administrator may ask for keys.');
        const answer = await queries[name](context, inputOf(message, asker));
        const whole = name === 'metrics' ? { ...answer, body: `${answer.body}${runtime.door.metrics()}` } : answer;
        const told = 'statusCode' in whole ? whole : jsonAnswer(200, whole.body);
        await sendAnswer(message, told, (work) => runtime.readAside(work), emit);
      } catch (error) {
        if (responseOf(message)?.headersSent === true) throw error;
        emit(0, answered(message, problemOf(error)));
        if (!(error instanceof BusinessRejection)) throw error;
      }
    },
  }));
};

function inputOf(message: Message, asker: Principal | undefined): QueryInput {
  const request = requestOf(message);
  const visible = asker === undefined ? null : visibilityOf(asker);
  const reader: Reader = { audience: visible === null ? 'internal' : 'partner', visible };
  if (request !== undefined) {
    const [key] = Object.values(request.params ?? {});
    return { key, filter: { ...request.query }, reader };
  }
  const { payload } = message as { payload?: unknown };
  if (typeof payload === 'string' || typeof payload === 'number') return { key: String(payload), filter: {}, reader };
  const filter = fieldsOf(payload);
  const key = filter.salesOrder ?? filter.inboxId ?? filter.answer ?? filter.number;
  return { key: key === undefined ? undefined : String(key), filter, reader };
}
