import type { NodeAPI } from 'node-red';
import { problemOf, statusOfFault } from '../../lib/answers/problem';
import type { CreditNote } from '../../lib/domain/credit-note';
import { BusinessRejection, type Fault } from '../../lib/domain/faults';
import { type ReadIncoming, readIncoming } from '../../lib/domain/incoming-money';
import type { Payment } from '../../lib/domain/payment';
import type { CreditNoteOutcome } from '../../lib/stages/credit-note-outcome';
import type { PaymentOutcome } from '../../lib/stages/payment-outcome';
import { postCreditNotes } from '../../lib/stages/post-credit-notes';
import { postPayments } from '../../lib/stages/post-payments';
import { batchAnswer, type ItemResult } from '../batch-answer';
import { answered, jsonBody } from '../http-messages';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';

const appliedPort = 0;
const rejectedPort = 1;
const answerPort = 2;

const names: Readonly<Record<ReadIncoming['kind'], string>> = { payment: 'Payment', 'credit-note': 'Credit note' };

type Outcome = PaymentOutcome | CreditNoteOutcome | { readonly output: 'rejected'; readonly faults: readonly Fault[] };

export = (RED: NodeAPI): void => {
  registerStoreNode<StoreNodeConfig>(RED, 'payment-post', 3, ({ runtime }) => {
    const payments = runtime.queue<Payment, PaymentOutcome>('payment', postPayments, { patient: false });
    const creditNotes = runtime.queue<CreditNote, CreditNoteOutcome>('credit-note', postCreditNotes, {
      patient: false,
    });

    const book = async (read: ReadIncoming): Promise<Outcome> => {
      if (read.kind === 'payment' && read.payment !== undefined) return payments.submit(read.payment);
      if (read.kind === 'credit-note' && read.creditNote !== undefined) return creditNotes.submit(read.creditNote);
      return { output: 'rejected', faults: read.faults };
    };

    /** What comes together is booked in its order: payments, then the credit notes behind them, and so on. */
    const bookAll = async (items: readonly ReadIncoming[]): Promise<Outcome[]> => {
      const outcomes: Outcome[] = [];
      while (outcomes.length < items.length) {
        const rest = items.slice(outcomes.length);
        const other = rest.findIndex(({ kind }) => kind !== rest[0]?.kind);
        outcomes.push(...(await Promise.all(rest.slice(0, other < 0 ? rest.length : other).map(book))));
      }
      return outcomes;
    };

    const post = async (message: Message, body: unknown, emit: Emit): Promise<ItemResult[]> => {
      const items = readIncoming(body);
      const outcomes = await bookAll(items);
      const released = outcomes.some(({ output }) => output === 'applied') ? await runtime.release() : [];
      const freed = released.filter(({ output }) => output === 'released').map(({ summary }) => summary.salesOrder);
      return outcomes.map((outcome, i) => {
        if (outcome.output === 'rejected') {
          const { faults } = outcome;
          const summary = `${names[items[i]?.kind ?? 'payment']} rejected: ${faults[0]?.message}`;
          emit(rejectedPort, { ...message, payload: { errors: faults, summary } });
          return { status: statusOfFault(faults[0]?.code ?? 'unreadable'), faults, body: { summary } };
        }
        const { faults, creditAccount, ...told } = outcome;
        emit(appliedPort, { ...message, payload: { ...told, released: freed } });
        return { status: 200, faults, body: { ...told, released: freed } };
      });
    };

    return {
      async input(message, emit) {
        try {
          const body = await jsonBody(message, (await runtime.settings()).limits);
          emit(answerPort, answered(message, batchAnswer(await post(message, body, emit), Array.isArray(body))));
        } catch (error) {
          emit(answerPort, answered(message, problemOf(error)));
          if (!(error instanceof BusinessRejection)) throw error;
          emit(rejectedPort, { ...message, payload: { errors: error.faults, summary: error.message } });
        }
      },
    };
  });
};
