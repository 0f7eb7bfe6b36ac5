import type { BusinessRejection } from '../lib/domain/faults';

/** What became of a message that one node handed to another: it is safe in the inbox, it was refused at the door, or taking it failed. */
export type Handover =
  | {
      readonly inboxId: number;
      /** The same message was here before. */
      readonly replayed: boolean;
      /** Documents that failed then and were taken up again by this repeat. */
      readonly reopened: readonly number[];
    }
  | { readonly refused: BusinessRejection }
  | { readonly failed: Error };

/**
 * Messages that a source of this process handed over and waits to hear of. A hint only: what is lost here (a deploy, a
 * flow without the other node) is handed over again, and the inbox recognises it.
 */
export class Handovers {
  private readonly waiting = new Map<string, (outcome: Handover) => void>();

  /** Calls `settled` once, when the message under this id is taken or refused. */
  expect(id: string, settled: (outcome: Handover) => void): void {
    this.waiting.set(id, settled);
  }

  settle(id: string, outcome: Handover): void {
    const settled = this.waiting.get(id);
    this.waiting.delete(id);
    settled?.(outcome);
  }

  forget(id: string): void {
    this.waiting.delete(id);
  }
}
