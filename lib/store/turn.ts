/**
 * Runs `work` after this turn's promises are through, those of the next tick's too: a commit, which waits a tick to see
 * whether anything failed before it was sent, goes out along with what it commits.
 */
export function afterThisTurn(work: () => void): void {
  process.nextTick(() => queueMicrotask(() => process.nextTick(work)));
}
