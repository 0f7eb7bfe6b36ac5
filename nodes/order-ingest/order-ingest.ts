import type { NodeAPI } from 'node-red';
import { type HttpAnswer, jsonAnswer, problemOf } from '../../lib/answers/problem';
import { BusinessRejection } from '../../lib/domain/faults';
import { readGuarded } from '../../lib/stages/guarded-reader';
import { readRepeat } from '../../lib/stages/read-repeat';
import { type ReadReception, type Reception, receiveMessages } from '../../lib/stages/receive-messages';
import { answered, requestOf } from '../http-messages';
import { documentKey } from '../in-process';
import { type Emit, type Message, registerStoreNode } from '../node';
import { type OrderIngestConfig, readDelivered, readPosted } from './read-input';

const documentsPort = 0;
const rejectedPort = 1;
const answerPort = 2;

export = (RED: NodeAPI): void => {
  registerStoreNode<OrderIngestConfig>(RED, 'order-ingest', 3, ({ node, runtime }, config) => {
    const queue = runtime.queue<ReadReception, Reception>('ingest', receiveMessages, { patient: false });

    let closing = false;

    const sendDocuments = (
      message: Message,
      { inboxId, channel, partner, documents, rejected }: Reception,
      emit: Emit,
    ): void => {
      const count = documents.length + rejected.length;
      documents.forEach(({ documentId, kind, ordinal }, index) => {
        runtime.inProcess.leave(documentKey(documentId));
        const payload = { inboxId, documentId, kind, ordinal, channel, partner };
        emit(documentsPort, { ...message, payload, parts: { id: String(inboxId), index, count } });
      });
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
      emit(answerPort, answered(message, problemOf(error)));
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

    return {
      async input(message, emit) {
        const request = requestOf(message);
        try {
          const { limits } = await runtime.settings();
          const received =
            request === undefined
              ? await readDelivered(RED, node, message, config, limits.bytes)
              : await readPosted(message, request, config, limits.bytes);
          const read = await readGuarded(received, { ...limits, depth: 64 });
          const reception = await readRepeat(await runtime.context(), read, await queue.submit(read));
          if (reception.refused !== undefined) return refuse(message, reception.refused, emit);
          runtime.decided.poke();
          const { inboxId, replayed, documents } = reception;
          const reopened = replayed ? documents.map(({ documentId }) => documentId) : [];
          emit(
            answerPort,
            closing ? answered(message, stored(inboxId)) : { ...message, payload: { inboxId, replayed, reopened } },
          );
          sendDocuments(message, reception, emit);
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

/** Nobody will wait for the verdict any more, but the message is safe. */
const stored = (inboxId: number): HttpAnswer =>
  jsonAnswer(202, { inboxId: String(inboxId), state: 'stored' }, { location: `/o2c/inbox/${inboxId}` });
