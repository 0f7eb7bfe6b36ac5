import type { NodeAPI } from 'node-red';
import { problemOf, statusOfFault } from '../../lib/answers/problem';
import type { CreditNote } from '../../lib/domain/credit-note';
import { faultsInWords } from '../../lib/domain/fault-words';
import { BusinessRejection, type Fault } from '../../lib/domain/faults';
import { type ReadIncoming, readIncoming } from '../../lib/domain/incoming-money';
import type { Payment } from '../../lib/domain/payment';
import type { CreditNoteOutcome } from '../../lib/stages/credit-note-outcome';
import type { PaymentOutcome } from '../../lib/stages/payment-outcome';
import { postCreditNotes } from '../../lib/stages/post-credit-notes';
import { postPayments } from '../../lib/stages/post-payments';
import type { ReleaseOutcome } from '../../lib/stages/release-held';
import type { Asked } from '../../lib/stages/work';
import { batchAnswer, type ItemResult } from '../batch-answer';
import { answered, askerOf, jsonBody } from '../http-messages';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';

const appliedPort = 0;
const rejectedPort = 1;
const answerPort = 2;

const names: Readonly<Record<ReadIncoming['kind'], string>> = { payment: 'Payment', 'credit-note': 'Credit note' };

type Outcome = PaymentOutcome | CreditNoteOutcome | { readonly output: 'rejected'; readonly faults: readonly Fault[] };

export = (RED: NodeAPI): void => {
  registerStoreNode<StoreNodeConfig>(RED, 'payment-post', 3, ({ runtime }) => {
    const payments = runtime.queue<Payment & Asked, PaymentOutcome>('payment', postPayments, { patient: false });
    const creditNotes = runtime.queue<CreditNote & Asked, CreditNoteOutcome>('credit-note', postCreditNotes, {
      patient: false,
    });

    const book = async (read: ReadIncoming, by: string | undefined): Promise<Outcome> => {
      if (read.kind === 'payment' && read.payment !== undefined) return payments.submit({ ...read.payment, by });
      if (read.kind === 'credit-note' && read.creditNote !== undefined)
        return creditNotes.submit({ ...read.creditNote, by });
      return { output: 'rejected', faults: read.faults };
    };

    /** What comes together is booked in its order: payments, then the credit notes behind them, and so on. */
    const bookAll = async (items: readonly ReadIncoming[], by: string | undefined): Promise<Outcome[]> => {
      const outcomes: Outcome[] = [];
      while (outcomes.length < items.length) {
        const rest = items.slice(outcomes.length);
        const other = rest.findIndex(({ kind }) => kind !== rest[0]?.kind);
        const alike = rest.slice(0, other < 0 ? rest.length : other);
        outcomes.push(...(await Promise.all(alike.map((read) => book(read, by)))));
      }
      return outcomes;
    };

    /** Books, and lets go on who may: some of them may be released while the rest is still booked. */
    const bookAndRelease = async (
      items: readonly ReadIncoming[],
      by: string | undefined,
    ): Promise<{ outcomes: Outcome[]; released: ReleaseOutcome[] }> => {
      const released: ReleaseOutcome[] = [];
      const stop = runtime.onRelease((orders) => released.push(...orders));
      try {
        const outcomes = await bookAll(items, by);
        if (outcomes.some(({ output }) => output === 'applied')) await runtime.release();
        return { outcomes, released };
      } finally {
        stop();
      }
    };

    const post = async (message: Message, body: unknown, emit: Emit): Promise<ItemResult[]> => {
      const items = readIncoming(body);
      const { outcomes, released } = await bookAndRelease(items, askerOf(message)?.name);
      const freed = Map.groupBy(
        released.filter(({ output }) => output === 'released'),
        (order) => order.creditAccount,
      );
      return outcomes.map((outcome, i) => {
        if (outcome.output === 'rejected') {
          const { faults } = outcome;
          const summary = `${names[items[i]?.kind ?? 'payment']} rejected: ${faultsInWords(faults)}`;
          emit(rejectedPort, { ...message, payload: { errors: faults, summary } });
          return { status: statusOfFault(faults[0]?.code ?? 'unreadable'), faults, body: { summary } };
        }
        const { faults, creditAccount, ...told } = outcome;
        const ofAccount = freed.get(creditAccount ?? '') ?? [];
        const body = { ...told, released: ofAccount.map(({ summary }) => summary.salesOrder) };
        emit(appliedPort, { ...message, payload: body });
        return { status: 200, faults, body };
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
