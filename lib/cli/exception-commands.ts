import type { ExceptionActionName } from '../stages/decide-exception';
import type { ExceptionKind } from '../store/exceptions';
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
import { goesOn, print, table } from './output';

const filters = ['state', 'kind', 'limit', 'cursor'] as const;

export const exceptionsCommand: Command = {
  name: 'exceptions',
  usage: `list [--state open|closed] [--kind K] [--limit N] [--cursor C]
       o2c exceptions close ID ... --note TEXT
       o2c exceptions reject ID ... --note TEXT`,
  help: 'Lists what waits for a person; closes what was seen to elsewhere, or rejects changes that came too late.',
  options: textOptions([...filters, 'note']),
  run(invocation) {
    const [verb, ...ids] = invocation.words;
    if (verb === 'list' && ids.length === 0) return list(invocation);
    if ((verb === 'close' || verb === 'reject') && ids.length > 0)
      return decide(
        invocation,
        verb,
        ids.map((word) => numberOf(word, 'an exception')),
      );
    throw new WrongUsage('Say "exceptions list", "exceptions close ID" or "exceptions reject ID".');
  },
};

/** What is decided where the cause of an exception is, and not on the exception itself. */
const elsewhere: Readonly<Partial<Record<ExceptionKind, string>>> = {
  delivery: 'accept, correct, reject: the slip',
  'warehouse-parked': 'resend, not-received: the order',
};

async function list(invocation: Invocation): Promise<ExitCode> {
  const { listExceptions } = await import('../answers/exception-lists.js');
  const filter = textsOf(invocation, filters);
  const found = await withStore(invocation, 'existing', (store) => store.read((db) => listExceptions(db, filter)));
  print(invocation, found, () => {
    if (found.exceptions.length === 0) return ['There are none.'];
    return [
      ...table(
        ['exception', 'raised', 'kind', 'subject', 'can be', 'message', 'closed', 'how'],
        found.exceptions.map((entry) => [
          entry.exception,
          entry.raisedAt,
          entry.kind,
          entry.subject,
          entry.actions.join(', ') || (entry.closedAt === null ? elsewhere[entry.kind] : ''),
          entry.message,
          entry.closedAt,
          entry.resolution,
        ]),
      ),
      ...goesOn(found.next),
    ];
  });
  return exitCodes.fine;
}

/** One after the other: what cannot be done ends it, and those before it are done. */
async function decide(invocation: Invocation, action: ExceptionActionName, ids: readonly number[]): Promise<ExitCode> {
  const note = text(invocation, 'note')?.trim() ?? '';
  if (note === '') throw new WrongUsage('Say with --note what was done, or why.');
  const { exceptionOut } = await import('../answers/exception-lists.js');
  const { decideOnException } = await import('../stages/decide-exception.js');
  const done = await withStore(invocation, 'existing', async (store) => {
    const context = operator(store);
    const actor = { name: context.actor, role: 'operations', visible: null } as const;
    const outcomes = [];
    for (const exceptionId of ids) {
      const outcome = await decideOnException(context, { action, exceptionId, note, actor });
      if (outcome.output === 'refused') throw outcome.rejection;
      outcomes.push(outcome);
    }
    return outcomes;
  });
  print(invocation, { exceptions: done.map(({ exception }) => exceptionOut(exception)) }, () =>
    done.map(({ summary }) => summary),
  );
  return exitCodes.fine;
}
