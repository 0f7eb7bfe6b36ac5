import type { NodeAPI } from 'node-red';
import { createOrders, type DocumentToTag } from '../../lib/stages/create-orders';
import type { IndicatorRule } from '../../lib/stages/indicator-rules';
import { reopenOvertaken } from '../../lib/stages/overtaken-changes';
import type { BehindOutcome, TagOutcome } from '../../lib/stages/tag-outcome';
import { documentsLeft } from '../../lib/store/left-behind';
import { allOf } from '../all-of';
import { documentKey, orderKey } from '../in-process';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';
import { asRecovered, documentOf } from '../order-messages';
import { ChangesInTurn } from './changes-in-turn';

interface SourceTagConfig extends StoreNodeConfig {
  readonly rules: readonly IndicatorRule[];
  readonly channel: string;
  readonly partner: string;
}

const ports: Readonly<Record<TagOutcome['output'], number>> = {
  created: 0,
  changed: 0,
  replayed: 1,
  rejected: 2,
  applied: 3,
};
const sweepAtOnce = 500;

export = (RED: NodeAPI): void => {
  registerStoreNode<SourceTagConfig>(RED, 'source-tag', 4, ({ runtime, fault }, config) => {
    const queue = runtime.queue<DocumentToTag, TagOutcome | BehindOutcome>('source', createOrders);
    const rules = config.rules ?? [];
    const inTurn = new ChangesInTurn(
      () => runtime.context(),
      (documentId) => queue.submit({ documentId, rules }),
    );
    const scope = { channel: config.channel ?? '', partner: config.partner ?? '' };

    const send = (outcome: TagOutcome, emit: Emit, message: Message): void => {
      runtime.decided.poke();
      if (outcome.output === 'rejected') {
        const { inboxId, documentId, code, faults, summary } = outcome;
        emit(ports.rejected, {
          ...message,
          payload: { inboxId, documentId, code, message: summary, errors: faults, summary },
        });
        return;
      }
      if (outcome.output === 'applied') {
        const { inboxId, documentId, kind, order, summary } = outcome;
        emit(ports.applied, { ...message, payload: { ...order, inboxId, documentId, kind, summary } });
        return;
      }
      if (outcome.output !== 'replayed') runtime.inProcess.leave(orderKey(outcome.orderId));
      emit(ports[outcome.output], { ...message, payload: outcome.summary });
    };

    const sendRecovered = (outcome: TagOutcome, emit: Emit): void => {
      const hasOrder = outcome.output !== 'rejected' && outcome.output !== 'applied';
      send(hasOrder ? asRecovered(outcome) : outcome, emit, { _msgid: RED.util.generateId() });
    };

    const create = (documentId: number, emit: Emit): Promise<TagOutcome | undefined> =>
      inTurn.work(documentId, { decided: (outcome) => sendRecovered(outcome, emit), failed: fault });

    const takeUpLeft = async (emit: Emit): Promise<void> => {
      await reopenOvertaken(await runtime.context());
      const since = { before: runtime.leftSince, now: new Date().toISOString() };
      const left = await runtime.read((db) => documentsLeft(db, scope, since, sweepAtOnce));
      const lost = left.filter(({ documentId }) => !runtime.inProcess.has(documentKey(documentId)));
      await allOf(
        lost.map(async ({ documentId }) => {
          const outcome = await create(documentId, emit);
          if (outcome !== undefined) sendRecovered(outcome, emit);
        }),
      );
    };

    return {
      async input(message, emit) {
        const documentId = documentOf(message);
        if (documentId === undefined) return takeUpLeft(emit);
        runtime.inProcess.arrive(documentKey(documentId));
        const outcome = await create(documentId, emit);
        if (outcome !== undefined) send(outcome, emit, message);
      },
      sweep: takeUpLeft,
    };
  });
};
