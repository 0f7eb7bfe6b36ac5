import {
  type Command,
  type ExitCode,
  exitCodes,
  type Invocation,
  numberOf,
  operator,
  text,
  textOptions,
  textsOf,
  WrongUsage,
  withStore,
} from './command';
import { goesOn, print, table, writeNewFile } from './output';

const filters = ['partner', 'state', 'kind', 'limit', 'cursor'] as const;

export const answersCommand: Command = {
  name: 'answers',
  usage: `list [--partner P] [--state ready|sent|acknowledged|rejected] [--kind K] [--limit N] [--cursor C]
       o2c answers show ID [--raw FILE]
       o2c answers resend ID ...`,
  help: 'Lists the answers by EDI to partners, shows one with its text, or sends some again.',
  options: textOptions([...filters, 'raw']),
  run(invocation) {
    const [verb, ...ids] = invocation.words;
    const [id] = ids;
    if (verb === 'list' && id === undefined) return list(invocation);
    if (verb === 'show' && id !== undefined && ids.length === 1) return show(invocation, numberOf(id, 'an answer'));
    if (verb === 'resend' && id !== undefined)
      return resend(
        invocation,
        ids.map((word) => numberOf(word, 'an answer')),
      );
    throw new WrongUsage('Say "answers list", "answers show ID" or "answers resend ID".');
  },
};

async function list(invocation: Invocation): Promise<ExitCode> {
  const { listAnswers } = await import('../answers/edi-answer-lists.js');
  const filter = textsOf(invocation, filters);
  const found = await withStore(invocation, 'existing', (store) => store.read((db) => listAnswers(db, filter)));
  print(invocation, found, () => [
    ...table(
      ['answer', 'made', 'partner', 'kind', 'number', 'answers', 'state', 'sent', 'said'],
      found.answers.map((entry) => [
        entry.answer,
        entry.createdAt,
        entry.partner,
        entry.kind,
        entry.interchangeNumber,
        entry.answers,
        entry.state,
        entry.sentAt,
        entry.words,
      ]),
    ),
    ...goesOn(found.next),
  ]);
  return exitCodes.fine;
}

async function show(invocation: Invocation, id: number): Promise<ExitCode> {
  const { oneAnswer, rawAnswer } = await import('../answers/edi-answer-lists.js');
  const { entry, body } = await withStore(invocation, 'existing', (store) =>
    store.read(async (db) => ({ entry: await oneAnswer(db, id), body: (await rawAnswer(db, id)).body })),
  );
  const file = text(invocation, 'raw');
  if (file !== undefined) await writeNewFile(file, body);
  print(invocation, entry, () => [
    `${entry.kind} ${entry.interchangeNumber ?? ''} to ${entry.partner} for ${entry.answers}, made at ${entry.createdAt}: ${entry.state}${entry.words === null ? '' : `, ${entry.words}`}.`,
    ...(file === undefined ? ['', body.toString('latin1')] : [`${body.length} bytes written to ${file}.`]),
  ]);
  return exitCodes.fine;
}

async function resend(invocation: Invocation, ids: readonly number[]): Promise<ExitCode> {
  const { resendAnswer } = await import('../stages/send-answers.js');
  const sent = await withStore(invocation, 'existing', async (store) => {
    const context = operator(store);
    const entries = [];
    for (const id of ids) entries.push(await resendAnswer(context, id, context.actor));
    return entries;
  });
  print(invocation, { resent: sent.map(({ answerId }) => String(answerId)) }, () =>
    sent.map(
      ({ kind, interchangeNumber, partner }) => `${kind} ${interchangeNumber ?? ''} to ${partner} goes out again.`,
    ),
  );
  return exitCodes.fine;
}
