import { BusinessRejection, type Fault } from '../domain/faults';
import { salesOrderNumber } from '../domain/order';
import type { Role } from '../domain/roles';
import { closeOneException, type ExceptionEntry, type ExceptionKind, findException } from '../store/exceptions';
import { lockDocuments, type StoredDocument, saveVerdicts } from '../store/inbox-documents';
import type { Actor } from './act-on-order';
import { requestOf, wordOf } from './change-requests';
import { inTransaction } from './transaction';
import type { StageContext, Work } from './work';

/** `close`: what there was to do was done elsewhere. `reject`: the change that waits is refused. */
export const exceptionActions = ['close', 'reject'] as const;
export type ExceptionActionName = (typeof exceptionActions)[number];

export interface ExceptionDecision {
  readonly action: ExceptionActionName;
  readonly exceptionId: number;
  /** What was done, or why; kept with the exception. */
  readonly note: string;
  readonly actor: Actor;
}

export type ExceptionOutcome =
  | { readonly output: 'done'; readonly exception: ExceptionEntry; readonly summary: string }
  | { readonly output: 'refused'; readonly rejection: BusinessRejection; readonly summary: string };

const allowedRoles: readonly Role[] = ['operations', 'admin'];

/** What a person may decide on an exception of a kind. The others have a way out where their cause is. */
const allowedActions: Readonly<Partial<Record<ExceptionKind, ExceptionActionName>>> = {
  'answer-rejected': 'close',
  'answer-unwritable': 'close',
  'change-request': 'reject',
  'interchange-conflict': 'close',
};

const otherWays: Readonly<Record<ExceptionKind, string>> = {
  'answer-rejected': 'Close it when the partner was told.',
  'answer-unwritable': 'Close it when the partner was told.',
  'change-request': 'Reject the change, or replay its message when the warehouse has given the order back.',
  delivery: 'Accept, correct or reject the packing slip.',
  'interchange-conflict': 'Close it when the partner has said which interchange counts.',
  invoice: 'Mend what it names: it closes when the goods are invoiced.',
  'stage-stuck': 'Mend the cause: it closes when the order goes on.',
  'stock-deficit': 'Count the stock: it closes when the deficit is gone.',
  'warehouse-parked': 'Resend the release of its order, or say that it was not received.',
};

/** What may still be decided on it by `decideOnException`. */
export const actionsOn = ({ kind, closedAt }: ExceptionEntry): ExceptionActionName[] => {
  const action = allowedActions[kind];
  return closedAt !== null || action === undefined ? [] : [action];
};

/** Does what a person decides on an exception that has no way out where its cause is. What may not be done is audited too. */
export function decideOnException(context: StageContext, decision: ExceptionDecision): Promise<ExceptionOutcome> {
  const { exceptionId, action, note, actor } = decision;
  return inTransaction(context, 'exception', async (work) => {
    try {
      const exception = await find(work, decision);
      const change = action === 'reject' ? await lockChange(work, exception) : undefined;
      const closed = { closedAt: work.now, closedBy: actor.name, resolution: `${action}: ${note}` };
      if (!(await closeOneException(work.db, exceptionId, closed))) throw alreadyClosed(exceptionId);
      if (change !== undefined) await rejectChange(work, change, decision);
      const { kind, subject } = exception;
      work.record({
        subject: 'exception',
        subjectId: String(exceptionId),
        actor: actor.name,
        from: 'open',
        to: 'closed',
        reason: action,
        evidence: { kind, subject, note },
      });
      const words = action === 'reject' ? 'the change is refused' : 'closed';
      const summary = `Exception ${exceptionId} (${kind}): ${words}. ${note}`;
      return { output: 'done', exception: { ...exception, ...closed }, summary };
    } catch (error) {
      if (!(error instanceof BusinessRejection)) throw error;
      return refused(work, decision, error);
    }
  });
}

async function find(work: Work, { exceptionId, action, note, actor }: ExceptionDecision): Promise<ExceptionEntry> {
  if (!allowedRoles.includes(actor.role))
    throw new BusinessRejection('forbidden', `The role ${actor.role} may not decide on an exception.`);
  const exception = await findException(work.db, exceptionId);
  if (exception === undefined) throw new BusinessRejection('not-found', `There is no exception ${exceptionId}.`);
  if (exception.closedAt !== null) throw alreadyClosed(exceptionId);
  if (allowedActions[exception.kind] !== action) {
    const words = `Not with an exception of the kind ${exception.kind}. ${otherWays[exception.kind]}`;
    throw new BusinessRejection('illegal-transition', words);
  }
  if (note === '') {
    const message = 'Say what was done, or why: note.';
    throw new BusinessRejection('missing-field', message, [{ path: '/note', code: 'missing-field', message }]);
  }
  return exception;
}

const alreadyClosed = (exceptionId: number): BusinessRejection =>
  new BusinessRejection('illegal-transition', `The exception ${exceptionId} is closed already.`);

async function lockChange(work: Work, { subject }: ExceptionEntry): Promise<StoredDocument> {
  const [document] = await lockDocuments(work.db, [Number(subject.replace(/^document /, ''))]);
  if (document?.state === 'parked' && document.code === 'after-release') return document;
  const words = 'The change waits no longer: its message is being worked again, or was. Look at it.';
  throw new BusinessRejection('illegal-transition', words);
}

/** The change came too late for the company: the order stays as it is, and the partner is told. */
async function rejectChange(work: Work, document: StoredDocument, { note, actor }: ExceptionDecision): Promise<void> {
  const { documentId, inboxId, kind, orderId } = document;
  const fault = refusalOf(document);
  const [order] = await work.lockOrders(orderId === null ? [] : [orderId]);
  await saveVerdicts(
    work.db,
    [{ documentId, state: 'rejected', orderId, code: fault.code, faults: [fault] }],
    work.now,
  );
  work.answerDue('change-response', documentId, order);
  work.record({
    subject: 'document',
    subjectId: String(documentId),
    actor: actor.name,
    from: 'parked',
    to: 'rejected',
    reason: fault.code,
    evidence: { inboxId, kind, ...(orderId === null ? {} : { order: salesOrderNumber(orderId) }), note },
  });
}

/** For the partner too: nothing of what the company's people said to each other. */
function refusalOf(document: StoredDocument): Fault {
  const { changeNumber, poNumber } = requestOf(document).change;
  const name = `${wordOf(document)}${changeNumber === '' ? '' : ` ${changeNumber}`}`;
  const message = `The ${name} of the purchase order ${poNumber} came after the warehouse was asked to ship, and was refused.`;
  return { path: '', code: 'change-refused', message, value: poNumber.slice(0, 80) };
}

function refused(
  work: Work,
  { exceptionId, action, note, actor }: ExceptionDecision,
  rejection: BusinessRejection,
): ExceptionOutcome {
  work.record({
    subject: 'exception',
    subjectId: String(exceptionId),
    actor: actor.name,
    from: null,
    to: null,
    reason: rejection.code,
    evidence: { refused: action, why: rejection.message, note },
  });
  return {
    output: 'refused',
    rejection,
    summary: `Exception ${exceptionId}: ${action} refused. ${rejection.message}`,
  };
}
