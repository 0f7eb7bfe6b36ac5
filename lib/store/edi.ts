import type { EdiStandard } from '../intake/edi/interchange';
import type { EdiPurpose, OrderEcho } from '../intake/edi/mapped-message';
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

/** What an EDI message says besides its order or change. */
export interface NewEdiDocument {
  readonly documentId: number;
  readonly interchangeId: number;
  readonly partner: string | null;
  readonly messageType: string;
  readonly controlNumber: string;
  readonly version: string;
  readonly purpose: EdiPurpose;
  readonly fingerprint: string | null;
  /** An `OrderEcho` as JSON. */
  readonly echo: string | null;
}

export async function insertEdiDocuments(db: Database, documents: readonly NewEdiDocument[]): Promise<void> {
  const rows = documents.map(
    (document): Row => ({
      document_id: document.documentId,
      interchange_id: document.interchangeId,
      partner: document.partner,
      message_type: document.messageType,
      control_number: document.controlNumber,
      version: document.version,
      purpose: document.purpose,
      fingerprint: document.fingerprint,
      echo: document.echo,
    }),
  );
  await db.insert('edi_document', rows);
}

export interface EdiSource {
  readonly partner: string | null;
  readonly purpose: EdiPurpose;
  readonly messageType: string;
}

/** Where these documents come from, as far as they are EDI messages. */
export async function ediSources(db: Database, documentIds: readonly number[]): Promise<Map<number, EdiSource>> {
  if (documentIds.length === 0) return new Map();
  const rows = await db.all<{ document_id: number; partner: string | null; purpose: EdiPurpose; message_type: string }>(
    `select document_id, partner, purpose, message_type from edi_document where ${db.dialect.inList('document_id', 'bigint')}`,
    [db.dialect.listOf(documentIds)],
  );
  return new Map(
    rows.map((row) => [row.document_id, { partner: row.partner, purpose: row.purpose, messageType: row.message_type }]),
  );
}

/** Orders that came as EDI messages, so that a change that names no customer finds them, and their answers what to say back. */
export async function insertEdiOrders(
  db: Database,
  orders: readonly {
    readonly orderId: number;
    readonly documentId: number;
    readonly partner: string;
    readonly poKey: string;
    readonly releaseNumber: string;
  }[],
): Promise<void> {
  const rows = orders.map(
    (order): Row => ({
      order_id: order.orderId,
      document_id: order.documentId,
      partner: order.partner,
      po_key: order.poKey,
      release_number: order.releaseNumber,
    }),
  );
  await db.insert('edi_order', rows);
}

export interface EdiOrder {
  readonly orderId: number;
  readonly partner: string;
  readonly customer: string;
  readonly poKey: string;
  readonly releaseNumber: string;
}

/** Orders with one of these numbers that came from one of these partners as EDI messages. */
export async function findEdiOrders(
  db: Database,
  partners: readonly string[],
  poKeys: readonly string[],
): Promise<EdiOrder[]> {
  if (poKeys.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<{
    order_id: number;
    partner: string;
    customer: string;
    po_key: string;
    release_number: string;
  }>(
    `select e.order_id, e.partner, t.customer, e.po_key, e.release_number from edi_order e join sales_order_terms t on t.order_id = e.order_id
     where ${dialect.inList('e.partner', 'text')} and ${dialect.inList('e.po_key', 'text')} order by e.order_id`,
    [dialect.listOf([...new Set(partners)]), dialect.listOf([...new Set(poKeys)])],
  );
  return rows.map((row) => ({
    orderId: row.order_id,
    partner: row.partner,
    customer: row.customer,
    poKey: row.po_key,
    releaseNumber: row.release_number,
  }));
}

/** Changes that were applied before, by their fingerprint: the orders that they changed, and whether none came after them. */
export async function appliedBefore(
  db: Database,
  partners: readonly string[],
  fingerprints: readonly string[],
): Promise<{ documentId: number; partner: string; fingerprint: string; orderId: number | null; isLatest: boolean }[]> {
  if (fingerprints.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<{
    document_id: number;
    partner: string;
    fingerprint: string;
    order_id: number | null;
    latest: number;
  }>(
    `select e.document_id, e.partner, e.fingerprint, d.order_id, case when exists (
         select 1 from inbox_document l where l.order_id = d.order_id and l.state = 'accepted' and l.kind in ('change', 'cancel')
           and (l.step_at > d.step_at or (l.step_at = d.step_at and l.document_id > d.document_id))) then 0 else 1 end as latest
     from edi_document e join inbox_document d on d.document_id = e.document_id
     where ${dialect.inList('e.partner', 'text')} and ${dialect.inList('e.fingerprint', 'text')} and d.state = 'accepted' and d.kind in ('change', 'cancel')`,
    [dialect.listOf([...new Set(partners)]), dialect.listOf([...new Set(fingerprints)])],
  );
  return rows.map((row) => ({
    documentId: row.document_id,
    partner: row.partner,
    fingerprint: row.fingerprint,
    orderId: row.order_id,
    isLatest: Number(row.latest) === 1,
  }));
}

/** A change that an order has taken. */
export interface AppliedChange {
  readonly purpose: EdiPurpose;
  /** JSON of the change, or of the order that replaces the one before. */
  readonly canonical: string;
  readonly echo: OrderEcho | null;
}

/** The changes that orders have taken, in the order in which they took them; cancellations are left out. */
export async function appliedChanges(db: Database, orderIds: readonly number[]): Promise<Map<number, AppliedChange[]>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db.all<{ order_id: number; purpose: EdiPurpose; canonical: string; echo: string | null }>(
    `select d.order_id, e.purpose, d.canonical, e.echo from inbox_document d join edi_document e on e.document_id = d.document_id
     where d.kind in ('change', 'cancel') and d.kind = 'change' and d.state = 'accepted' and ${db.dialect.inList('d.order_id', 'bigint')}
     order by d.step_at, d.document_id`,
    [db.dialect.listOf([...new Set(orderIds)])],
  );
  const changes = Map.groupBy(rows, (row) => row.order_id);
  return new Map(
    [...changes].map(([orderId, ofOrder]) => [
      orderId,
      ofOrder.map(({ purpose, canonical, echo }) => ({
        purpose,
        canonical,
        echo: echo === null ? null : (JSON.parse(echo) as OrderEcho),
      })),
    ]),
  );
}

/** Changes that overtook their order and wait for it. */
export async function changesThatWait(
  db: Database,
  partners: readonly string[],
): Promise<{ documentId: number; partner: string; poNumber: string }[]> {
  if (partners.length === 0) return [];
  const rows = await db.all<{ document_id: number; partner: string; po_number: string }>(
    `select d.document_id, e.partner, d.po_number from inbox_document d join edi_document e on e.document_id = d.document_id
     where d.state = 'parked' and d.code = 'unknown-order' and d.kind in ('change', 'cancel') and ${db.dialect.inList('e.partner', 'text')}`,
    [db.dialect.listOf([...new Set(partners)])],
  );
  return rows.map((row) => ({ documentId: row.document_id, partner: row.partner, poNumber: row.po_number }));
}

/** Changes that wait for an order since then, the newest first. */
export async function changesParkedSince(db: Database, since: string, limit: number): Promise<number[]> {
  const rows = await db.all<{ document_id: number }>(
    `select document_id from inbox_document where state = 'parked' and code = 'unknown-order' and kind in ('change', 'cancel') and step_at >= ?
     order by document_id desc limit ?`,
    [since, limit],
  );
  return rows.map((row) => row.document_id);
}

/** Their order is there now: the next sweep takes them up at once. */
export async function reopenChanges(db: Database, documentIds: readonly number[]): Promise<void> {
  if (documentIds.length === 0) return;
  await db.run(
    `update inbox_document set state = 'stored', code = null, faults = null, step_at = '' where state = 'parked' and ${db.dialect.inList('document_id', 'bigint')}`,
    [db.dialect.listOf(documentIds)],
  );
}

/** In which standard these documents came. */
export async function ediStandards(db: Database, documentIds: readonly number[]): Promise<Map<number, EdiStandard>> {
  const rows = await db.all<{ document_id: number; standard: EdiStandard }>(
    `select d.document_id, i.standard from edi_document d join edi_interchange i on i.interchange_id = d.interchange_id where ${db.dialect.inList('d.document_id', 'bigint')}`,
    [db.dialect.listOf(documentIds)],
  );
  return new Map(rows.map((row) => [row.document_id, row.standard]));
}

/** The interchanges that came with these messages. */
export async function interchangesOf(db: Database, inboxIds: readonly number[]): Promise<number[]> {
  if (inboxIds.length === 0) return [];
  const rows = await db.all<{ interchange_id: number }>(
    `select interchange_id from edi_interchange where ${db.dialect.inList('inbox_id', 'bigint')} order by interchange_id`,
    [db.dialect.listOf([...new Set(inboxIds)])],
  );
  return rows.map((row) => row.interchange_id);
}

/** The partners whose interchanges came with a message. */
export async function partnersIn(db: Database, inboxId: number): Promise<string[]> {
  const rows = await db.all<{ partner: string }>(
    'select distinct partner from edi_interchange where inbox_id = ? and partner is not null',
    [inboxId],
  );
  return rows.map(({ partner }) => partner);
}

/** How an EDI message came, and what answers to it have to say back. */
export interface EdiOrigin {
  readonly documentId: number;
  readonly partner: string;
  readonly standard: EdiStandard;
  readonly messageType: string;
  /** Of the message: `004010`, `D:96A:UN:EAN008`. */
  readonly version: string;
  /** Of the interchange: `00401`, `UNOC:3`. */
  readonly syntax: string;
  /** `ZZ:ACME` */
  readonly sender: string;
  readonly receiver: string;
  readonly test: boolean;
  readonly echo: OrderEcho | null;
}

export async function ediOrigins(db: Database, documentIds: readonly number[]): Promise<Map<number, EdiOrigin>> {
  if (documentIds.length === 0) return new Map();
  const rows = await db.all<{
    document_id: number;
    partner: string;
    standard: EdiStandard;
    message_type: string;
    version: string;
    syntax: string;
    sender: string;
    receiver: string;
    test: number;
    echo: string | null;
  }>(
    `select d.document_id, d.partner, i.standard, d.message_type, d.version, i.version as syntax, i.sender, i.receiver, i.test, d.echo
     from edi_document d join edi_interchange i on i.interchange_id = d.interchange_id
     where d.partner is not null and ${db.dialect.inList('d.document_id', 'bigint')}`,
    [db.dialect.listOf([...new Set(documentIds)])],
  );
  return new Map(
    rows.map((row) => [
      row.document_id,
      {
        documentId: row.document_id,
        partner: row.partner,
        standard: row.standard,
        messageType: row.message_type,
        version: row.version,
        syntax: row.syntax,
        sender: row.sender,
        receiver: row.receiver,
        test: row.test === 1,
        echo: row.echo === null ? null : (JSON.parse(row.echo) as OrderEcho),
      },
    ]),
  );
}

/** What a slip delivered, by order and line; quantities in milli-units of the base unit. */
export async function slipContents(
  db: Database,
  slipIds: readonly number[],
): Promise<
  {
    slip_id: number;
    packing_slip: string;
    shipped_at: string;
    final: number;
    order_id: number;
    line: number;
    quantity: number;
    lot: string | null;
    serials: string | null;
  }[]
> {
  if (slipIds.length === 0) return [];
  return db.all(
    `select l.slip_id, s.packing_slip, s.shipped_at, s.final, l.order_id, l.line, l.quantity, l.lot, l.serials
     from packing_slip_line l join packing_slip s on s.slip_id = l.slip_id where ${db.dialect.inList('l.slip_id', 'bigint')} order by l.slip_id, l.slip_line`,
    [db.dialect.listOf([...new Set(slipIds)])],
  );
}

/** Invoices with what they are for; amounts in minor units. */
export async function invoiceContents(
  db: Database,
  invoiceIds: readonly number[],
): Promise<
  {
    invoice_id: number;
    number: string;
    document_type: string;
    order_id: number;
    packing_slip: string | null;
    currency: string;
    net: number;
    tax: number;
    gross: number;
    taxes: string;
    invoice_date: string;
    due_date: string;
    line: number;
    quantity: number;
  }[]
> {
  if (invoiceIds.length === 0) return [];
  return db.all(
    `select i.invoice_id, i.number, i.document_type, i.order_id, s.packing_slip, i.currency, i.net, i.tax, i.gross, i.taxes, i.invoice_date, i.due_date, l.line,
       cast(sum(l.quantity) as bigint) as quantity
     from invoice i join packing_slip s on s.slip_id = i.slip_id join packing_slip_line l on l.slip_id = i.slip_id and l.order_id = i.order_id
     where ${db.dialect.inList('i.invoice_id', 'bigint')}
     group by i.invoice_id, i.number, i.document_type, i.order_id, s.packing_slip, i.currency, i.net, i.tax, i.gross, i.taxes, i.invoice_date, i.due_date, l.line
     order by i.invoice_id, l.line`,
    [db.dialect.listOf([...new Set(invoiceIds)])],
  );
}

/** The name of each product, by SKU. */
export async function productNames(db: Database, skus: readonly string[]): Promise<Map<string, string>> {
  if (skus.length === 0) return new Map();
  const rows = await db.all<{ sku: string; name: string }>(
    `select sku, name from product where ${db.dialect.inList('sku', 'text')}`,
    [db.dialect.listOf([...new Set(skus)])],
  );
  return new Map(rows.map(({ sku, name }) => [sku, name]));
}
