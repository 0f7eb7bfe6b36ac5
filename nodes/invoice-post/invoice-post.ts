import type { NodeAPI } from 'node-red';
import { type InvoiceOutcome, postInvoices } from '../../lib/stages/post-invoices';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';

interface InvoicePostConfig extends StoreNodeConfig {
  readonly batchSize: string;
}

/** What a sweep took up says so. */
interface Marks {
  readonly recovered?: true;
}

const ports: Readonly<Record<InvoiceOutcome['output'], number>> = { posted: 0, exception: 1 };

export = (RED: NodeAPI): void => {
  registerStoreNode<InvoicePostConfig>(RED, 'invoice-post', 2, ({ runtime }, config) => {
    const limit = Number(config.batchSize) || 500;
    let closing = false;
    const queue = runtime.queue<number, InvoiceOutcome[]>('invoice', async (context, slipIds) => {
      const outcomes = await postInvoices(context, { slipIds, limit: slipIds.length });
      return slipIds.map((slipId) => outcomes.filter((outcome) => outcome.slipId === slipId));
    });

    const send = (outcomes: readonly InvoiceOutcome[], emit: Emit, message: Message, marks: Marks = {}): void => {
      for (const outcome of outcomes) {
        const { summary, ...told } = outcome;
        emit(ports[outcome.output], { ...message, payload: { ...summary, ...marks, invoice: told } });
      }
    };

    const invoiceWaiting = async (
      emit: Emit,
      message: Message,
      left: { readonly leftSince?: string } = {},
    ): Promise<void> => {
      while (!closing) {
        const outcomes = await postInvoices(await runtime.context(), { limit, ...left });
        send(outcomes, emit, message, left.leftSince === undefined ? {} : { recovered: true });
        if (outcomes.length === 0 || outcomes.every(({ output }) => output === 'exception')) return;
      }
    };

    return {
      async input(message, emit) {
        const slipId = slipOf(message);
        if (slipId === undefined) return invoiceWaiting(emit, message);
        send(await queue.submit(slipId), emit, message);
      },
      sweep: (emit) => invoiceWaiting(emit, { _msgid: RED.util.generateId() }, { leftSince: runtime.leftSince }),
      close() {
        closing = true;
      },
    };
  });
};

/** The confirmed packing slip that a message carries, or undefined for a tick. */
function slipOf({ payload }: Message): number | undefined {
  if (typeof payload !== 'object' || payload === null || !('slipId' in payload)) return undefined;
  return typeof payload.slipId === 'number' ? payload.slipId : undefined;
}
