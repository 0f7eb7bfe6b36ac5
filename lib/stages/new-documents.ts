import type { Fault } from '../domain/faults';
import type { Database } from '../store/database';
import type { NewMessage } from '../store/inbox';
import type { DocumentKind, NewDocument } from '../store/inbox-documents';
import type { AdmittedInterchange } from './admit-interchanges';
import type { ReadOrder, ReadReception } from './read-reception';
import { admittedOf } from './receive-edi';

/** A document that waits for its order. */
export interface DocumentHint {
  readonly inboxId: number;
  readonly documentId: number;
  readonly ordinal: number;
  readonly kind: DocumentKind;
}

export interface RejectedDocument extends DocumentHint {
  readonly faults: readonly Fault[];
}

const hintOf = ({ inboxId, documentId, ordinal, kind }: NewDocument): DocumentHint => ({
  inboxId,
  documentId,
  ordinal,
  kind,
});

/** What became of new documents: those that wait for their orders, and those that are faulty. */
export const waitingAndRejected = (documents: readonly NewDocument[]) => ({
  documents: documents.filter(({ state }) => state === 'stored').map(hintOf),
  rejected: documents
    .filter(({ state }) => state === 'rejected')
    .map((document): RejectedDocument => ({ ...hintOf(document), faults: document.faults })),
});

/** The documents of new messages, each message's for itself. */
export async function takeDocuments(
  db: Database,
  fresh: readonly ReadReception[],
  messages: readonly NewMessage[],
  interchanges: readonly AdmittedInterchange[],
): Promise<NewDocument[][]> {
  const admitted = admittedOf(fresh, interchanges);
  const counts = fresh.map(({ content }) => (content.unreadable === undefined ? content.documents.length : 1));
  const ids = await db.take(
    'inbox_document',
    counts.reduce((sum, count) => sum + count, 0),
  );
  let next = 0;
  return fresh.map(({ content }, i) => {
    const { inboxId } = messages[i] as NewMessage;
    if (content.unreadable !== undefined)
      return [unreadableDocument(content.unreadable, inboxId, ids[next++] as number)];
    return content.documents.map((document) =>
      documentOf(document, inboxId, ids[next++] as number, admitted[i]?.[document.edi?.interchange ?? -1]),
    );
  });
}

/** A document as it is stored first: it waits for its order, unless it is faulty. */
export function documentOf(
  document: ReadOrder,
  inboxId: number,
  documentId: number,
  interchange?: AdmittedInterchange,
): NewDocument {
  const faults = [...(interchange?.faults ?? []), ...document.faults];
  const canonical = faults.length === 0 ? document.canonical : null;
  const kind = document.edi?.kind ?? 'order';
  const isTest = interchange?.test === true && canonical !== null && kind !== 'acknowledgement';
  // a change that is a test was read and is acknowledged; there is no order of a test that it could change
  const state = canonical === null ? 'rejected' : isTest && kind !== 'order' ? 'accepted' : 'stored';
  return {
    documentId,
    inboxId,
    ordinal: document.ordinal,
    kind: isTest ? 'test' : kind,
    place: document.place,
    poNumber: document.poNumber ?? null,
    canonical,
    fingerprint: document.fingerprint ?? null,
    places: canonical === null ? null : (document.places ?? null),
    review: document.review ?? [],
    state,
    code: faults[0]?.code ?? null,
    faults,
  };
}

/** What stands for all documents of a message that cannot be read. */
export function unreadableDocument(faults: readonly Fault[], inboxId: number, documentId: number): NewDocument {
  return {
    documentId,
    inboxId,
    ordinal: 0,
    kind: 'unreadable',
    place: '',
    poNumber: null,
    canonical: null,
    fingerprint: null,
    places: null,
    review: [],
    state: 'rejected',
    code: 'unreadable',
    faults,
  };
}
