import { later } from './dates';

/**
 * When to try a warehouse again: the circuit of the whole warehouse, and the back-off of one release.
 *
 * A warehouse that leaves five requests in a row without a clear outcome gets a rest of 5 s, doubling to at most 60 s.
 * When the rest ends one release probes it. Any clear outcome, also a refusal, shows that it is there again.
 */

/** Kept by the caller in a table, so that one state holds for every instance. `openUntil`: ISO time, null while closed. */
export interface Circuit {
  /** Unknown outcomes in a row. */
  readonly failures: number;
  readonly openUntil: string | null;
}

export type OutcomeKind = 'acknowledged' | 'refused' | 'unknown';

export const closedCircuit: Circuit = { failures: 0, openUntil: null };

const failuresToOpen = 5;
const firstRest = 5_000;
const longestRest = 60_000;

/** How many releases may be claimed now: all, one as a probe (the rest has ended), or none. */
export function mayTry(circuit: Circuit, now: string): number {
  if (circuit.openUntil === null) return Number.POSITIVE_INFINITY;
  return isResting(circuit, now) ? 0 : 1;
}

/**
 * To be stored with the claim. A probe starts the next, longer rest at once: no other instance probes meanwhile, and a
 * probe whose process dies has counted as failed.
 */
export function afterClaim(circuit: Circuit, now: string): Circuit {
  return mayTry(circuit, now) === 1 ? failed(circuit, now) : circuit;
}

/** Folds the outcomes of one call, in the order of their requests. */
export function afterOutcome(circuit: Circuit, outcomeKinds: readonly OutcomeKind[], now: string): Circuit {
  return outcomeKinds.reduce<Circuit>((state, kind) => {
    if (kind !== 'unknown') return closedCircuit;
    // what was under way when the circuit opened, or is the probe itself, has been counted
    return isResting(state, now) ? state : failed(state, now);
  }, circuit);
}

function isResting(circuit: Circuit, now: string): boolean {
  return circuit.openUntil !== null && Date.parse(now) < Date.parse(circuit.openUntil);
}

function failed(circuit: Circuit, now: string): Circuit {
  const failures = circuit.failures + 1;
  if (failures < failuresToOpen) return { failures, openUntil: null };
  const rest = Math.min(longestRest, firstRest * 2 ** (failures - failuresToOpen));
  return { failures, openUntil: later(now, rest) };
}

/** A release is parked after so many attempts without a clear outcome: about 20 minutes. */
export const maxAttempts = 10;

const shortestDelay = 1_000;
const longestDelay = 300_000;

/**
 * Milliseconds from the `attempt`-th try (1, 2, …) to the next: the upper half of a range that doubles, 1 s to 5 min.
 * `random01` is in [0, 1); it keeps releases that failed together from coming back together.
 */
export function retryDelay(attempt: number, random01: number): number {
  const ceiling = Math.min(longestDelay, 2 * shortestDelay * 2 ** (Math.max(1, attempt) - 1));
  return Math.floor(ceiling / 2 + (ceiling / 2) * random01);
}
