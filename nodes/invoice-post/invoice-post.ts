import type { NodeAPI } from 'node-red';
import type { InvoiceOutcome } from '../../lib/stages/invoice-outcome';
import { type InvoiceSelection, postInvoices } from '../../lib/stages/post-invoices';
import { ordersToInvoice } from '../../lib/store/packing-slips';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';
import { fieldsOf } from '../order-messages';
import { isOfTheWork } from '../retrying';

interface InvoicePostConfig extends StoreNodeConfig {
  readonly batchSize: string;
}

/** What a sweep took up says so. */
interface Marks {
  readonly recovered?: true;
}

const hasException = (outcomes: readonly InvoiceOutcome[]): boolean =>
  outcomes.some(({ output }) => output === 'exception');

const ports: Readonly<Record<InvoiceOutcome['output'], number>> = { posted: 0, exception: 1 };

export = (RED: NodeAPI): void => {
  registerStoreNode<InvoicePostConfig>(RED, 'invoice-post', 2, ({ runtime }, config) => {
    const limit = Number(config.batchSize) || 500;
    let closing = false;
    const queue = runtime.queue<number, InvoiceOutcome[]>('invoice', async (context, slipIds) => {
      const outcomes = await postInvoices(context, { slipIds, limit: slipIds.length });
      return slipIds.map((slipId) => outcomes.filter((outcome) => outcome.slipId === slipId));
    });

    const retrying = runtime.retrying('invoice-post');
    const { backOff } = retrying;

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
      const marks = left.leftSince === undefined ? {} : ({ recovered: true } as const);
      while (!closing) {
        const selection = { limit, except: backOff.known, ...left };
        const outcomes = await postTogether(selection, emit, message, marks);
        if (outcomes.length === 0) break;
        for (const { orderId } of outcomes.filter(({ output }) => output === 'exception')) backOff.failed(orderId);
        send(outcomes, emit, message, marks);
      }
      await invoiceEach(backOff.due, emit, message, marks);
    };

    /** When one order spoils the transaction of many, each is invoiced by itself, and that one waits. */
    const postTogether = async (
      selection: InvoiceSelection,
      emit: Emit,
      message: Message,
      marks: Marks,
    ): Promise<InvoiceOutcome[]> => {
      try {
        return await postInvoices(await runtime.context(), selection);
      } catch (error) {
        if (!isOfTheWork(error)) throw error;
        await invoiceEach(await runtime.read((db) => ordersToInvoice(db, selection)), emit, message, marks);
        return [];
      }
    };

    /** Invoices orders one by one, and fails with the first fault when all had their turn. */
    const invoiceEach = async (
      orderIds: readonly number[],
      emit: Emit,
      message: Message,
      marks: Marks,
    ): Promise<void> => {
      let fault: Error | undefined;
      for (const orderId of orderIds) {
        if (closing) break;
        try {
          const context = await runtime.context();
          const post = () => postInvoices(context, { orderIds: [orderId], limit: 1 });
          const outcomes = await retrying.attempt(orderId, post, hasException);
          send(outcomes, emit, message, marks);
        } catch (error) {
          if (!isOfTheWork(error)) throw error;
          fault ??= error;
        }
      }
      if (fault !== undefined) throw fault;
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
  const { slipId } = fieldsOf(payload);
  return typeof slipId === 'number' ? slipId : undefined;
}
