import { channels } from '../domain/master';
import { workbookType } from '../intake/sheets/xlsx/workbook';
import { oneOrMany } from './openapi-bodies';
import { oneOf, ref, type Schema, text } from './openapi-schemas';

export type Method = 'get' | 'post' | 'put' | 'delete';

/** One call of the API, in as few words as its description needs. */
export interface Call {
  readonly summary: string;
  /** Roles that may call it besides admin; none: no key is needed. */
  readonly roles: readonly string[];
  readonly parameters?: readonly Schema[];
  /** content type -> schema */
  readonly body?: Readonly<Record<string, Schema>>;
  /** status -> [words, content type -> schema] */
  readonly answers: Readonly<Record<number, readonly [words: string, content: Readonly<Record<string, Schema>>]>>;
  readonly problems?: readonly number[];
}

export const json = (schema: Schema): Readonly<Record<string, Schema>> => ({ 'application/json': schema });
export const query = (name: string, description: string, schema: Schema = text): Schema => ({
  name,
  in: 'query',
  description,
  schema,
});
export const inPath = (name: string): Schema => ({ name, in: 'path', required: true, schema: text });
const header = (name: string, description: string): Schema => ({ name, in: 'header', description, schema: text });

const pageOf = (usual: number): readonly Schema[] => [
  query('limit', `Entries a page, ${usual} when nothing is said.`, { type: 'integer', minimum: 1, maximum: 500 }),
  query('cursor', 'The next of the page before.'),
];
export const page = pageOf(50);
export const period: readonly Schema[] = [
  query('from', 'A date or an instant, included.'),
  query('to', 'A date or an instant, included.'),
];
export const days = (what: string): readonly Schema[] => [
  query('from', `${what}, included.`),
  query('to', `${what}, included.`),
];
export const customer = query('customer', 'Only of this customer.');
export const source: readonly Schema[] = [
  query('channel', 'Only of this channel.', oneOf(...channels)),
  query('partner', 'Only of this partner.'),
];

/** Orders, in whatever form they come. */
export const orderBody: Readonly<Record<string, Schema>> = {
  'application/json': oneOrMany(ref('OrderIn')),
  'text/csv': text,
  [workbookType]: text,
  'application/edi-x12': text,
  'application/edifact': text,
};

export const postOrders: Call = {
  summary:
    'Send orders. The message is stored before it is answered; the same message again gets the first answer again.',
  roles: ['partner', 'operations'],
  parameters: [
    header('Idempotency-Key', 'What makes this message the same as another one of this partner.'),
    header('X-O2C-Partner', 'The partner that is posted for, by a key of no partner or one that acts for several.'),
    header('X-O2C-Channel', 'edi: the order came to an EDI agent.'),
    header('X-O2C-Document', 'Control numbers of the document that the order came in.'),
    header('Prefer', 'wait=n: seconds to wait for the verdict before 202.'),
  ],
  body: orderBody,
  answers: {
    200: ['The same order was here before: equal to the first answer but for replayed.', json(ref('Order'))],
    201: ['The order exists, also when it is on hold or cancelled for want of stock: it says why.', json(ref('Order'))],
    202: ['The message is safe; the verdict takes longer. Location tells where to look.', json(ref('Pending'))],
    207: ['A result for each order of a body that may hold several, in order.', json(ref('Results'))],
  },
  problems: [400, 403, 408, 409, 413, 415, 422, 429],
};

export const getMessage: Call = {
  summary:
    'One message. Operations see its documents, their faults and its first 64 KB; a partner the answer to its own.',
  roles: ['partner', 'operations'],
  parameters: [inPath('id'), ...pageOf(500)],
  answers: {
    200: ['The message; for a partner its order.', json({ anyOf: [ref('InboxMessage'), ref('Order')] })],
    201: ['The order that the message became.', json(ref('Order'))],
    202: ['The verdict takes longer.', json(ref('Pending'))],
    207: ['A result for each order of the message.', json(ref('Results'))],
  },
  problems: [400, 404, 409, 422],
};

export const act = (words: string, roles: readonly string[]): Call => ({
  summary: words,
  roles,
  parameters: [inPath('salesOrder')],
  body: json(ref('ActionIn')),
  answers: { 200: ['Done, or asked of the warehouse: the order as it is now.', json(ref('OrderDetail'))] },
  problems: [400, 404, 408, 409, 413, 415, 422],
});

/** A decision on a packing slip that is an exception; the order in the path does not matter. */
export const decideOnSlip = (words: string, body: string): Call => ({
  ...act(words, ['operations']),
  body: json(ref(body)),
  answers: { 200: ['What became of the slip, and its orders as they are now.', json(ref('SlipDecision'))] },
});

export const decide = (words: string): Call => ({
  summary: words,
  roles: ['operations'],
  parameters: [inPath('exception')],
  body: json(ref('DecisionIn')),
  answers: { 200: ['The exception, closed.', json(ref('Exception'))] },
  problems: [400, 404, 408, 409, 413, 415, 422],
});

export const upsert = (kind: string, schema: string): Readonly<Partial<Record<Method, Call>>> => ({
  put: {
    summary: `Add and change ${kind}; a field that is absent stays as it is.`,
    roles: [],
    body: json(oneOrMany(ref(schema))),
    answers: {
      200: ['What was stored, and what was rejected with every fault.', json(ref('MasterChange'))],
      207: ['Some records were rejected.', json(ref('MasterChange'))],
    },
    problems: [400, 408, 409, 413, 415, 422],
  },
});

export const notBuilt = (schema: string, instead: string): Readonly<Partial<Record<Method, Call>>> => ({
  put: {
    summary: `Not supported yet: every record is rejected as not-supported, with 422. ${instead}`,
    roles: [],
    body: json(oneOrMany(ref(schema))),
    answers: { 200: ['The array was empty.', json(ref('MasterChange'))] },
    problems: [400, 408, 413, 415, 422],
  },
});

export const post = (summary: string, roles: readonly string[], schema: string, results: string): Call => ({
  summary,
  roles,
  body: json(oneOrMany(ref(schema))),
  answers: {
    200: ['All were booked, or had been before.', json(ref(results))],
    207: ['A result for each.', json(ref(results))],
  },
  problems: [400, 404, 408, 409, 413, 415, 422],
});

export const read = (
  summary: string,
  roles: readonly string[],
  schema: string,
  parameters: readonly Schema[] = [],
  problems: readonly number[] = [422],
): Call => ({
  summary,
  roles,
  parameters,
  answers: { 200: [summary, json(ref(schema))] },
  problems,
});

export const readers = ['partner', 'operations', 'finance', 'auditor'];

export const template = (summary: string, type: string): Call => ({
  summary,
  roles: readers,
  answers: { 200: [summary, { [type]: text }] },
});
