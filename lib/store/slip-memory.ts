import { Newest } from './newest';
import type { UninvoicedLine } from './packing-slips';

/** All lines of a confirmed packing slip, and the stamp that the transaction which confirmed it wrote into their orders. */
export interface StampedSlip {
  readonly stamp: number;
  readonly lines: readonly UninvoicedLine[];
}

const mostRemembered = 5_000;
/** What is long is rare, and would take the memory of many. */
const mostLines = 100;

/**
 * Packing slips that this process has just confirmed: their lines never change, and the invoice that follows need not
 * read them. Orders whose rows still have the stamp show that the slip is in the books; whether it was invoiced already
 * is not known here. Whoever changes a slip's lines must therefore change the stamp of its orders.
 */
export class SlipMemory {
  private readonly remembered = new Newest<number, StampedSlip>(mostRemembered);

  /** Hands all of these slips over, or none when one of them is not known. They are forgotten. */
  take(slipIds: readonly number[]): StampedSlip[] | undefined {
    const slips: StampedSlip[] = [];
    let complete = true;
    for (const slipId of new Set(slipIds)) {
      const slip = this.remembered.get(slipId);
      this.remembered.delete(slipId);
      if (slip === undefined) complete = false;
      else slips.push(slip);
    }
    return complete ? slips : undefined;
  }

  /** To be called after the commit only. */
  keep(slipId: number, slip: StampedSlip): void {
    if (slip.lines.length > mostLines) return;
    this.remembered.set(slipId, slip);
  }
}
