import type { NodeAPI } from 'node-red';
import { ratesOf } from '../../lib/access/principal';
import { type Rates, rateHeaders } from '../../lib/access/rate-limits';
import { type HttpAnswer, jsonAnswer, problemOf } from '../../lib/answers/problem';
import { faultsInWords } from '../../lib/domain/fault-words';
import { BusinessRejection, TechnicalFault } from '../../lib/domain/faults';
import { defaultIntakeLimits, type IntakeLimits } from '../../lib/intake/message-content';
import { isLarge, readGuarded } from '../../lib/stages/guarded-reader';
import type { Reading } from '../../lib/stages/import-message';
import type { ReadReception, ReceivedMessage } from '../../lib/stages/read-reception';
import { readRepeat } from '../../lib/stages/read-repeat';
import { type Reception, receiveMessages } from '../../lib/stages/receive-messages';
import type { Handover } from '../handovers';
import { answered, type HttpRequest, header, principalOf, requestOf, tellAlso } from '../http-messages';
import { documentKey } from '../in-process';
import { type Emit, type Message, registerStoreNode } from '../node';
import { forgetBody, releaseBody } from '../request-body';
import { asEdi, standardOf } from './edi-input';
import { LargeMessages } from './large-messages';
import { registerPreview } from './preview';
import { handedOver, type OrderIngestConfig, readDelivered, readPosted } from './read-input';

/** Counts orders against what their sender may send. */
type Charge = (orders: number) => void;
const noQuota: Charge = () => undefined;

/** Documents of one message that were just stored: all of them, or the next of many. */
type Piece = Pick<Reception, 'inboxId' | 'channel' | 'partner' | 'documents' | 'rejected'>;

/** A message that is safe: its documents, and how it has to be read on when it is large. */
interface Taken {
  readonly reception: Piece;
  readonly reading: Reading | undefined;
  readonly charge: Charge;
}

const documentsPort = 0;
const rejectedPort = 1;
const answerPort = 2;
const tooMany = 429;
/** What is refused with these is not kept. */
const atTheDoor: ReadonlySet<number> = new Set([401, 403, 408, 413, 415, tooMany]);
/** Documents of a message that go out in one turn of the event loop. */
const documentsAtOnce = 500;

export = (RED: NodeAPI): void => {
  registerPreview(RED);
  registerStoreNode<OrderIngestConfig>(RED, 'order-ingest', 3, ({ node, runtime, progress }, config) => {
    const queue = runtime.queue<ReadReception, Reception>('ingest', receiveMessages, { patient: false });
    const large = new LargeMessages(runtime, progress);

    let closing = false;

    /** No faster than the next steps take them. What is not sent when the flow closes waits in the store and is taken up again. */
    const sendDocuments = async (
      message: Message,
      { inboxId, channel, partner, documents, rejected }: Piece,
      emit: Emit,
      count = documents.length + rejected.length,
    ): Promise<void> => {
      for (const { documentId } of documents) runtime.inProcess.leave(documentKey(documentId));
      for (const [index, { documentId, kind, ordinal }] of documents.entries()) {
        if (index > 0 && index % documentsAtOnce === 0) {
          await runtime.room(() => closing);
          if (closing) return;
        }
        const payload = { inboxId, documentId, kind, ordinal, channel, partner };
        emit(documentsPort, { ...message, payload, parts: { id: String(inboxId), index: ordinal - 1, count } });
      }
      for (const { documentId, ordinal, faults } of rejected) {
        const [fault] = faults;
        const which = ordinal === 0 ? '' : `, order ${ordinal}`;
        const summary = `Inbox ${inboxId}${which}: ${faultsInWords(faults)}`;
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
      const handover = handedOver(message);
      if (handover !== undefined) runtime.handovers.settle(handover.id, refusalOf(error));
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
    const quotaOf = (message: Message, request: HttpRequest, company: Rates): Charge | undefined => {
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
      return (orders: number): void => {
        runtime.rates.take(partner, 'orders', rates.ordersPerMinute, Math.max(1, orders), Date.now());
      };
    };

    const acknowledge = (
      message: Message,
      { inboxId, replayed, documents }: Pick<Reception, 'inboxId' | 'replayed' | 'documents'>,
      emit: Emit,
    ): void => {
      runtime.decided.poke();
      const handover = handedOver(message);
      const reopened = replayed ? documents.map(({ documentId }) => documentId) : [];
      if (handover !== undefined) runtime.handovers.settle(handover.id, { inboxId, replayed, reopened });
      emit(
        answerPort,
        closing ? answered(message, stored(inboxId)) : { ...message, payload: { inboxId, replayed, reopened } },
      );
    };

    const takeSmall = async (
      message: Message,
      received: ReceivedMessage,
      limits: IntakeLimits,
      charge: Charge,
      emit: Emit,
    ) => {
      const read = await readGuarded(received, limits);
      charge(read.content.documents.length);
      const reception = await readRepeat(await runtime.context(), received, await queue.submit(read));
      if (reception.refused !== undefined) throw reception.refused;
      acknowledge(message, reception, emit);
      return reception;
    };

    /** Returns who reads the message, which is safe by then; nobody, when it was here before. */
    const takeLarge = async (message: Message, received: ReceivedMessage, limits: IntakeLimits, emit: Emit) => {
      const reception = await readRepeat(await runtime.context(), received, await large.store(received, limits));
      if (reception.refused !== undefined) throw reception.refused;
      acknowledge(message, reception, emit);
      return reception;
    };

    /** Stores and acknowledges a message. Returns how it has to be read on when it is large. */
    const take = async (message: Message, emit: Emit): Promise<Taken | undefined> => {
      const request = requestOf(message);
      try {
        const settings = await runtime.settings();
        const limits = { ...defaultIntakeLimits, ...settings.limits };
        const charge = (request && quotaOf(message, request, settings.rates)) ?? noQuota;
        const came =
          request === undefined
            ? await readDelivered(RED, node, message, config, limits.bytes)
            : await readPosted(message, request, config, limits.bytes);
        const standard = standardOf(came.contentType);
        const received = standard === undefined ? came : await asEdi(came, standard, (work) => runtime.read(work));
        if (standard === undefined && isLarge(received)) {
          const reception = await takeLarge(message, received, limits, emit);
          return { reception: { ...reception, rejected: [] }, reading: reception.reading, charge };
        }
        return { reception: await takeSmall(message, received, limits, charge, emit), reading: undefined, charge };
      } catch (error) {
        refuse(message, error, emit);
        return undefined;
      } finally {
        if (request !== undefined) releaseBody(request); // from here on nothing holds its bytes
      }
    };

    return {
      async input(message, emit) {
        const taken = await take(message, emit);
        if (taken === undefined) return;
        const { reception, reading, charge } = taken;
        await sendDocuments(message, reception, emit);
        if (reading === undefined) return;
        message.payload = { inboxId: reading.inboxId }; // its bytes are in the store: nothing holds them while it is read
        const request = requestOf(message);
        if (request !== undefined) forgetBody(request);
        await large.read(reading, (piece) => {
          charge(piece.documents.length);
          return sendDocuments(message, piece, emit, piece.expected);
        });
      },
      async sweep(emit) {
        const message = { _msgid: RED.util.generateId() };
        await large.takeUpLeft((piece) => sendDocuments(message, piece, emit, piece.expected));
      },
      close() {
        closing = true;
        large.close();
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

const refusalOf = (error: unknown): Handover =>
  error instanceof BusinessRejection
    ? { refused: error }
    : { failed: error instanceof Error ? error : new Error(String(error)) };

/** Nobody will wait for the verdict any more, but the message is safe. */
const stored = (inboxId: number): HttpAnswer =>
  jsonAnswer(202, { inboxId: String(inboxId), state: 'stored' }, { location: `/o2c/inbox/${inboxId}` });
