import { hash } from 'node:crypto';
import type { Channel } from '../domain/master';
import type { EdiDocument } from '../intake/edi/edi-documents';
import type { EdiReading } from '../intake/edi/mapped-message';
import type { BatchPolicy, IntakeLimits, MessageContent, ReadDocument } from '../intake/message-content';
import { readAnyMessageKeeping, readMessageKeeping } from '../intake/read-message';
import type { SheetLayout } from '../intake/sheets/layout';
import type { Correction } from '../store/inbox';

/** A message as it came in: from HTTP, a file or another node of a flow. */
export interface ReceivedMessage {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly channel: Channel;
  readonly partner: string;
  readonly sourceSystem: string | null;
  /** The idempotency key of an API call, the control numbers of EDI; a file is known by its bytes. */
  readonly messageKey: string | null;
  /** What a person calls it: the file's name, the idempotency key, control numbers. */
  readonly document: string;
  readonly receivedAt: string;
  readonly keyId: string | null;
  readonly batchPolicy: BatchPolicy;
  readonly csv: SheetLayout;
  /** How EDI messages are read; as by default when nothing is said. */
  readonly edi?: EdiReading;
  /** In the name of which partners the sender may speak, for EDI says by itself who sends it; null: all. */
  readonly speaksFor?: readonly string[] | null;
  /** There when a person sends a corrected copy of another message. */
  readonly corrects?: Correction;
}

/** One order document as it is stored: its canonical form as text, null when it is faulty. What could be read of it is not kept. */
export type ReadOrder = Omit<ReadDocument, 'order' | 'places' | 'edi'> & {
  readonly canonical: string | null;
  /** `FieldPlaces` as JSON. */
  readonly places?: string;
  readonly edi?: Omit<EdiDocument, 'content'>;
};

/** A message as read, before it is stored. Plain values: it may have been read by another thread. */
export interface ReadReception {
  readonly message: ReceivedMessage;
  readonly content: Omit<MessageContent, 'documents'> & { readonly documents: readonly ReadOrder[] };
  readonly sha256: string;
  readonly fingerprint: string;
}

/**
 * Reads a message before it is stored; not for content that `isStreamed`.
 * @throws BusinessRejection for what is refused at the door and not kept: content types and sizes that are not taken.
 */
export function readReception(message: ReceivedMessage, limits: IntakeLimits): ReadReception {
  return readReceptionOf(message, readMessageKeeping({ ...message, limits }, readOrder));
}

/** As `readReception`, for messages of every type. */
export async function readAnyReception(message: ReceivedMessage, limits: IntakeLimits): Promise<ReadReception> {
  return readReceptionOf(message, await readAnyMessageKeeping({ ...message, limits }, readOrder));
}

function readReceptionOf(message: ReceivedMessage, content: MessageContent<ReadOrder>): ReadReception {
  const { documents, unreadable } = content;
  const digest = sha256Of(message.bytes);
  const whole = unreadable === undefined && documents.every((document) => document.fingerprint !== undefined);
  const fingerprint = whole ? sha256Of(documents.map((document) => document.fingerprint).join()) : digest;
  return {
    message: { ...message, messageKey: keyOf(message, content, digest) },
    content,
    sha256: digest,
    fingerprint,
  };
}

/** A file is known by its bytes, and so is an EDI message that nobody gave a key. */
function keyOf({ channel, messageKey }: ReceivedMessage, content: Omit<MessageContent, 'documents'>, digest: string) {
  if (channel === 'file') return digest;
  return messageKey ?? (content.interchanges === undefined ? null : digest);
}

function readOrder({ order, places, edi, ...read }: ReadDocument): ReadOrder {
  const document = places === undefined ? read : { ...read, places: JSON.stringify(places) };
  const isFaulty = document.faults.length > 0;
  if (edi === undefined) return { ...document, canonical: isFaulty || !order ? null : JSON.stringify(order) };
  const { content = null, ...rest } = edi;
  return { ...document, canonical: isFaulty ? null : content, edi: rest };
}

/** SHA-256 (hex): by that of its bytes a file is known. */
export const sha256Of = (data: string | Buffer): string => hash('sha256', data);
