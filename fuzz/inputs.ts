import { mutated } from './mutation';
import { Random } from './random';
import type { Target } from './targets';

/** The inputs of a reader by their numbers: the same number of the same seed is the same input, always. */
export class Inputs {
  private constructor(
    private readonly target: Target,
    private readonly seeds: readonly Buffer[],
    private readonly seed: number,
  ) {}

  static async of(target: Target, seed: number): Promise<Inputs> {
    return new Inputs(target, await target.seeds(), seed);
  }

  /** The bytes, and what the reader's settings are drawn from. */
  input(number: number): { readonly bytes: Buffer; readonly random: Random } {
    const random = new Random(this.seed, this.target.name, number);
    const bytes = mutated(this.seeds, this.target.mutations, random);
    // a copy: what a reader writes into its input must not reach the seeds
    return { bytes: Buffer.from(bytes), random };
  }
}
