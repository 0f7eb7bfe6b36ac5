import { inboxMessage, listInbox } from '../answers/inbox-lists';
import { BusinessRejection } from '../domain/faults';
import { listJobs } from '../ops/jobs';
import {
  type Command,
  type ExitCode,
  exactly,
  exitCodes,
  type Invocation,
  text,
  WrongUsage,
  withStore,
} from './command';
import { print, table } from './output';

const filters = {
  state: { type: 'string' },
  channel: { type: 'string' },
  partner: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  limit: { type: 'string' },
} as const;

const filterOf = (invocation: Invocation) =>
  Object.fromEntries(Object.keys(filters).map((name) => [name, text(invocation, name)]));

export const jobsCommand: Command = {
  name: 'jobs',
  usage: '[--state S] [--channel C] [--partner P] [--from TIME] [--to TIME] [--limit N]',
  help: 'Lists messages with what became of their documents, the newest first.',
  options: filters,
  async run(invocation) {
    exactly(invocation);
    const list = await withStore(invocation, 'read', (store) => store.read((db) => listJobs(db, filterOf(invocation))));
    print(invocation, list, () =>
      table(
        [
          'message',
          'received',
          'channel',
          'partner',
          'document',
          'state',
          'accepted',
          'duplicate',
          'rejected',
          'parked',
          'in progress',
        ],
        list.jobs.map((job) => [
          job.inboxId,
          job.receivedAt,
          job.channel,
          job.partner,
          job.document,
          job.state,
          job.accepted,
          job.duplicate,
          job.rejected,
          job.parked,
          job.inProgress,
        ]),
      ),
    );
    return exitCodes.fine;
  },
};

export const inboxCommand: Command = {
  name: 'inbox',
  usage: 'list [--state S] [--channel C] [--partner P] [--from TIME] [--to TIME] [--limit N] | show ID',
  help: 'Lists messages as they came in, or shows one with its faults.',
  options: filters,
  run(invocation) {
    const [verb, id, ...more] = invocation.words;
    if (verb === 'list' && id === undefined) return list(invocation);
    if (verb === 'show' && id !== undefined && more.length === 0) return show(invocation, id);
    if (verb === 'replay') {
      throw new WrongUsage(
        '"inbox replay" is not built yet. Send a rejected message again instead: it is judged anew, and an order that exists is never made twice.',
      );
    }
    throw new WrongUsage('Say "inbox list" or "inbox show ID".');
  },
};

async function list(invocation: Invocation): Promise<ExitCode> {
  const found = await withStore(invocation, 'read', (store) => store.read((db) => listInbox(db, filterOf(invocation))));
  print(invocation, found, () =>
    table(
      ['message', 'received', 'channel', 'partner', 'document', 'content type', 'bytes', 'state'],
      found.inbox.map((entry) => [
        entry.inboxId,
        entry.receivedAt,
        entry.channel,
        entry.partner,
        entry.document,
        entry.contentType,
        entry.size,
        entry.state,
      ]),
    ),
  );
  return exitCodes.fine;
}

async function show(invocation: Invocation, id: string): Promise<ExitCode> {
  if (!/^\d{1,15}$/.test(id)) throw new WrongUsage(`${id} is no message number.`);
  const message = await withStore(invocation, 'read', (store) => store.read((db) => inboxMessage(db, Number(id))));
  if (message === undefined) throw new BusinessRejection('not-found', `There is no message ${id}.`);
  print(invocation, message, () => [
    `Message ${message.inboxId} by ${message.channel} from ${message.partner} at ${message.receivedAt}: ${message.document}, ${message.contentType}, ${message.size} bytes, SHA-256 ${message.sha256}.`,
    ...message.warnings,
    ...table(
      ['document', 'place', 'PO number', 'state', 'order', 'code'],
      message.documents.map((document) => [
        document.ordinal,
        document.place,
        document.poNumber,
        document.state,
        document.salesOrder,
        document.code,
      ]),
    ),
    ...message.documents.flatMap((document) =>
      document.errors.map((fault) => `Document ${document.ordinal}, ${fault.path || 'as a whole'}: ${fault.message}`),
    ),
    ...(message.raw.encoding === 'text' ? ['', message.raw.content] : []),
  ]);
  return exitCodes.fine;
}
