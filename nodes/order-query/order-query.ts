import type { NodeAPI } from 'node-red';
import { partnersOf } from '../../lib/access/principal';
import { healthAnswer } from '../../lib/answers/health';
import { jsonAnswer, problemOf } from '../../lib/answers/problem';
import { answered, principalOf, requestOf } from '../http-messages';
import { type Message, registerStoreNode, type StoreNodeConfig } from '../node';
import { isQuery, type QueryInput, queries, type Reader } from './queries';

interface OrderQueryConfig extends StoreNodeConfig {
  readonly query: string;
}

export = (RED: NodeAPI): void => {
  registerStoreNode<OrderQueryConfig>(RED, 'order-query', 1, ({ runtime }, config) => ({
    async input(message, emit) {
      const name = config.query || message['query'];
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
        const answer = await queries[name](context, inputOf(message));
        emit(0, answered(message, 'statusCode' in answer ? answer : jsonAnswer(200, answer.body)));
      } catch (error) {
        emit(0, answered(message, problemOf(error)));
        if (!(error instanceof Error && error.name === 'BusinessRejection')) throw error;
      }
    },
  }));
};

function inputOf(message: Message): QueryInput {
  const request = requestOf(message);
  const principal = principalOf(message);
  const reader: Reader =
    principal?.role === 'partner'
      ? {
          audience: 'partner',
          visible: Object.fromEntries(
            partnersOf(principal).map((partner) => [partner, principal.customers[partner] ?? []]),
          ),
        }
      : { audience: 'internal', visible: null };
  if (request !== undefined) {
    const [key] = Object.values(request.params ?? {});
    return { key, filter: { ...request.query }, reader };
  }
  const { payload } = message as { payload?: unknown };
  if (typeof payload === 'string' || typeof payload === 'number') return { key: String(payload), filter: {}, reader };
  const filter = typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {};
  const key = filter['salesOrder'] ?? filter['inboxId'] ?? filter['number'];
  return { key: key === undefined ? undefined : String(key), filter, reader };
}
