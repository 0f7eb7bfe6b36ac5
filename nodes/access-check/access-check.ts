import type { IncomingMessage } from 'node:http';
import type { NodeAPI } from 'node-red';
import { authenticate } from '../../lib/access/authenticate';
import { FailedAttempts } from '../../lib/access/failed-attempts';
import { authorize } from '../../lib/access/principal';
import { problem, problemAnswer, problemOf, titleOf } from '../../lib/answers/problem';
import { TechnicalFault } from '../../lib/domain/faults';
import { answered } from '../http-messages';
import { registerStoreNode, type StoreNodeConfig } from '../node';

interface AccessCheckConfig extends StoreNodeConfig {
  readonly roles: readonly string[];
}

const allowedPort = 0;
const refusedPort = 1;

export = (RED: NodeAPI): void => {
  const failed = new FailedAttempts();

  registerStoreNode<AccessCheckConfig>(RED, 'access-check', 2, ({ runtime }, config) => {
    let closing = false;
    return {
      async input(message, emit) {
        const request = message['req'] as IncomingMessage | undefined;
        if (request?.headers === undefined)
          throw new Error('A message that is no HTTP request came to access-check. Wire it behind an http in node.');
        const refuse = (status: 401 | 403 | 429, code: string, detail: string, headers = {}): void => {
          emit(refusedPort, answered(message, problemAnswer(problem(status, code, titleOf(status), detail), headers)));
        };
        const address = request.socket?.remoteAddress ?? 'unknown';
        try {
          const { store } = await runtime.context();
          const principal = await authenticate(store, request.headers);
          if (principal === null) {
            const wait = failed.retryAfter(address, Date.now());
            if (wait > 0)
              return refuse(
                429,
                'too-many-attempts',
                `Too many requests without a valid key. Try again in ${wait} s.`,
                {
                  'retry-after': String(wait),
                },
              );
            failed.failed(address, Date.now());
            return refuse(401, 'unauthorized', 'Send a valid key as Authorization: Bearer KEY or as X-API-Key: KEY.');
          }
          if (!authorize(principal, config.roles ?? [])) {
            return refuse(
              403,
              'forbidden',
              `The key ${principal.name} has the role ${principal.role}; this needs one of: ${config.roles.join(', ')}.`,
            );
          }
          if (closing) throw new TechnicalFault('closing', 'The flow is being deployed. Send the request again.');
          emit(allowedPort, { ...message, principal });
        } catch (error) {
          emit(refusedPort, answered(message, problemOf(error)));
          throw error;
        }
      },
      close() {
        closing = true;
      },
    };
  });
};
