import type { EdiStandard } from '../intake/edi/interchange';
import type { EdiPurpose, OrderEcho } from '../intake/edi/mapped-message';
import type { Database, Row } from './database';

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

/** In which standard these documents came. */
export async function ediStandards(db: Database, documentIds: readonly number[]): Promise<Map<number, EdiStandard>> {
  const rows = await db.all<{ document_id: number; standard: EdiStandard }>(
    `select d.document_id, i.standard from edi_document d join edi_interchange i on i.interchange_id = d.interchange_id where ${db.dialect.inList('d.document_id', 'bigint')}`,
    [db.dialect.listOf(documentIds)],
  );
  return new Map(rows.map((row) => [row.document_id, row.standard]));
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
