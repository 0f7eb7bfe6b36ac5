import type { InboxMessageDetail } from '../answers/inbox-lists';
import { BusinessRejection } from '../domain/faults';
import {
  type Command,
  type ExitCode,
  exactly,
  exitCodes,
  type Invocation,
  numberOf,
  text,
  textOptions,
  textsOf,
  WrongUsage,
  withStore,
} from './command';
import { correct, replay } from './inbox-replay-commands';
import { goesOn, print, table, writeNewFile } from './output';

const filters = ['state', 'channel', 'partner', 'from', 'to', 'limit', 'cursor'] as const;

const filterOf = (invocation: Invocation) => textsOf(invocation, filters);

export const jobsCommand: Command = {
  name: 'jobs',
  usage: '[--state S] [--channel C] [--partner P] [--from TIME] [--to TIME] [--limit N] [--cursor C]',
  help: 'Lists messages with what became of their documents, the highest number first.',
  options: textOptions(filters),
  async run(invocation) {
    exactly(invocation);
    const { listJobs } = await import('../answers/jobs.js');
    const list = await withStore(invocation, 'existing', (store) =>
      store.read((db) => listJobs(db, filterOf(invocation))),
    );
    print(invocation, list, () => [
      ...table(
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
      ...goesOn(list.next),
    ]);
    return exitCodes.fine;
  },
};

export const inboxCommand: Command = {
  name: 'inbox',
  usage: `list [--state S] [--code C] [--text T] [--channel C] [--partner P] [--from TIME] [--to TIME] [--limit N] [--cursor C]
       o2c inbox show ID [--raw FILE]
       o2c inbox replay ID ... [--reading FILE] [--wait SECONDS]
       o2c inbox replay [--state S] [--code C] [--text T] [--channel C] [--partner P] [--from TIME] [--to TIME] | --all
       o2c inbox correct ID FILE [--reason TEXT] [--type CONTENT-TYPE]`,
  help: 'Lists messages as they came in, shows one with its faults, works them again, or takes a corrected copy of one.',
  options: {
    ...textOptions([...filters, 'code', 'text', 'raw', 'reading', 'wait', 'reason', 'type']),
    all: { type: 'boolean' },
  },
  run(invocation) {
    const [verb, ...words] = invocation.words;
    const [id, ...more] = words;
    if (verb === 'list' && id === undefined) return list(invocation);
    if (verb === 'show' && id !== undefined && more.length === 0) return show(invocation, id);
    if (verb === 'replay') return replay(invocation, words);
    if (verb === 'correct') return correct(invocation, words);
    throw new WrongUsage('Say "inbox list", "inbox show ID", "inbox replay" or "inbox correct ID FILE".');
  },
};

const inboxFilterOf = (invocation: Invocation) => ({
  ...filterOf(invocation),
  code: text(invocation, 'code'),
  text: text(invocation, 'text'),
});

async function list(invocation: Invocation): Promise<ExitCode> {
  const { listInbox } = await import('../answers/inbox-lists.js');
  const found = await withStore(invocation, 'existing', (store) =>
    store.read((db) => listInbox(db, inboxFilterOf(invocation))),
  );
  print(invocation, found, () => [
    ...table(
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
    ...goesOn(found.next),
  ]);
  return exitCodes.fine;
}

async function show(invocation: Invocation, id: string): Promise<ExitCode> {
  const { inboxMessage } = await import('../answers/inbox-lists.js');
  const number = numberOf(id, 'a message');
  const message = await withStore(invocation, 'existing', (store) => store.read((db) => inboxMessage(db, number)));
  if (message === undefined) throw new BusinessRejection('not-found', `There is no message ${id}.`);
  const file = text(invocation, 'raw');
  if (file !== undefined) return saveRaw(invocation, number, file);
  print(invocation, message, () => [
    `Message ${message.inboxId} by ${message.channel} from ${message.partner} at ${message.receivedAt}: ${message.document}, ${message.contentType}, ${message.size} bytes, SHA-256 ${message.sha256}.`,
    ...relationsOf(message),
    ...message.warnings,
    ...table(
      ['document', 'place', 'PO number', 'state', 'order', 'code', 'stage', 'attempts', 'replaced by'],
      message.documents.map((document) => [
        document.ordinal,
        document.place,
        document.poNumber,
        document.state,
        document.salesOrder,
        document.code,
        document.stage,
        document.attempts,
        document.replacedBy,
      ]),
    ),
    ...message.documents.flatMap((document) =>
      document.errors.map((fault) => `Document ${document.ordinal}, ${fault.path || 'as a whole'}: ${fault.message}`),
    ),
    ...(message.next === null
      ? []
      : [`More than ${message.documents.length} documents; "GET /o2c/inbox/${id}" gives all of them.`]),
    ...(message.raw.encoding === 'text' ? ['', message.raw.content] : []),
  ]);
  return exitCodes.fine;
}

function relationsOf({ corrects, correction, corrections, bytesDroppedAt }: InboxMessageDetail): string[] {
  const by =
    correction === null ? '' : ` by ${correction.by}${correction.reason === null ? '' : `: ${correction.reason}`}`;
  return [
    ...(corrects === null ? [] : [`A corrected copy of message ${corrects}${by}.`]),
    ...(corrections.length === 0 ? [] : [`Corrected by message ${corrections.join(', ')}.`]),
    ...(bytesDroppedAt === null ? [] : [`Its bytes were dropped at ${bytesDroppedAt}.`]),
  ];
}

async function saveRaw(invocation: Invocation, id: number, file: string): Promise<ExitCode> {
  const { rawMessage } = await import('../answers/inbox-raw.js');
  const { body, headers } = await withStore(invocation, 'existing', (store) => store.read((db) => rawMessage(db, id)));
  await writeNewFile(file, body);
  const saved = { inboxId: String(id), file, bytes: body.length, contentType: headers['content-type'] };
  print(invocation, saved, () => [`${body.length} bytes of message ${id} written to ${file} (${saved.contentType}).`]);
  return exitCodes.fine;
}
