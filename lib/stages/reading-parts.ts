import type { BusinessRejection } from '../domain/faults';
import type { IntakeLimits } from '../intake/message-content';
import type { ReadOrder, ReadReception, ReceivedMessage } from './read-reception';

/** A message that the thread is asked to read. */
export interface ReadingRequest {
  readonly message: ReceivedMessage;
  readonly limits: IntakeLimits;
}

/** Some documents of a message: bytes that change hands without being copied. */
export type PackedPart = Uint8Array;

/** First what was read, then its documents in so many parts; or why there is nothing. */
export type ReadingAnswer =
  | {
      readonly read: Omit<ReadReception, 'message'>;
      readonly messageKey: string | null;
      readonly documents: number;
      readonly parts: number;
    }
  | { readonly part: PackedPart }
  | { readonly rejection: Pick<BusinessRejection, 'code' | 'message' | 'faults'> }
  | { readonly failure: string };

/** Documents of one part: few enough that unpacking them never holds up the thread that asked, and takes little memory. */
export const partSize = 100;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes have memory of their own, so that they can be given away. */
export const packed = (documents: readonly ReadOrder[]): Uint8Array<ArrayBuffer> =>
  encoder.encode(JSON.stringify(documents));

export const unpacked = (part: PackedPart): ReadOrder[] => JSON.parse(decoder.decode(part)) as ReadOrder[];
