import type { Database } from './database';

/** What an EDI partner is to be told of: an order's verdict, a refused document, an answered change, what was cancelled later, a delivery, an invoice, a credit note. */
export interface DueAnswer {
  readonly kind: 'response' | 'rejection' | 'change-response' | 'cancellation' | 'despatch' | 'invoice' | 'credit-note';
  /** The id of the order, document, packing slip, invoice or credit note. */
  readonly subject: number;
}

/**
 * Written by the transaction that made the answer due, so that none is forgotten; a subject is due once. What is due
 * already is written too: while its answer is being written this waits, and makes it due again.
 */
export async function insertDueAnswers(db: Database, due: readonly DueAnswer[], now: string): Promise<void> {
  const distinct = new Map(due.map((answer) => [`${answer.kind} ${answer.subject}`, answer]));
  const rows = [...distinct.values()]
    .sort(byKindAndSubject)
    .map(({ kind, subject }) => ({ kind, subject, due_at: now }));
  await db.insert('edi_due', rows, { onConflict: ['kind', 'subject'] });
}

/** Transactions that make the same answers due wait for one another only when all write them in one order. */
const byKindAndSubject = (one: DueAnswer, other: DueAnswer): number =>
  one.kind < other.kind ? -1 : one.kind > other.kind ? 1 : one.subject - other.subject;

/**
 * Answers that are due and can be given, the oldest first. An order that waits for somebody, or for its checks, is
 * answered when it has its verdict; a change also when its order waits for the warehouse's word; and what was cancelled
 * later is told when all that came before is. Nobody else takes them until the transaction ends.
 */
export async function takeDueAnswers(db: Database, limit: number): Promise<DueAnswer[]> {
  const rows = await db.all<{ kind: DueAnswer['kind']; subject: number }>(
    `select d.kind, d.subject from edi_due d where not exists (
       select 1 from sales_order_state s where d.kind = 'response' and s.order_id = d.subject and s.status in ('Created', 'OnHold'))
     and not exists (
       select 1 from inbox_document m join sales_order_state s on s.order_id = m.order_id
       where d.kind = 'change-response' and m.document_id = d.subject and m.state = 'accepted' and s.status in ('Created', 'OnHold', 'CancelRequested'))
     and not exists (select 1 from edi_due r where d.kind = 'cancellation' and r.kind = 'response' and r.subject = d.subject)
     and not exists (
       select 1 from inbox_document m join edi_due r on r.kind = 'change-response' and r.subject = m.document_id
       where d.kind = 'cancellation' and m.order_id = d.subject and m.kind in ('change', 'cancel') and m.state = 'accepted')
     order by d.due_at, d.kind, d.subject limit ? ${db.dialect.lockFreeRows}`,
    [limit],
  );
  return rows.map(({ kind, subject }) => ({ kind, subject }));
}

export async function removeDueAnswers(db: Database, due: readonly DueAnswer[]): Promise<void> {
  for (const [kind, answers] of Map.groupBy(due, (answer) => answer.kind)) {
    await db.run(`delete from edi_due where kind = ? and ${db.dialect.inList('subject', 'bigint')}`, [
      kind,
      db.dialect.listOf(answers.map(({ subject }) => subject)),
    ]);
  }
}

/** Answers on an order tell what was cancelled of it until then: that is due no longer. */
export async function removeCancellations(db: Database, told: readonly DueAnswer[]): Promise<void> {
  const subjects = (kind: DueAnswer['kind']): unknown =>
    db.dialect.listOf(told.filter((answer) => answer.kind === kind).map(({ subject }) => subject));
  await db.run(
    `delete from edi_due where kind = 'cancellation' and (${db.dialect.inList('subject', 'bigint')} or subject in (
       select order_id from inbox_document where state = 'accepted' and order_id is not null and ${db.dialect.inList('document_id', 'bigint')}))`,
    [subjects('response'), subjects('change-response')],
  );
}
