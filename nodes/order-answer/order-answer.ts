import type { NodeAPI } from 'node-red';
import { answerForMessage } from '../../lib/answers/inbox-answer';
import { audienceOf } from '../../lib/answers/order-out';
import { problemOf } from '../../lib/answers/problem';
import { answered, header, principalOf, requestOf, responseOf } from '../http-messages';
import { type Message, registerStoreNode, type StoreNodeConfig } from '../node';
import { fieldsOf } from '../order-messages';
import { sendAnswer } from '../send-answer';

interface OrderAnswerConfig extends StoreNodeConfig {
  /** seconds */
  readonly answerWithin: string;
}

const longestWait = 60;

interface Waiting {
  readonly inboxId: number;
  readonly replayed: boolean;
  readonly reopened: readonly number[];
}

export = (RED: NodeAPI): void => {
  registerStoreNode<OrderAnswerConfig>(RED, 'order-answer', 1, ({ runtime }, config) => {
    const closing = new AbortController();
    return {
      async input(message, emit) {
        if (message.statusCode !== undefined) return emit(0, message);
        const { inboxId, replayed, reopened } = waitingOf(message);
        try {
          await runtime.decided.wait(inboxId, secondsToWait(message, config) * 1000, closing.signal);
          const audience = audienceOf(principalOf(message)?.role ?? 'partner');
          const { answer } = await runtime.read((db) =>
            answerForMessage(db, inboxId, { replayed, reopened, audience }),
          );
          await sendAnswer(message, answer, (work) => runtime.read(work), emit);
        } catch (error) {
          if (responseOf(message)?.headersSent !== true) emit(0, answered(message, problemOf(error)));
          throw error;
        }
      },
      close() {
        closing.abort();
      },
    };
  });
};

function waitingOf({ payload }: Message): Waiting {
  const waiting = fieldsOf(payload) as Partial<Waiting>;
  if (typeof waiting.inboxId !== 'number')
    throw new Error('The message has no inbox id. Wire the answer output of order-ingest to this node.');
  return { inboxId: waiting.inboxId, replayed: waiting.replayed ?? false, reopened: waiting.reopened ?? [] };
}

/** The caller may ask for another wait by `Prefer: wait=SECONDS`, or for none by `respond-async` (RFC 7240). */
function secondsToWait(message: Message, config: OrderAnswerConfig): number {
  const request = requestOf(message);
  const preferred = request === undefined ? '' : (header(request, 'prefer') ?? '');
  const seconds = /(?:^|[,;\s])wait=(\d{1,4})/i.exec(preferred)?.[1];
  if (seconds !== undefined) return Math.min(longestWait, Number(seconds));
  return /(?:^|[,\s])respond-async(?:$|[,;\s])/i.test(preferred) ? 0 : Number(config.answerWithin || 10);
}
