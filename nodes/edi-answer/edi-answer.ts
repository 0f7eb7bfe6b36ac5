import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { NodeAPI } from 'node-red';
import { writeWhole } from '../../lib/folder/whole-file';
import { confirmSent, sendAnswersAgain, takeAnswers } from '../../lib/stages/send-answers';
import { writeDueAnswers } from '../../lib/stages/write-due-answers';
import { acknowledgementsOf, type EdiAnswer } from '../../lib/store/edi-answers';
import { subjectsInWords } from '../../lib/store/edi-subjects';
import { allOf } from '../all-of';
import { type Emit, type Message, registerStoreNode, type StoreNodeConfig } from '../node';

interface EdiAnswerConfig extends StoreNodeConfig {
  readonly partner: string;
  /** When an answer counts as sent: as it leaves this node, when a message comes back that says so, or as a file. */
  readonly sentWhen: 'leaves' | 'told' | 'written';
  /** Where files are written, with a folder for each partner. */
  readonly folder?: string;
}

const atOnce = 100;
const answerPort = 0;
const defaultFolder = './data/outbox';

export = (RED: NodeAPI): void => {
  registerStoreNode<EdiAnswerConfig>(RED, 'edi-answer', 1, ({ runtime }, config) => {
    const selection = config.partner ? { partner: config.partner } : {};
    let closing = false;

    const confirm = async (answers: readonly EdiAnswer[]): Promise<void> =>
      confirmSent(
        await runtime.context(),
        answers.map(({ answerId }) => answerId),
      );

    const wordsFor = (answers: readonly EdiAnswer[]): Promise<(subject: string) => string> =>
      runtime.read((db) =>
        subjectsInWords(
          db,
          answers.map(({ subject }) => subject),
        ),
      );

    const send = async (answers: readonly EdiAnswer[], emit: Emit, message: Message): Promise<void> => {
      if (config.sentWhen === 'written') return sendAsFiles(answers, emit, message);
      const words = await wordsFor(answers);
      for (const answer of answers) emit(answerPort, { ...message, ...messageOf(answer, words(answer.subject)) });
      if (config.sentWhen !== 'told') await confirm(answers);
    };

    /** What cannot be written is given again after a while, like all that is not said to be sent. */
    const sendAsFiles = async (answers: readonly EdiAnswer[], emit: Emit, message: Message): Promise<void> => {
      const written = new Map<EdiAnswer, string>();
      try {
        await allOf(answers.map(async (answer) => void written.set(answer, await writeFile(folderOf(config), answer))));
      } finally {
        await confirm([...written.keys()]);
        const words = await wordsFor([...written.keys()]);
        for (const [answer, filename] of written)
          emit(answerPort, { ...message, ...messageOf(answer, words(answer.subject)), filename });
      }
    };

    /** Writes what is due and sends what is ready, until nothing is left. */
    const sendReady = async (emit: Emit, message: Message): Promise<void> => {
      const context = await runtime.context();
      while (!closing && (await writeDueAnswers(context, atOnce)) === atOnce);
      while (!closing) {
        const answers = await takeAnswers(context, selection, atOnce);
        await send(answers, emit, message);
        if (answers.length < atOnce) return;
      }
    };

    /** The acknowledgements of one message, in one piece, for who waits for them. */
    const acknowledge = async (inboxId: number, emit: Emit, message: Message): Promise<void> => {
      const answers = await runtime.read((db) => acknowledgementsOf(db, [inboxId]));
      const [first] = answers;
      const headers = first === undefined ? {} : { headers: { 'content-type': first.contentType } };
      const payload = Buffer.concat(answers.map(({ bytes }) => bytes));
      emit(answerPort, { ...message, statusCode: first === undefined ? 204 : 200, ...headers, payload });
      await confirm(answers);
    };

    return {
      async input(message, emit) {
        if (message.statusCode !== undefined && message.res !== undefined) return emit(answerPort, message);
        const { answerId, sent } = answerIn(message);
        if (answerId !== undefined) {
          const context = await runtime.context();
          return sent ? confirmSent(context, [answerId]) : sendAnswersAgain(context, [answerId]);
        }
        const inboxId = message.res === undefined ? undefined : inboxIn(message);
        return inboxId === undefined ? sendReady(emit, message) : acknowledge(inboxId, emit, message);
      },
      sweep: (emit) => sendReady(emit, { _msgid: RED.util.generateId() }),
      close() {
        closing = true;
      },
    };
  });
};

/** The node's own folder, else the environment's. `${NAME}` that nobody replaced means that the variable is not set. */
function folderOf({ folder }: EdiAnswerConfig): string {
  const own = folder?.trim() ?? '';
  return resolve(own === '' || /^\$\{.*\}$/.test(own) ? process.env.O2C_ANSWER_DIR || defaultFolder : own);
}

/** Returns the file's path. */
async function writeFile(root: string, { partner, fileName, bytes }: EdiAnswer): Promise<string> {
  const folder = join(root, partner);
  await mkdir(folder, { recursive: true });
  await writeWhole(join(folder, fileName), bytes, { replace: true });
  return join(folder, fileName);
}

const messageOf = (answer: EdiAnswer, about: string) => ({
  payload: answer.bytes,
  filename: answer.fileName,
  contentType: answer.contentType,
  partner: answer.partner,
  answer: {
    answerId: answer.answerId,
    partner: answer.partner,
    kind: answer.kind,
    answers: about,
    interchange: answer.interchangeNumber,
    summary: `${answer.kind} ${answer.interchangeNumber ?? ''} to ${answer.partner} for ${about}`,
  },
});

/** The answer that a message says something of: `answer.answerId`, and `sent: false` when it did not arrive. */
function answerIn(message: Message): { readonly answerId: number | undefined; readonly sent: boolean } {
  const { answer, sent } = message as { answer?: { answerId?: unknown }; sent?: unknown };
  const answerId = typeof answer?.answerId === 'number' ? answer.answerId : undefined;
  return { answerId, sent: sent !== false };
}

function inboxIn({ payload }: Message): number | undefined {
  if (typeof payload !== 'object' || payload === null || !('inboxId' in payload)) return undefined;
  return typeof payload.inboxId === 'number' ? payload.inboxId : undefined;
}
