import { listInvoices } from '../lib/answers/books-lists';
import { explainOrder } from '../lib/answers/explain';
import { listInbox, listMessages } from '../lib/answers/inbox-lists';
import { listOrders } from '../lib/answers/lists';
import { metricsText } from '../lib/answers/metrics';
import { orderDetail } from '../lib/answers/order-detail';
import { signals, sourcesReport } from '../lib/ops/signals';
import type { Database } from '../lib/store/database';
import { openStore } from '../lib/store/store';
import { customer } from './company';
import type { CycleUnderTest } from './cycle';

/** What a question takes with few orders in the store and with many, in ms; `ratio`: many to few. */
export interface QuestionFigures {
  readonly question: string;
  readonly few: number;
  readonly many: number;
  readonly ratio: number;
}

/** Orders in the store. */
export const few = 5_000;
export const many = 50_000;
const window = 2_000;
const times = 15;

const now = (): string => new Date().toISOString();

const questions: Readonly<Record<string, (db: Database, order: number) => Promise<unknown>>> = {
  'one order': (db, order) => orderDetail(db, order, 'internal', null),
  'an order explained': (db, order) => explainOrder(db, order),
  'newest orders': (db) => listOrders(db, {}),
  'orders of a status': (db) => listOrders(db, { status: 'Invoiced' }),
  'orders of a number': (db) => listOrders(db, { poNumber: 'none' }),
  'orders of a customer': (db) => listOrders(db, { customer: customer(7) }),
  'orders of a partner without any': (db) => listOrders(db, { partner: 'NOBODY' }),
  'invoices of a customer': (db) => listInvoices(db, { customer: customer(7) }),
  'messages that failed': (db) => listInbox(db, { state: 'rejected' }),
  'documents that failed': (db) => listMessages(db, { state: 'rejected' }),
  signals: (db) => signals(db, now()),
  metrics: (db) => metricsText(db, now()),
  'a report on all sources': (db) => sourcesReport(db),
  'a text in all messages': (db) => listInbox(db, { text: 'not there' }),
};

/** Asks with few orders in the store, and again with many. */
export async function measureQuestions(url: string, cycle: CycleUnderTest): Promise<QuestionFigures[]> {
  await cycle.run(few, window);
  const before = await asked(url);
  for (let orders = few; orders < many; orders += few) await cycle.run(few, window);
  const after = await asked(url);
  return [...before].map(([question, ms]) => {
    const later = after.get(question) as number;
    return { question, few: ms, many: later, ratio: Math.round((later / ms) * 10) / 10 };
  });
}

/** The median of some times, in ms with two decimals. */
async function asked(url: string): Promise<Map<string, number>> {
  const store = await openStore(url);
  const took = new Map<string, number>();
  try {
    const [last] = await store.read((db) =>
      db.all<{ id: number }>('select max(order_id) as id from sales_order_state'),
    );
    for (const [question, ask] of Object.entries(questions)) {
      const all: number[] = [];
      for (let i = 0; i < times; i += 1) {
        const started = performance.now();
        await store.readAside((db) => ask(db, last?.id ?? 0));
        all.push(performance.now() - started);
      }
      took.set(question, Math.round((all.sort((a, b) => a - b)[times >> 1] as number) * 100) / 100);
    }
    return took;
  } finally {
    await store.close();
  }
}
