import type { NodeAPI } from 'node-red';
import { createOrders, type DocumentToTag } from '../../lib/stages/create-orders';
import type { IndicatorRule } from '../../lib/stages/indicator-rules';
import { reopenOvertaken } from '../../lib/stages/overtaken-changes';
import { postponeAfterFault } from '../../lib/stages/retry-documents';
import type { TagOutcome } from '../../lib/stages/tag-outcome';
import { documentsLeft } from '../../lib/store/left-behind';
import { allOf } from '../all-of';
import { documentKey, orderKey } from '../in-process';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';
import { asRecovered, documentOf } from '../order-messages';
import { isOfTheWork } from '../retrying';

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
  registerStoreNode<SourceTagConfig>(RED, 'source-tag', 4, ({ runtime }, config) => {
    const queue = runtime.queue<DocumentToTag, TagOutcome>('source', createOrders);
    const rules = config.rules ?? [];
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

    const create = async (documentId: number): Promise<TagOutcome> => {
      try {
        return await queue.submit({ documentId, rules });
      } catch (error) {
        if (isOfTheWork(error)) await postponeAfterFault(await runtime.context(), documentId, error);
        throw error;
      }
    };

    const takeUpLeft = async (emit: Emit): Promise<void> => {
      await reopenOvertaken(await runtime.context());
      const since = { before: runtime.leftSince, now: new Date().toISOString() };
      const left = await runtime.read((db) => documentsLeft(db, scope, since, sweepAtOnce));
      const lost = left.filter(({ documentId }) => !runtime.inProcess.has(documentKey(documentId)));
      await allOf(
        lost.map(async ({ documentId }) => {
          const outcome = await create(documentId);
          const hasOrder = outcome.output !== 'rejected' && outcome.output !== 'applied';
          send(hasOrder ? asRecovered(outcome) : outcome, emit, { _msgid: RED.util.generateId() });
        }),
      );
    };

    return {
      async input(message, emit) {
        const documentId = documentOf(message);
        if (documentId === undefined) return takeUpLeft(emit);
        runtime.inProcess.arrive(documentKey(documentId));
        send(await create(documentId), emit, message);
      },
      sweep: takeUpLeft,
    };
  });
};
