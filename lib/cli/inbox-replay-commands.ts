import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { ReplayOut } from '../answers/replay-out';
import { BusinessRejection } from '../domain/faults';
import type { Replay, ReplayRequest } from '../stages/replay-messages';
import type { StageContext } from '../stages/work';
import type { Store } from '../store/store';
import {
  type ExitCode,
  exitCodes,
  type Invocation,
  numberOf,
  operator,
  text,
  textsOf,
  WrongUsage,
  withStore,
} from './command';
import { print, table } from './output';

/** Which messages were taken up, with the documents that wait for their order now. */
type TakenUp = Pick<Replay, 'inboxId' | 'reopened' | 'refused'>;

const filterNames = ['state', 'code', 'channel', 'partner', 'text', 'from', 'to'] as const;
const defaultWait = 10;
const longestWait = 3_600;
const pollEvery = 250;

/** `inbox replay`: takes up what failed, and waits until a running Node-RED has made the orders. */
export async function replay(invocation: Invocation, ids: readonly string[]): Promise<ExitCode> {
  const filter = textsOf(invocation, filterNames);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  if (ids.length > 0 && (isFiltered || invocation.options.all === true))
    throw new WrongUsage('Name messages, or say what they have in common; not both.');
  if (ids.length === 0 && !isFiltered && invocation.options.all !== true)
    throw new WrongUsage('Say which messages: their numbers, what they have in common, or --all.');
  const patience = waitOf(invocation);
  const reading = await readingOf(invocation, ids);
  const { endGuardedReader } = await import('../stages/guarded-reader.js');
  return withStore(invocation, 'existing', async (store) => {
    const context = operator(store);
    const taken =
      ids.length > 0
        ? await replayIds(
            context,
            ids.map((word) => numberOf(word, 'a message')),
            reading,
          )
        : await replaySelected(context, { ...filter, all: invocation.options.all });
    endGuardedReader();
    return report(invocation, store, taken, patience);
  });
}

/** `inbox correct`: takes a file as the corrected copy of a message. */
export async function correct(invocation: Invocation, words: readonly string[]): Promise<ExitCode> {
  const [id, file, ...more] = words;
  if (id === undefined || file === undefined || more.length > 0)
    throw new WrongUsage('Say which message, and the file of its corrected copy: "inbox correct 17 orders.csv".');
  const inboxId = numberOf(id, 'a message');
  const patience = waitOf(invocation);
  const bytes = await bytesOf(file);
  const { correctMessage } = await import('../stages/correct-message.js');
  const { endGuardedReader } = await import('../stages/guarded-reader.js');
  return withStore(invocation, 'existing', async (store) => {
    const context = operator(store);
    const reason = text(invocation, 'reason') ?? null;
    const contentType = text(invocation, 'type');
    const outcome = await correctMessage(context, { inboxId, bytes, contentType, by: context.actor, reason });
    endGuardedReader();
    if (!invocation.json) {
      const left = outcome.left === 0 ? '' : ` ${outcome.left} of its failed documents are not in it and still wait.`;
      print(invocation, undefined, () => [`Message ${outcome.inboxId} corrects message ${inboxId}.${left}`]);
    }
    const reopened = outcome.documents.map(({ documentId }) => documentId);
    return report(invocation, store, [{ inboxId: outcome.inboxId, reopened }], patience, {
      corrects: String(inboxId),
      left: outcome.left,
    });
  });
}

async function replayIds(
  context: StageContext,
  ids: readonly number[],
  reading: ReplayRequest['reading'],
): Promise<TakenUp[]> {
  const { replayMessages } = await import('../stages/replay-messages.js');
  const replays = await replayMessages(
    context,
    ids.map((inboxId) => ({ inboxId, reading, by: context.actor })),
  );
  const missing = ids.find((id) => !replays.some(({ inboxId, replaces = inboxId }) => replaces === id));
  if (missing !== undefined) throw new BusinessRejection('not-found', `There is no message ${missing}.`);
  return replays;
}

async function replaySelected(context: StageContext, query: Readonly<Record<string, unknown>>): Promise<TakenUp[]> {
  const { replaySelectionOf } = await import('../answers/replay-query.js');
  const { replaySelection } = await import('../stages/replay-selection.js');
  const taken: TakenUp[] = [];
  for await (const some of replaySelection(context, replaySelectionOf(query), context.actor)) taken.push(...some);
  return taken;
}

async function report(
  invocation: Invocation,
  store: Store,
  taken: readonly TakenUp[],
  patience: number,
  more: object = {},
): Promise<ExitCode> {
  const { replayOut } = await import('../answers/replay-out.js');
  await untilDecided(store, taken, patience);
  const told: ReplayOut[] = [];
  for (const { inboxId, reopened, refused } of taken) {
    const out = await store.read((db) => replayOut(db, inboxId, reopened));
    if (out !== undefined) told.push(refused === undefined ? out : { ...out, summary: refused.message });
  }
  const failing = told.filter(({ rejected, parked }) => rejected + parked > 0).length;
  const waiting = told.filter((each) => each.waiting > 0).length;
  print(invocation, { messages: told, failing, waiting, ...more }, () => linesOf(told, waiting));
  return failing + waiting === 0 ? exitCodes.fine : exitCodes.foundSomethingWrong;
}

function linesOf(told: readonly ReplayOut[], waiting: number): string[] {
  if (told.length === 0) return ['Nothing of that kind has failed.'];
  return [
    ...table(
      ['message', 'partner', 'document', 'taken up', 'accepted', 'duplicate', 'rejected', 'parked', 'waiting'],
      told.map((each) => [
        each.inboxId,
        each.partner,
        each.document,
        each.reopened,
        each.accepted,
        each.duplicate,
        each.rejected,
        each.parked,
        each.waiting,
      ]),
    ),
    ...told.map(({ summary }) => summary),
    ...(waiting === 0
      ? []
      : ['What waits is taken up by a Node-RED that runs on this store; start one, or look again in a moment.']),
  ];
}

async function untilDecided(store: Store, taken: readonly TakenUp[], patience: number): Promise<void> {
  const ids = taken.filter(({ reopened }) => reopened.length > 0).map(({ inboxId }) => inboxId);
  const { waitingMessages } = await import('../store/inbox-replay.js');
  for (const end = Date.now() + patience; ids.length > 0; await setTimeout(pollEvery)) {
    if ((await store.read((db) => waitingMessages(db, ids))) === 0 || Date.now() >= end) return;
  }
}

function waitOf(invocation: Invocation): number {
  const said = text(invocation, 'wait') ?? String(defaultWait);
  if (!/^\d{1,4}$/.test(said) || Number(said) > longestWait)
    throw new WrongUsage(`--wait must be a number of seconds from 0 to ${longestWait}.`);
  return Number(said) * 1000;
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new WrongUsage(`${file} cannot be read: ${(error as Error).message}`);
  }
}

async function readingOf(invocation: Invocation, ids: readonly string[]) {
  const file = text(invocation, 'reading');
  if (file === undefined) return undefined;
  if (ids.length === 0) throw new WrongUsage('--reading needs the numbers of the messages that are to be read so.');
  const { readingFrom } = await import('../intake/reading-settings.js');
  try {
    return readingFrom(JSON.parse((await bytesOf(file)).toString('utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new WrongUsage(`${file} is not JSON: ${error.message}`);
  }
}
