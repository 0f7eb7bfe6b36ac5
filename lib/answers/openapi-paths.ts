import { orderStatuses } from '../domain/order';
import { workbookType } from '../intake/sheets/xlsx/workbook';
import { exceptionKinds } from '../store/exceptions';
import { invoiceStates } from './books-lists';
import { answerStates } from './edi-answer-lists';
import { exceptionStates } from './exception-lists';
import { oneOrMany } from './openapi-bodies';
import {
  act,
  type Call,
  customer,
  days,
  decide,
  decideOnSlip,
  getMessage,
  inPath,
  json,
  type Method,
  notBuilt,
  orderBody,
  page,
  period,
  post,
  postOrders,
  query,
  read,
  readers,
  source,
  template,
  upsert,
} from './openapi-calls';
import { documentState, oneOf, ref, text, whole } from './openapi-schemas';

/** Every call, by path and method. */
export const paths: Readonly<Record<string, Readonly<Partial<Record<Method, Call>>>>> = {
  '/o2c/orders': {
    post: postOrders,
    get: read('Orders, newest first; a partner sees its own.', readers, 'OrderPage', [
      query('status', `One or several of ${orderStatuses.join(', ')}, separated by commas.`),
      ...source,
      customer,
      query('poNumber', 'The PO number in any case, white space ignored.'),
      ...period,
      ...page,
    ]),
  },
  '/o2c/orders/{salesOrder}': {
    get: read('One order with all that happened to it.', readers, 'OrderDetail', [inPath('salesOrder')], [404]),
  },
  '/o2c/orders/{salesOrder}/cancel': {
    post: act('Cancel; after dispatch the warehouse has to agree. Finance only while a financial hold stands.', [
      'partner',
      'operations',
      'finance',
    ]),
  },
  '/o2c/orders/{salesOrder}/hold': {
    post: act('Put on hold until a person of the same role releases it.', ['operations', 'finance']),
  },
  '/o2c/orders/{salesOrder}/release': {
    post: act('End holds; the order is judged again in full. Financial holds need finance.', ['operations', 'finance']),
  },
  '/o2c/orders/{salesOrder}/reject': {
    post: {
      ...act(
        'Turn down an order on hold; finance only while a financial hold stands. With a packing slip that is an exception, for operations: it counts for nothing.',
        ['operations', 'finance'],
      ),
      body: json({ anyOf: [ref('ActionIn'), ref('SlipDecisionIn')] }),
      answers: {
        200: [
          'The order as it is now; of a slip what became of it.',
          json({ anyOf: [ref('OrderDetail'), ref('SlipDecision')] }),
        ],
      },
    },
  },
  '/o2c/orders/{salesOrder}/accept': {
    post: decideOnSlip('Confirm a packing slip that is an exception, as it came.', 'SlipDecisionIn'),
  },
  '/o2c/orders/{salesOrder}/correct': {
    post: decideOnSlip('Confirm a packing slip that is an exception, with the lines sent here.', 'SlipCorrectionIn'),
  },
  '/o2c/orders/{salesOrder}/resend': {
    post: act('Send a release without a clear answer again, under the same key.', ['operations']),
  },
  '/o2c/orders/{salesOrder}/not-received': {
    post: act('The warehouse has not got the release: the next one has a new number.', ['operations']),
  },
  '/o2c/deliveries': { post: post('Packing slips of a warehouse.', ['warehouse'], 'DeliveryIn', 'DeliveryResults') },
  '/o2c/deliveries/cancellations': {
    post: post('Answers of a warehouse to cancel requests.', ['warehouse'], 'CancellationIn', 'CancellationResults'),
  },
  '/o2c/payments': {
    post: {
      ...post("Customers' payments and credit notes.", ['finance'], 'PaymentIn', 'PaymentResults'),
      body: json(oneOrMany({ anyOf: [ref('PaymentIn'), ref('CreditNoteIn')] })),
    },
    get: read('Payments, the highest number first.', ['finance', 'auditor'], 'PaymentPage', [
      customer,
      ...period,
      ...page,
    ]),
  },
  '/o2c/invoices': {
    get: read('Invoices, the highest number first.', ['finance', 'auditor'], 'InvoicePage', [
      customer,
      query('state', 'open: something is to be paid.', oneOf(...invoiceStates)),
      ...days('Invoice date'),
      ...page,
    ]),
  },
  '/o2c/invoices/{number}': {
    get: read(
      'One invoice with its lines, what was paid on it and what was credited.',
      ['finance', 'auditor'],
      'Invoice',
      [inPath('number')],
      [404],
    ),
  },
  '/o2c/credit-notes': {
    get: read('Credit notes, the highest number first.', ['finance', 'auditor'], 'CreditNotePage', [
      customer,
      query('invoice', 'Only of the invoice with this number.'),
      ...days('Date of the credit note'),
      ...page,
    ]),
  },
  '/o2c/credit-notes/{number}': {
    get: read('One credit note with its lines.', ['finance', 'auditor'], 'CreditNote', [inPath('number')], [404]),
  },
  '/o2c/ledger': {
    get: read(
      'The postings of a period, the latest date first, then the highest number.',
      ['finance', 'auditor'],
      'PostingPage',
      [...days('Posting date'), ...page],
    ),
  },
  '/o2c/master/customers': upsert('customers', 'CustomerIn'),
  '/o2c/master/products': upsert('products', 'ProductIn'),
  '/o2c/master/stock': upsert('stock counts', 'StockIn'),
  '/o2c/master/partners': upsert('partners', 'PartnerIn'),
  '/o2c/master/taxes': upsert('tax rates', 'TaxIn'),
  '/o2c/master/creditGroups': notBuilt('CreditGroupIn', 'Give each customer a limit of its own.'),
  '/o2c/settings': {
    get: read('The company settings in force.', [], 'SettingsVersion', [], []),
    put: {
      ...read('Change company settings: a new version.', [], 'SettingsVersion', [], [400, 408, 409, 413, 415, 422]),
      body: json(ref('SettingsIn')),
    },
  },
  '/o2c/keys': {
    get: read('API keys without their secrets, newest first.', [], 'KeyPage', page),
    post: {
      summary: 'Make an API key, or one that replaces another; it is shown once.',
      roles: [],
      body: json({ anyOf: [ref('KeyIn'), ref('KeyReplacementIn')] }),
      answers: { 201: ['The key.', json(ref('CreatedKey'))] },
      problems: [400, 404, 408, 413, 415, 422],
    },
  },
  '/o2c/keys/{keyId}': {
    delete: {
      summary: 'End an API key.',
      roles: [],
      parameters: [inPath('keyId')],
      answers: { 200: ['It has ended.', json(ref('RevokedKey'))] },
      problems: [404],
    },
  },
  '/o2c/inbox': {
    get: read('Messages as they came in, the highest number first.', ['operations'], 'InboxPage', [
      query('state', 'With a document in this state.', documentState),
      query('code', 'With a document of this fault code.'),
      query('text', 'Found in the name of the document, or in a PO number.'),
      ...source,
      ...period,
      ...page,
    ]),
  },
  '/o2c/inbox/{id}': { get: getMessage },
  '/o2c/inbox/{id}/replay': {
    post: {
      summary:
        'Work again what failed of a message; with a body, take that as its corrected copy: a message of its own. Orders are made once, however often it is asked.',
      roles: ['operations'],
      parameters: [inPath('id'), query('reason', 'Why the copy was corrected, for the audit trail.')],
      body: orderBody,
      answers: {
        200: ['The order was there already.', json(ref('Order'))],
        201: ['The order exists now.', json(ref('Order'))],
        202: ['The verdict takes longer. Location tells where to look.', json(ref('Pending'))],
        207: ['A result for each order of the message.', json(ref('Results'))],
      },
      problems: [400, 403, 404, 408, 409, 410, 413, 415, 422, 429],
    },
  },
  '/o2c/inbox/{id}/raw': {
    get: {
      summary: 'The bytes of a message as they came in, to be saved.',
      roles: ['operations'],
      parameters: [inPath('id')],
      answers: {
        200: [
          'The bytes, with the content type that they came with.',
          {
            'application/json': {},
            'text/csv': text,
            'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': text,
            'application/edi-x12': text,
            'application/edifact': text,
            'application/octet-stream': text,
          },
        ],
      },
      problems: [404, 410],
    },
  },
  '/o2c/answers': {
    get: read(
      'Answers by EDI to partners, the highest number first, without their text.',
      ['operations'],
      'AnswerPage',
      [
        query('partner', 'Only to this partner.'),
        query('state', 'Only in this state.', oneOf(...answerStates)),
        query('kind', 'Only of this kind, such as 997, CONTRL, 855, ORDRSP.'),
        ...page,
      ],
    ),
  },
  '/o2c/answers/{answer}': {
    get: read('One answer by EDI.', ['operations'], 'Answer', [inPath('answer')], [404]),
  },
  '/o2c/answers/{answer}/raw': {
    get: {
      summary: 'The interchange as it goes out, to be saved.',
      roles: ['operations'],
      parameters: [inPath('answer')],
      answers: { 200: ['The bytes.', { 'application/edi-x12': text, 'application/edifact': text }] },
      problems: [404],
    },
  },
  '/o2c/answers/{answer}/resend': {
    post: {
      summary: 'Send an answer once more: the same bytes under the same control number.',
      roles: ['operations'],
      parameters: [inPath('answer')],
      answers: { 200: ['The answer, ready to go out.', json(ref('Answer'))] },
      problems: [400, 403, 404, 408, 413, 415],
    },
  },
  '/o2c/exceptions': {
    get: read('What waits for a person, newest first.', ['operations'], 'ExceptionPage', [
      query('state', 'open, when nothing is said.', oneOf(...exceptionStates)),
      query('kind', 'Only of this kind.', oneOf(...exceptionKinds)),
      ...page,
    ]),
  },
  '/o2c/exceptions/{exception}/close': {
    post: decide('Close an exception that was seen to elsewhere; the note says how.'),
  },
  '/o2c/exceptions/{exception}/reject': {
    post: decide('Refuse an order change that came after the warehouse was asked to ship; its partner is told.'),
  },
  '/o2c/messages': {
    get: read(
      'Documents of all messages, the highest number first: which became which order.',
      ['operations'],
      'MessagePage',
      [
        query('salesOrder', 'Those that led to this order.'),
        query('inboxId', 'Those of this message.', whole),
        query('poNumber', 'As it was sent.'),
        query('state', 'Those in this state.', documentState),
        query('code', 'Those with this fault code.'),
        query('text', 'Found in the name of the document, or in the PO number.'),
        ...source,
        ...period,
        ...page,
      ],
    ),
  },
  '/o2c/jobs': {
    get: read('Files and batches with their counts, the highest number first.', ['operations'], 'JobPage', [
      query('state', 'With a document in this state.', documentState),
      ...source,
      ...period,
      ...page,
    ]),
  },
  '/o2c/jobs/{id}/result.csv': {
    get: {
      summary: 'What became of each order of a message, as a file for spreadsheets; a partner gets those of its own.',
      roles: ['partner', 'operations'],
      parameters: [inPath('id')],
      answers: { 200: ['A row an order, for a rejected one a row each fault.', { 'text/csv': text }] },
      problems: [404],
    },
  },
  '/o2c/signals': { get: read('What needs attention.', ['operations', 'finance'], 'Signals') },
  '/o2c/reports/sources': {
    get: read(
      'Figures by channel and partner.',
      ['operations', 'finance'],
      'SourceReport',
      days('Date in UTC on which orders were created and documents received'),
    ),
  },
  '/o2c/health': { get: read("Readiness with the store's state.", ['none'], 'Health', [], []) },
  '/o2c/metrics': {
    get: {
      summary: 'Counts for Prometheus.',
      roles: ['operations'],
      answers: { 200: ['Prometheus text.', { 'text/plain': text }] },
    },
  },
  '/o2c/template.csv': { get: template('An empty order list to fill in, as CSV.', 'text/csv') },
  '/o2c/template.xlsx': { get: template('An empty order list to fill in, as a workbook.', workbookType) },
  '/o2c/openapi.json': {
    get: {
      summary: 'This document.',
      roles: ['none'],
      answers: { 200: ['OpenAPI 3.1.', json({ type: 'object', required: ['openapi', 'paths'] })] },
    },
  },
};
