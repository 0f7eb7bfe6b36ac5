import type { EdiStandard } from '../intake/edi/interchange';
import type { Database, Row } from './database';

/** What became of an interchange: `repeated` and `conflict` came under the control number of another one. */
export type InterchangeOutcome = 'accepted' | 'repeated' | 'conflict' | 'refused';

export interface StoredInterchange {
  readonly interchangeId: number;
  readonly inboxId: number;
  /** From 0, in its message. */
  readonly ordinal: number;
  /** null: its sender is nobody's. */
  readonly partner: string | null;
  readonly standard: EdiStandard;
  readonly sender: string;
  readonly receiver: string;
  readonly controlNumber: string;
  readonly version: string;
  readonly preparedAt: string;
  readonly test: boolean;
  readonly sha256: string;
  readonly outcome: InterchangeOutcome;
  /** Standard, sender, receiver and control number of the one that holds them; null for all others. */
  readonly identity: string | null;
}

/** Partners by the ids under which they send: `ZZ:ACME`. */
export async function partnersBySender(db: Database): Promise<Map<string, string>> {
  const rows = await db.all<{ partner: string; edi_ids: string }>(
    "select partner, edi_ids from partner where edi_ids <> '[]' order by partner",
  );
  return new Map(rows.flatMap((row) => (JSON.parse(row.edi_ids) as string[]).map((id) => [id, row.partner] as const)));
}

/** The interchanges that hold these identities, with when they came. */
export async function findInterchanges(
  db: Database,
  identities: readonly string[],
): Promise<{ identity: string; interchangeId: number; inboxId: number; sha256: string; receivedAt: string }[]> {
  if (identities.length === 0) return [];
  const rows = await db.all<{
    identity: string;
    interchange_id: number;
    inbox_id: number;
    sha256: string;
    received_at: string;
  }>(
    `select identity, interchange_id, inbox_id, sha256, received_at from edi_interchange where ${db.dialect.inList('identity', 'text')}`,
    [db.dialect.listOf([...new Set(identities)])],
  );
  return rows.map((row) => ({
    identity: row.identity,
    interchangeId: row.interchange_id,
    inboxId: row.inbox_id,
    sha256: row.sha256,
    receivedAt: row.received_at,
  }));
}

/** Control numbers wrap: after the window an old interchange gives its identity up. */
export async function releaseIdentities(db: Database, interchangeIds: readonly number[]): Promise<void> {
  if (interchangeIds.length === 0) return;
  await db.run(`update edi_interchange set identity = null where ${db.dialect.inList('interchange_id', 'bigint')}`, [
    db.dialect.listOf(interchangeIds),
  ]);
}

/** Returns false when another transaction took one of the identities first: the caller starts again and finds it. */
export async function insertInterchanges(
  db: Database,
  interchanges: readonly StoredInterchange[],
  now: string,
): Promise<boolean> {
  const rows = interchanges.map(
    (interchange): Row => ({
      interchange_id: interchange.interchangeId,
      inbox_id: interchange.inboxId,
      ordinal: interchange.ordinal,
      partner: interchange.partner,
      standard: interchange.standard,
      sender: interchange.sender,
      receiver: interchange.receiver,
      control_number: interchange.controlNumber,
      version: interchange.version,
      prepared_at: interchange.preparedAt,
      test: interchange.test ? 1 : 0,
      sha256: interchange.sha256,
      outcome: interchange.outcome,
      identity: interchange.identity,
      received_at: now,
    }),
  );
  return (await db.insert('edi_interchange', rows, { onConflict: 'nothing' })) === rows.length;
}

/** The partners whose interchanges came with a message. */
export async function partnersIn(db: Database, inboxId: number): Promise<string[]> {
  const rows = await db.all<{ partner: string }>(
    'select distinct partner from edi_interchange where inbox_id = ? and partner is not null',
    [inboxId],
  );
  return rows.map(({ partner }) => partner);
}
