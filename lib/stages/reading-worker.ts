import { parentPort } from 'node:worker_threads';
import { BusinessRejection } from '../domain/faults';
import { type ReadOrder, readAnyReception } from './read-reception';
import { packed, partSize, type ReadingAnswer, type ReadingRequest } from './reading-parts';

/** The other thread's bytes are its own or shared with it; either way they need no copy. */
const sameBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

async function read({ message, limits }: ReadingRequest): Promise<void> {
  try {
    const reception = await readAnyReception({ ...message, bytes: sameBytes(message.bytes) }, limits);
    const { content, sha256, fingerprint } = reception;
    const { documents } = content;
    answer({
      read: { content: { ...content, documents: [] }, sha256, fingerprint },
      messageKey: reception.message.messageKey,
      documents: documents.length,
      parts: Math.ceil(documents.length / partSize),
    });
    handOver(documents);
  } catch (error) {
    if (error instanceof BusinessRejection)
      answer({ rejection: { code: error.code, message: error.message, faults: error.faults } });
    else answer({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function handOver(documents: readonly ReadOrder[]): void {
  for (let start = 0; start < documents.length; start += partSize) {
    const part = packed(documents.slice(start, start + partSize));
    parentPort?.postMessage({ part } satisfies ReadingAnswer, [part.buffer]);
  }
}

const answer = (words: ReadingAnswer): void => parentPort?.postMessage(words);

parentPort?.on('message', (request: ReadingRequest) => void read(request));
