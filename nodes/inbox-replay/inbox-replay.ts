import type { NodeAPI } from 'node-red';
import { answerForMessage } from '../../lib/answers/inbox-answer';
import { audienceOf } from '../../lib/answers/order-out';
import { type HttpAnswer, problemOf } from '../../lib/answers/problem';
import { replayOut } from '../../lib/answers/replay-out';
import { replaySelectionOf } from '../../lib/answers/replay-query';
import { BusinessRejection } from '../../lib/domain/faults';
import { correctMessage } from '../../lib/stages/correct-message';
import { type Replay, replayMessages } from '../../lib/stages/replay-messages';
import { replaySelection } from '../../lib/stages/replay-selection';
import { answered, requestOf } from '../http-messages';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';
import { releaseBody } from '../request-body';
import type { StoreRuntime } from '../store-runtime';
import { type CorrectionAsked, isCorrection, type ReplayAsked, readAsked } from './read-asked';

interface InboxReplayConfig extends StoreNodeConfig {
  readonly state: string;
  readonly code: string;
  readonly channel: string;
  readonly partner: string;
  /** seconds */
  readonly answerWithin: string;
}

const replayedPort = 0;
const failingPort = 1;
const answerPort = 2;

/** What was taken up for one message, and how it is told over HTTP. */
interface Begun {
  readonly inboxId: number;
  readonly reopened: readonly number[];
  /** The same copy had come before. */
  readonly replayed: boolean;
  readonly refused?: BusinessRejection | undefined;
}

export = (RED: NodeAPI): void => {
  registerStoreNode<InboxReplayConfig>(RED, 'inbox-replay', 3, ({ runtime }, config) => {
    const closing = new AbortController();
    const patience = (Number(config.answerWithin) || 10) * 1000;
    const defaults = Object.fromEntries(
      (['state', 'code', 'channel', 'partner'] as const).flatMap((name) =>
        config[name] ? [[name, config[name]]] : [],
      ),
    );

    const decided = ({ inboxId }: { readonly inboxId: number }): Promise<void> =>
      runtime.decided.wait(inboxId, patience, closing.signal);

    const tell = async (message: Message, begun: Begun, emit: Emit): Promise<void> => {
      const { inboxId, reopened, refused } = begun;
      const told = await runtime.read((db) => replayOut(db, inboxId, reopened));
      if (told === undefined) return;
      const fails = told.rejected + told.parked > 0;
      const payload = refused === undefined ? told : { ...told, summary: refused.message };
      emit(fails ? failingPort : replayedPort, { ...message, payload });
    };

    const answer = async (begun: Begun, asked: ReplayAsked | CorrectionAsked): Promise<HttpAnswer> => {
      if (begun.refused !== undefined && begun.reopened.length === 0) return problemOf(begun.refused);
      const { inboxId, reopened, replayed } = begun;
      const audience = audienceOf(asked.role);
      const { answer: given } = await runtime.read((db) =>
        answerForMessage(db, inboxId, { replayed, reopened, audience }),
      );
      // A copy, or EDI that came in once more, is another message than the one that was asked for.
      return inboxId === asked.inboxId
        ? given
        : { ...given, headers: { ...given.headers, 'content-location': `/o2c/inbox/${inboxId}` } };
    };

    const workOne = async (message: Message, begun: Begun, asked: ReplayAsked | CorrectionAsked, emit: Emit) => {
      await decided(begun);
      await tell(message, begun, emit);
      if (requestOf(message) !== undefined) emit(answerPort, answered(message, await answer(begun, asked)));
    };

    const release = (message: Message): void => {
      const request = requestOf(message);
      if (request !== undefined) releaseBody(request);
    };

    return {
      async input(message, emit) {
        try {
          const asked = await readAsked(message, (await runtime.settings()).limits.bytes, defaults);
          const context = await runtime.context();
          if (isCorrection(asked)) {
            const { inboxId, replayed, documents } = await correctMessage(context, asked);
            release(message);
            const reopened = documents.map(({ documentId }) => documentId);
            return await workOne(message, { inboxId, reopened, replayed }, asked, emit);
          }
          if (asked.inboxId !== undefined) return await workOne(message, await begin(runtime, asked), asked, emit);
          for await (const batch of replaySelection(context, replaySelectionOf(asked.filter), asked.by)) {
            await Promise.all(batch.map(decided));
            if (closing.signal.aborted) return;
            for (const replay of batch) await tell(message, begunOf(replay), emit);
          }
        } catch (error) {
          emit(answerPort, answered(message, problemOf(error)));
          if (!(error instanceof BusinessRejection)) throw error;
          const { code, faults } = error;
          const told = { code, message: error.message, errors: faults, summary: `Not worked again: ${error.message}` };
          emit(failingPort, { ...message, payload: told });
        } finally {
          release(message);
        }
      },
      close() {
        closing.abort();
      },
    };
  });
};

async function begin(runtime: StoreRuntime, { inboxId, reading, by }: ReplayAsked): Promise<Begun> {
  const [replay] = await replayMessages(await runtime.context(), [{ inboxId: inboxId as number, reading, by }]);
  if (replay === undefined) throw new BusinessRejection('not-found', `There is no message ${inboxId} in the inbox.`);
  return begunOf(replay);
}

const begunOf = ({ inboxId, reopened, refused }: Replay): Begun => ({ inboxId, reopened, replayed: true, refused });
