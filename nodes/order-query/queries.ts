import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listCreditNotes, listInvoices, listPayments } from '../../lib/answers/books-lists';
import { getCreditNote } from '../../lib/answers/credit-note-out';
import { listAnswers, oneAnswer, rawAnswer } from '../../lib/answers/edi-answer-lists';
import { listExceptions } from '../../lib/answers/exception-lists';
import { explainOrder } from '../../lib/answers/explain';
import { answerForMessage } from '../../lib/answers/inbox-answer';
import { inboxMessage, listInbox, listMessages } from '../../lib/answers/inbox-lists';
import { rawMessage } from '../../lib/answers/inbox-raw';
import { mayReadMessage } from '../../lib/answers/inbox-visibility';
import { getInvoice } from '../../lib/answers/invoice-out';
import { listJobs } from '../../lib/answers/jobs';
import { listKeyPage } from '../../lib/answers/key-list';
import { periodOf } from '../../lib/answers/list-query';
import { ledger, listOrders } from '../../lib/answers/lists';
import { metricsText, metricsType } from '../../lib/answers/metrics';
import { openApiDocument } from '../../lib/answers/openapi';
import { orderDetail } from '../../lib/answers/order-detail';
import type { Audience } from '../../lib/answers/order-out';
import { orderTemplateCsv, orderTemplateXlsx } from '../../lib/answers/order-template';
import type { HttpAnswer } from '../../lib/answers/problem';
import { jobResult } from '../../lib/answers/result-file';
import { BusinessRejection } from '../../lib/domain/faults';
import { salesOrderId } from '../../lib/domain/order';
import { storableText } from '../../lib/domain/storable-text';
import type { Visibility } from '../../lib/domain/visibility';
import { workbookType } from '../../lib/intake/sheets/xlsx/workbook';
import { signals, sourcesReport } from '../../lib/ops/signals';
import { readSettings } from '../../lib/stages/company-settings';
import type { StageContext } from '../../lib/stages/work';

/** Of the package, whose folder is above `dist/nodes/order-query`. */
const { version } = JSON.parse(readFileSync(join(__dirname, '../../../package.json'), 'utf8')) as { version: string };

/** Who reads: a partner sees its own orders and no figures of others. */
export interface Reader {
  readonly audience: Audience;
  readonly visible: Visibility;
}

export interface QueryInput {
  /** The number that is asked for, where one is. */
  readonly key: string | undefined;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly reader: Reader;
}

type Query = (context: StageContext, input: QueryInput) => Promise<HttpAnswer | { readonly body: unknown }>;

/** What can be asked, by the names that the node and `msg.query` use. */
export const queries = {
  order: (context, { key, reader }) =>
    found(
      key,
      'order',
      context.store.readAside((db) => orderDetail(db, salesOrderId(key ?? '') ?? 0, reader.audience, reader.visible)),
    ),
  orders: async (context, { filter, reader }) => ({
    body: await context.store.readAside((db) => listOrders(db, filter, reader.visible)),
  }),
  explain: (context, { key }) =>
    found(
      key,
      'order',
      context.store.readAside((db) => explainOrder(db, salesOrderId(key ?? '') ?? 0)),
    ),
  invoice: (context, { key }) =>
    found(
      key,
      'invoice',
      context.store.readAside((db) => getInvoice(db, storableText(key ?? ''))),
    ),
  invoices: async (context, { filter }) => ({ body: await context.store.readAside((db) => listInvoices(db, filter)) }),
  'credit-note': (context, { key }) =>
    found(
      key,
      'credit note',
      context.store.readAside((db) => getCreditNote(db, storableText(key ?? ''))),
    ),
  'credit-notes': async (context, { filter }) => ({
    body: await context.store.readAside((db) => listCreditNotes(db, filter)),
  }),
  payments: async (context, { filter }) => ({ body: await context.store.readAside((db) => listPayments(db, filter)) }),
  ledger: async (context, { filter }) => ({ body: await context.store.readAside((db) => ledger(db, filter)) }),
  inbox: async (context, { filter }) => ({ body: await context.store.readAside((db) => listInbox(db, filter)) }),
  'inbox-message': (context, input) => inboxMessageFor(context, input),
  'inbox-raw': (context, { key }) => context.store.readAside((db) => rawMessage(db, idOf(key))),
  answers: async (context, { filter }) => ({ body: await context.store.readAside((db) => listAnswers(db, filter)) }),
  answer: async (context, { key }) => ({ body: await context.store.readAside((db) => oneAnswer(db, idOf(key))) }),
  'answer-raw': (context, { key }) => context.store.readAside((db) => rawAnswer(db, idOf(key))),
  exceptions: async (context, { filter }) => ({
    body: await context.store.readAside((db) => listExceptions(db, filter)),
  }),
  messages: async (context, { filter }) => ({ body: await context.store.readAside((db) => listMessages(db, filter)) }),
  jobs: async (context, { filter }) => ({ body: await context.store.readAside((db) => listJobs(db, filter)) }),
  'job-result': async (context, { key, reader }) => {
    const result = await context.store.readAside((db) => jobResult(db, idOf(key), reader.visible));
    if (result === undefined) throw new BusinessRejection('not-found', `There is no job ${(key ?? '').slice(0, 80)}.`);
    return result;
  },
  settings: async (context) => ({ body: await readSettings(context) }),
  keys: async (context, { filter }) => ({ body: await context.store.readAside((db) => listKeyPage(db, filter)) }),
  signals: async (context) => ({ body: await context.store.readAside((db) => signals(db, context.clock())) }),
  sources: async (context, { filter }) => ({
    body: await context.store.readAside((db) => sourcesReport(db, periodOf(filter))),
  }),
  metrics: async (context) => ({
    statusCode: 200,
    headers: { 'content-type': metricsType },
    body: await context.store.readAside((db) => metricsText(db, context.clock())),
  }),
  'template-csv': async () => download('orders.csv', 'text/csv; charset=utf-8', orderTemplateCsv()),
  'template-xlsx': async () => download('orders.xlsx', workbookType, await orderTemplateXlsx()),
  openapi: async () => ({ body: openApiDocument(version) }),
} satisfies Record<string, Query>;

/** What partners may ask for, whatever roles a flow lets in: these answers hold their own orders only, or nobody's. */
export const forPartners: ReadonlySet<string> = new Set([
  'order',
  'orders',
  'inbox-message',
  'job-result',
  'template-csv',
  'template-xlsx',
]);

export const isQuery = (name: string): name is keyof typeof queries => Object.hasOwn(queries, name);

const download = (name: string, type: string, body: Buffer): HttpAnswer => ({
  statusCode: 200,
  headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` },
  body,
});

async function found(key: string | undefined, what: string, value: Promise<unknown>): Promise<{ body: unknown }> {
  const body = await value;
  if (body === undefined) throw new BusinessRejection('not-found', `There is no ${what} ${(key ?? '').slice(0, 80)}.`);
  return { body };
}

const idOf = (key: string | undefined): number => (/^\d{1,15}$/.test(key ?? '') ? Number(key) : 0);

/** The company's people see the message as it came in; a partner sees the answer to its own message. */
async function inboxMessageFor(
  context: StageContext,
  { key, filter, reader }: QueryInput,
): Promise<HttpAnswer | { body: unknown }> {
  const inboxId = idOf(key);
  const { message, isOwn } = await context.store.readAside(async (db) => {
    const found = await inboxMessage(db, inboxId, filter);
    const { partner = '' } = found ?? {};
    return { message: found, isOwn: await mayReadMessage(db, { inboxId, partner }, reader.visible) };
  });
  if (message === undefined || !isOwn) {
    throw new BusinessRejection('not-found', `There is no message ${(key ?? '').slice(0, 80)} in the inbox.`);
  }
  if (reader.visible === null) return { body: message };
  return (
    await context.store.readAside((db) => answerForMessage(db, inboxId, { replayed: true, audience: reader.audience }))
  ).answer;
}
