import { TechnicalFault } from '../lib/domain/faults';
import { BackOff } from '../lib/stages/back-off';
import { isStuck, raiseStuck } from '../lib/stages/stuck-work';
import type { StageContext } from '../lib/stages/work';
import { postgres, sqlite } from '../lib/store/dialect';

/** Orders that a step failed with: when each may be tried again, and when a person is told. */
export class Retrying {
  constructor(
    private readonly step: string,
    private readonly context: () => Promise<StageContext>,
    private readonly log: { warn(message: string): void },
    readonly backOff: BackOff = new BackOff(),
  ) {}

  /**
   * Does one order's work and keeps whether it failed.
   * @param isRefused the work was done, but not as wanted: it is tried again later like what failed, and a person has been
   * told elsewhere
   */
  async attempt<T>(orderId: number, work: () => Promise<T>, isRefused: (done: T) => boolean = () => false): Promise<T> {
    try {
      const done = await work();
      if (isRefused(done)) this.backOff.failed(orderId);
      else this.backOff.succeeded(orderId);
      return done;
    } catch (error) {
      if (isOfTheWork(error)) await this.failed(orderId, error);
      throw error;
    }
  }

  private async failed(orderId: number, cause: Error): Promise<void> {
    const attempts = this.backOff.failed(orderId);
    if (!isStuck(attempts)) return;
    try {
      await raiseStuck(await this.context(), { orderId, step: this.step, attempts, cause });
    } catch (error) {
      // The next attempt tells it again.
      this.log.warn(`Nobody could be told that ${this.step} fails: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** A closing or busy stage and a store that is away are no fault of the work. */
export function isOfTheWork(error: unknown): error is Error {
  if (error instanceof TechnicalFault) return error.code === 'unexpected';
  const classes = [postgres.classify(error), sqlite.classify(error)];
  return error instanceof Error && !classes.includes('away') && !classes.includes('conflict');
}
