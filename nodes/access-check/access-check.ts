import type { NodeAPI } from 'node-red';
import { authenticate } from '../../lib/access/authenticate';
import { FailedAttempts } from '../../lib/access/failed-attempts';
import { authorize, type Principal, ratesOf } from '../../lib/access/principal';
import { rateHeaders } from '../../lib/access/rate-limits';
import { problem, problemAnswer, problemOf, titleOf } from '../../lib/answers/problem';
import { BusinessRejection, TechnicalFault } from '../../lib/domain/faults';
import { answered, type HttpRequest, header, requestOf, tellAlso } from '../http-messages';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';
import type { StoreRuntime } from '../store-runtime';

interface AccessCheckConfig extends StoreNodeConfig {
  readonly roles: readonly string[];
}

const allowedPort = 0;
const refusedPort = 1;

export = (RED: NodeAPI): void => {
  const failed = new FailedAttempts();

  registerStoreNode<AccessCheckConfig>(RED, 'access-check', 2, ({ runtime }, config) => {
    let closing = false;

    const check = async (message: Message, request: HttpRequest, emit: Emit): Promise<void> => {
      const { store } = await runtime.context();
      const address = request.socket?.remoteAddress ?? 'unknown';
      const principal = await authenticate(store, request.headers);
      if (principal === null) {
        const answer = strangerAnswer(failed, address);
        runtime.door.refused(answer.statusCode, answer.body.code, address);
        return emit(refusedPort, answered(message, answer));
      }
      const refusal =
        (await tooManyRequests(runtime, message, request, principal)) ?? notAllowed(principal, config.roles ?? []);
      if (refusal !== undefined) {
        const answer = problemOf(refusal);
        runtime.door.refused(answer.statusCode, refusal.code, principal.partner ?? principal.name);
        return emit(refusedPort, answered(message, answer));
      }
      if (closing) throw new TechnicalFault('closing', 'The flow is being deployed. Send the request again.');
      emit(allowedPort, { ...message, principal });
    };

    return {
      async input(message, emit) {
        const request = requestOf(message);
        if (request?.headers === undefined)
          throw new Error('A message that is no HTTP request came to access-check. Wire it behind an http in node.');
        try {
          await check(message, request, emit);
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

/** Who has no key is told so, until it has tried too often. */
function strangerAnswer(failed: FailedAttempts, address: string) {
  const now = Date.now();
  const wait = failed.retryAfter(address, now);
  if (wait > 0) {
    const words = `Too many requests without a valid key. Try again in ${wait} s.`;
    return withProblem(problem(429, 'too-many-attempts', titleOf(429), words), { 'retry-after': String(wait) });
  }
  failed.failed(address, now);
  const words = 'Send a valid key as Authorization: Bearer KEY or as X-API-Key: KEY.';
  return withProblem(problem(401, 'unauthorized', titleOf(401), words));
}

const withProblem = (body: ReturnType<typeof problem>, headers: Readonly<Record<string, string>> = {}) => ({
  ...problemAnswer(body, headers),
  body,
});

async function tooManyRequests(
  runtime: StoreRuntime,
  message: Message,
  request: HttpRequest,
  principal: Principal,
): Promise<BusinessRejection | undefined> {
  const limited = ratesOf(principal, header(request, 'x-o2c-partner'), (await runtime.settings()).rates);
  if (limited === undefined) return undefined;
  const { partner, rates } = limited;
  const state = runtime.rates.take(partner, 'requests', rates.requestsPerMinute, 1, Date.now());
  tellAlso(message, rateHeaders(state));
  if (state.retryAfter === 0) return undefined;
  const words = `More than ${rates.requestsPerMinute} requests a minute. Come again in ${state.retryAfter} s.`;
  return new BusinessRejection('rate-limited', words, undefined, state.retryAfter);
}

function notAllowed(principal: Principal, roles: readonly string[]): BusinessRejection | undefined {
  if (authorize(principal, roles)) return undefined;
  return new BusinessRejection(
    'forbidden',
    `The key ${principal.name} has the role ${principal.role}; this needs one of: ${roles.join(', ')}.`,
  );
}
