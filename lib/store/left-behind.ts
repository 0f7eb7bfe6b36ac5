import type { Database } from './database';

/** What a sweep looks for: work of a step that has waited long enough to have been lost on its way. */
export interface Scope {
  readonly channel?: string;
  readonly partner?: string;
  readonly indicator?: string;
  readonly warehouse?: string;
}

function scopeConditions(scope: Scope, alias: string): { sql: string; values: string[] } {
  const wanted = Object.entries(scope).filter(([, value]) => value !== undefined && value !== '');
  return {
    sql: wanted.map(([name]) => ` and ${alias}.${name} = ?`).join(''),
    values: wanted.map(([, value]) => value as string),
  };
}

/** Documents that wait for their order since before `before`, and those whose next attempt is due `now`: after a technical fault, or because somebody asked for it. */
export async function documentsLeft(
  db: Database,
  scope: Pick<Scope, 'channel' | 'partner'>,
  { before, now }: { readonly before: string; readonly now: string },
  limit: number,
): Promise<{ documentId: number; inboxId: number; ordinal: number; kind: string; channel: string; partner: string }[]> {
  const { sql, values } = scopeConditions(scope, 'm');
  // Few wait: sorted by what is no column, they are found by what they wait for, not by reading all there are in their order.
  const rows = await db.all<{
    document_id: number;
    inbox_id: number;
    ordinal: number;
    kind: string;
    channel: string;
    partner: string;
  }>(
    `select d.document_id, d.inbox_id, d.ordinal, d.kind, m.channel, m.partner from (
       select document_id, inbox_id, ordinal, kind from inbox_document where state = 'stored' and step_at <= ? and next_attempt_at is null
       union all select document_id, inbox_id, ordinal, kind from inbox_document where state = 'stored' and next_attempt_at <= ?) d
     join inbox_message m on m.inbox_id = d.inbox_id where true${sql} order by d.document_id + 0 limit ?`,
    [before, now, ...values, limit],
  );
  return rows.map((row) => ({
    documentId: row.document_id,
    inboxId: row.inbox_id,
    ordinal: row.ordinal,
    kind: row.kind,
    channel: row.channel,
    partner: row.partner,
  }));
}

/**
 * Orders that a check has not judged since before `before`. `after` are the bits of the checks that must have judged
 * first, where they are required: an order that is still on its way to the step before is left to it. `except` are
 * orders that failed and are not to be tried yet.
 */
export async function ordersLeft(
  db: Database,
  check: { readonly bit: number; readonly after: number },
  scope: Scope,
  before: string,
  limit: number,
  except: readonly number[] = [],
): Promise<number[]> {
  const { sql, values } = scopeConditions(scope, 'o');
  const rows = await db.all<{ order_id: number }>(
    `select o.order_id from sales_order o where o.status in ('Created', 'OnHold') and (o.checks_judged & ?) = 0
       and (o.checks_judged & (o.checks_required & ?)) = (o.checks_required & ?) and o.step_at <= ?${sql}
       ${except.length === 0 ? '' : `and not (${db.dialect.isListed('o.order_id', 'bigint')})`} order by o.order_id limit ?`,
    [
      check.bit,
      check.after,
      check.after,
      before,
      ...values,
      ...(except.length === 0 ? [] : [db.dialect.listOf(except)]),
      limit,
    ],
  );
  return rows.map((row) => row.order_id);
}
