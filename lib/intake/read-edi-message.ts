import { defaultEdiLimits, type EdiStandard } from './edi/interchange';
import { defaultEdiReading } from './edi/mapped-message';
import { readEdi } from './edi/read-edi';
import {
  type KeepDocument,
  type KeptDocument,
  type MessageContent,
  type ReceivedMessage,
  unreadable,
} from './message-content';

export function readEdiMessage<Kept extends KeptDocument>(
  { bytes, limits, edi }: ReceivedMessage,
  standard: EdiStandard,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  const content = readEdi(bytes, standard, edi ?? defaultEdiReading, {
    edi: {
      ...defaultEdiLimits,
      bytes: limits.bytes,
      // so that a message with a few orders too many can be told from one without end
      envelopes: Math.max(defaultEdiLimits.envelopes, 3 * limits.ordersPerMessage),
    },
    messages: limits.ordersPerMessage,
    linesPerOrder: limits.linesPerOrder,
  });
  if (content.unreadable !== undefined) return unreadable(content.unreadable);
  const { interchanges, warnings } = content;
  if (content.documents.length > limits.ordersPerMessage) {
    const message = `The message has ${content.documents.length} EDI messages, at most ${limits.ordersPerMessage} are taken; send several.`;
    return unreadable([{ path: '', code: 'too-many-orders', message }]);
  }
  const documents = content.documents.map(({ readable, places, ...edi }, index): Kept => {
    const { place, poNumber, fingerprint, review, faults } = edi;
    return keep({
      ordinal: index + 1,
      place,
      ...(poNumber === undefined ? {} : { poNumber }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(readable === undefined ? {} : { readable }),
      ...(places === undefined ? {} : { places }),
      ...(review.length === 0 ? {} : { review }),
      faults,
      edi,
    });
  });
  return { single: false, warnings, documents, interchanges };
}
