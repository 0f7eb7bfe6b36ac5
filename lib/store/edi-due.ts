import type { Database } from './database';

/** What an EDI partner is to be told of: an order's verdict, a refused document, an answered change, a delivery, an invoice. */
export interface DueAnswer {
  readonly kind: 'response' | 'rejection' | 'change-response' | 'despatch' | 'invoice';
  /** The id of the order, document, packing slip or invoice. */
  readonly subject: number;
}

/** Written by the transaction that made the answer due, so that none is forgotten; a subject is due once. */
export async function insertDueAnswers(db: Database, due: readonly DueAnswer[], now: string): Promise<void> {
  const distinct = new Map(due.map((answer) => [`${answer.kind} ${answer.subject}`, answer]));
  const rows = [...distinct.values()].map(({ kind, subject }) => ({ kind, subject, due_at: now }));
  await db.insert('edi_due', rows, { onConflict: 'nothing' });
}

/**
 * Answers that are due and can be given, the oldest first. An order that waits for somebody, or for its checks, is
 * answered when it has its verdict. Nobody else takes them until the transaction ends.
 */
export async function takeDueAnswers(db: Database, limit: number): Promise<DueAnswer[]> {
  const rows = await db.all<{ kind: DueAnswer['kind']; subject: number }>(
    `select d.kind, d.subject from edi_due d where not exists (
       select 1 from sales_order_state s where s.status in ('Created', 'OnHold') and s.order_id = case d.kind when 'response' then d.subject
         when 'change-response' then (select m.order_id from inbox_document m where m.document_id = d.subject and m.state = 'accepted') end)
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
