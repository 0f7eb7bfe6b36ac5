import type { Fault } from '../domain/faults';
import type { BatchPolicy, KeepDocument, KeptDocument, MessageContent } from './message-content';

/** Under `reject-file` the first faulty document takes all the others with it. */
export function withPolicy<Kept extends KeptDocument>(
  content: MessageContent<Kept>,
  batchPolicy: BatchPolicy,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  const faulty = content.documents.find(({ faults }) => faults.length > 0);
  if (batchPolicy === 'reject-order' || !faulty) return content;
  const at = faulty.place === '' ? '' : ` (${faulty.place})`;
  const message = `Rejected with its file: document ${faulty.ordinal}${at} is faulty, and files are taken whole or not at all. Correct it and send the file again.`;
  const documents = content.documents.map((document): Kept => {
    if (document.faults.length > 0) return document;
    const { ordinal, place, poNumber } = document;
    const faults: Fault[] = [{ path: '', code: 'file-rejected', message }];
    return keep(poNumber === undefined ? { ordinal, place, faults } : { ordinal, place, poNumber, faults });
  });
  return { ...content, documents };
}
