import { parentPort } from 'node:worker_threads';
import { BusinessRejection } from '../domain/faults';
import type { IntakeLimits } from '../intake/read-message';
import { type ReadOrder, type ReadReception, type ReceivedMessage, readAnyReception } from './receive-messages';

/** What the thread is asked for: to read a message, or for the next part of its documents. */
export type ReadingRequest = { readonly message: ReceivedMessage; readonly limits: IntakeLimits } | 'next';

export type ReadingAnswer =
  | { readonly read: Omit<ReadReception, 'message'>; readonly messageKey: string | null; readonly documents: number }
  | { readonly part: readonly ReadOrder[] }
  | { readonly rejection: Pick<BusinessRejection, 'code' | 'message' | 'faults'> }
  | { readonly failure: string };

/** Documents are handed over in parts, so that taking them never holds up the thread that asked. */
const partSize = 500;

let documents: ReadOrder[] = [];

/** The other thread's bytes are its own or shared with it; either way they need no copy. */
const sameBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

async function read({ message, limits }: Exclude<ReadingRequest, 'next'>): Promise<ReadingAnswer> {
  try {
    const {
      content,
      sha256,
      fingerprint,
      message: known,
    } = await readAnyReception({ ...message, bytes: sameBytes(message.bytes) }, limits);
    documents = [...content.documents];
    return {
      read: { content: { ...content, documents: [] }, sha256, fingerprint },
      messageKey: known.messageKey,
      documents: documents.length,
    };
  } catch (error) {
    if (error instanceof BusinessRejection)
      return { rejection: { code: error.code, message: error.message, faults: error.faults } };
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function nextPart(): ReadingAnswer {
  return { part: documents.splice(0, partSize) };
}

parentPort?.on('message', async (request: ReadingRequest) => {
  parentPort?.postMessage(request === 'next' ? nextPart() : await read(request));
});
