import { byteMutations } from './byte-mutations';
import type { Random } from './random';

/** Changes an input; `seeds` are there to take pieces of. One that cannot do anything with an input gives it back. */
export type Mutation = (input: Buffer, random: Random, seeds: readonly Buffer[]) => Buffer;

/** Larger inputs are cut: they would only make it slow. */
const mostBytes = 300_000;
const mostMutations = 5;

/** A seed with some mutations: of its bytes, and of what stands in it. Some stay as they are. */
export function mutated(seeds: readonly Buffer[], structured: readonly Mutation[], random: Random): Buffer {
  let input = random.pick(seeds);
  if (random.oneIn(50)) return input;
  for (let left = 1 + random.below(mostMutations); left > 0; left -= 1) {
    const mutations = random.oneIn(3) ? byteMutations : structured;
    input = random.pick(mutations)(input, random, seeds).subarray(0, mostBytes);
  }
  return input;
}
