import type { NodeAPI } from 'node-red';
import { ratesOf } from '../../lib/access/principal';
import { type Rates, rateHeaders } from '../../lib/access/rate-limits';
import { type HttpAnswer, jsonAnswer, problemOf } from '../../lib/answers/problem';
import { BusinessRejection, TechnicalFault } from '../../lib/domain/faults';
import { readGuarded } from '../../lib/stages/guarded-reader';
import { type ReadReception, type Reception, receiveMessages } from '../../lib/stages/receive-messages';
import { answered, type HttpRequest, header, principalOf, requestOf, tellAlso } from '../http-messages';
import { documentKey } from '../in-process';
import { type Emit, type Message, registerStoreNode } from '../node';
import { releaseBody } from '../request-body';
import { type OrderIngestConfig, readDelivered, readPosted } from './read-input';

const documentsPort = 0;
const rejectedPort = 1;
const answerPort = 2;
const tooMany = 429;
/** What is refused with these is not kept. */
const atTheDoor: ReadonlySet<number> = new Set([401, 403, 408, 413, 415, tooMany]);
/** Documents of a message that go out in one turn of the event loop. */
const documentsAtOnce = 500;

export = (RED: NodeAPI): void => {
  registerStoreNode<OrderIngestConfig>(RED, 'order-ingest', 3, ({ node, runtime }, config) => {
    const queue = runtime.queue<ReadReception, Reception>('ingest', receiveMessages, { patient: false });

    let closing = false;

    /** No faster than the next steps take them. What is not sent when the flow closes waits in the store and is taken up again. */
    const sendDocuments = async (
      message: Message,
      { inboxId, channel, partner, documents, rejected }: Reception,
      emit: Emit,
    ): Promise<void> => {
      const count = documents.length + rejected.length;
      for (const { documentId } of documents) runtime.inProcess.leave(documentKey(documentId));
      for (const [index, { documentId, kind, ordinal }] of documents.entries()) {
        if (index > 0 && index % documentsAtOnce === 0) {
          await runtime.room(() => closing);
          if (closing) return;
        }
        const payload = { inboxId, documentId, kind, ordinal, channel, partner };
        emit(documentsPort, { ...message, payload, parts: { id: String(inboxId), index, count } });
      }
      for (const { documentId, ordinal, faults } of rejected) {
        const [fault] = faults;
        const summary = `Inbox ${inboxId}, order ${ordinal}: ${fault?.message ?? 'it cannot be read.'}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`;
        emit(rejectedPort, {
          ...message,
          payload: {
            inboxId,
            documentId,
            ordinal,
            channel,
            partner,
            code: fault?.code,
            message: summary,
            errors: faults,
            summary,
          },
        });
      }
    };

    const refuse = (message: Message, error: unknown, emit: Emit): void => {
      const answer = problemOf(error);
      emit(answerPort, answered(message, answer));
      if (requestOf(message) !== undefined && atTheDoor.has(answer.statusCode))
        runtime.door.refused(answer.statusCode, codeOf(error), whoSends(message));
      if (answer.statusCode === tooMany && requestOf(message) !== undefined) return; // a flood is counted, nothing more
      if (!(error instanceof BusinessRejection)) throw error;
      emit(rejectedPort, {
        ...message,
        payload: {
          code: error.code,
          message: error.message,
          errors: error.faults,
          summary: `Refused at the door: ${error.message}`,
        },
      });
    };

    /**
     * What the sender has left of its orders a minute.
     * @throws BusinessRejection `rate-limited` when that is nothing, before the body is read
     */
    const quotaOf = (message: Message, request: HttpRequest, company: Rates) => {
      const principal = principalOf(message);
      const limited = principal && ratesOf(principal, header(request, 'x-o2c-partner'), company);
      if (limited === undefined) return undefined;
      const { partner, rates } = limited;
      const state = runtime.rates.look(partner, 'orders', rates.ordersPerMinute, Date.now());
      if (state.retryAfter > 0) {
        tellAlso(message, rateHeaders(state));
        const words = `More than ${rates.ordersPerMinute} orders a minute. Come again in ${state.retryAfter} s.`;
        throw new BusinessRejection('rate-limited', words, undefined, state.retryAfter);
      }
      return {
        charge: (orders: number) =>
          runtime.rates.take(partner, 'orders', rates.ordersPerMinute, Math.max(1, orders), Date.now()),
      };
    };

    /** Reads and stores a message; when it returns, nothing holds its bytes any more. */
    const receive = async (message: Message, request: HttpRequest | undefined): Promise<Reception> => {
      try {
        const { limits, rates } = await runtime.settings();
        const quota = request === undefined ? undefined : quotaOf(message, request, rates);
        const received =
          request === undefined
            ? await readDelivered(RED, node, message, config, limits.bytes)
            : await readPosted(message, request, config, limits.bytes);
        const read = await readGuarded(received, { ...limits, depth: 64 });
        quota?.charge(read.content.documents.length);
        return await queue.submit(read);
      } finally {
        if (request !== undefined) releaseBody(request);
      }
    };

    return {
      async input(message, emit) {
        try {
          const reception = await receive(message, requestOf(message));
          if (reception.refused !== undefined) return refuse(message, reception.refused, emit);
          runtime.decided.poke();
          const { inboxId, replayed, documents } = reception;
          const reopened = replayed ? documents.map(({ documentId }) => documentId) : [];
          emit(
            answerPort,
            closing ? answered(message, stored(inboxId)) : { ...message, payload: { inboxId, replayed, reopened } },
          );
          await sendDocuments(message, reception, emit);
        } catch (error) {
          refuse(message, error, emit);
        }
      },
      close() {
        closing = true;
      },
    };
  });
};

const codeOf = (error: unknown): string =>
  error instanceof BusinessRejection || error instanceof TechnicalFault ? error.code : 'unexpected';

function whoSends(message: Message): string {
  const principal = principalOf(message);
  return principal === undefined ? 'nobody known' : (principal.partner ?? principal.name);
}

/** Nobody will wait for the verdict any more, but the message is safe. */
const stored = (inboxId: number): HttpAnswer =>
  jsonAnswer(202, { inboxId: String(inboxId), state: 'stored' }, { location: `/o2c/inbox/${inboxId}` });
