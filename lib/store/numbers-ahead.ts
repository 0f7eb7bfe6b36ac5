import type { SequenceName } from './database';

/**
 * Numbers of a sequence that people count with are taken one by one, and those of answers, which go out in the order of
 * their numbers. Of the others some are taken ahead: of several processes they do not tell which was first.
 */
const takenAhead = 64;
const oneByOne: ReadonlySet<SequenceName> = new Set(['sales_order', 'payment', 'exception', 'edi_answer']);

/** So many more numbers than are needed to take of a sequence. */
export const moreOf = (sequence: SequenceName): number => (oneByOne.has(sequence) ? 0 : takenAhead);

/** Numbers taken and not used yet, ascending. What is left when the process ends is never used. */
export class NumbersAhead {
  private readonly ahead = new Map<SequenceName, number[]>();

  /** The next `count` numbers, or undefined when there are not as many. */
  take(sequence: SequenceName, count: number): number[] | undefined {
    const ahead = this.ahead.get(sequence) ?? [];
    return ahead.length < count ? undefined : ahead.splice(0, count);
  }

  /** These are next; what was left of those before is given up. */
  keep(sequence: SequenceName, numbers: number[]): void {
    this.ahead.set(sequence, numbers);
  }

  /** Takes over what another one keeps. */
  keepAll(other: NumbersAhead): void {
    for (const [sequence, numbers] of other.ahead) this.ahead.set(sequence, numbers);
    other.ahead.clear();
  }
}
