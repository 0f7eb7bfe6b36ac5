import { randomUUID } from 'node:crypto';
import { TechnicalFault } from '../../lib/domain/faults';
import type { IntakeLimits } from '../../lib/intake/message-content';
import { type ImportedPiece, type Reading, readMessage, takeOverReadings } from '../../lib/stages/import-message';
import type { ReceivedMessage } from '../../lib/stages/read-reception';
import { type StoredLargeMessage, storeMessage } from '../../lib/stages/store-large-message';
import type { StoreRuntime } from '../store-runtime';

/** Large messages are stored first, then read and stored piece by piece; what was left half-way is taken up again. */
export class LargeMessages {
  /** Who reads, for the store: this node since it was deployed. */
  private readonly reader = randomUUID();
  private closing = false;

  constructor(
    private readonly runtime: StoreRuntime,
    private readonly show: (text: string | undefined) => void,
  ) {}

  /** @throws as `storeMessage` */
  async store(message: ReceivedMessage, limits: IntakeLimits): Promise<StoredLargeMessage> {
    return storeMessage(await this.runtime.context(), message, limits, this.reader);
  }

  /** Reads a stored message to its end. @throws TechnicalFault `closing` when the node closes first */
  async read(reading: Reading, send: (piece: ImportedPiece) => Promise<void>): Promise<void> {
    this.runtime.reading.add(reading.inboxId);
    this.show('reading');
    try {
      await readMessage(await this.runtime.context(), reading, async (piece) => {
        this.show(`${counted(piece.stored)} of ${counted(piece.expected)}`);
        await send(piece);
        this.runtime.decided.poke();
        await this.runtime.room(() => this.closing);
        if (this.closing) throw new TechnicalFault('closing', 'The node closes. The message is read on later.');
      });
      this.runtime.decided.poke();
    } finally {
      this.show(undefined);
      this.runtime.reading.delete(reading.inboxId);
    }
  }

  /** Goes on with messages whose reader has gone. */
  async takeUpLeft(send: (piece: ImportedPiece) => Promise<void>): Promise<void> {
    const { runtime } = this;
    const isBusy = (inboxId: number): boolean => runtime.reading.has(inboxId);
    const left = await takeOverReadings(await runtime.context(), runtime.leftSince, this.reader, isBusy);
    for (const reading of left) await this.read(reading, send);
  }

  close(): void {
    this.closing = true;
  }
}

const counted = (count: number): string => count.toLocaleString('en-US');
