import { retryDelay } from '../domain/circuit-breaker';
import { Newest } from '../store/newest';

interface Failure {
  readonly attempts: number;
  /** ms */
  readonly until: number;
}

const mostRemembered = 20_000;

/**
 * Work of one step that failed, and when it may be tried again: exponential back-off with jitter, 1 s to 5 min. It is kept in
 * memory only: nothing is written while work goes well, and after a restart everything may be tried at once.
 */
export class BackOff {
  private readonly failures = new Newest<number, Failure>(mostRemembered);

  /** @param random01 in [0, 1); keeps what failed together from coming back together */
  constructor(
    private readonly clock: () => number = Date.now,
    private readonly random01: () => number = Math.random,
  ) {}

  /** Notes a failure. Returns the attempts so far. */
  failed(id: number): number {
    const attempts = (this.failures.get(id)?.attempts ?? 0) + 1;
    this.failures.delete(id);
    this.failures.set(id, { attempts, until: this.clock() + retryDelay(attempts, this.random01()) });
    return attempts;
  }

  succeeded(id: number): void {
    this.failures.delete(id);
  }

  /** What has failed and has not succeeded since. */
  get known(): number[] {
    return [...this.failures.keys()];
  }

  /** Of what has failed, what is not to be tried yet. */
  get waiting(): number[] {
    const now = this.clock();
    return [...this.failures].filter(([, { until }]) => until > now).map(([id]) => id);
  }

  /** Of what has failed, what may be tried again. */
  get due(): number[] {
    const now = this.clock();
    return [...this.failures].filter(([, { until }]) => until <= now).map(([id]) => id);
  }
}
