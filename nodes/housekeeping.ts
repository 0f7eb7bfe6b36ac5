import { retryDelay } from '../lib/domain/circuit-breaker';
import { today } from '../lib/domain/dates';
import { dropRawMessages } from '../lib/stages/drop-raw-messages';
import { askAllAgain, expireReservations } from '../lib/stages/release-held';
import { settleStuck } from '../lib/stages/stuck-work';
import type { RuntimeLog, StoreRuntime } from './store-runtime';

/** in ms */
const expireEvery = 60_000;
/** in ms */
const longestPause = 60_000;

/**
 * What a store needs from time to time, whatever its nodes do: held orders are asked about again on a new day,
 * reservations expire, stuck work is settled, old bytes are dropped, and who may go on is released.
 */
export class Housekeeping {
  private running: Promise<void> | undefined;
  private day = '';
  private expired = 0;
  /** The last message that retention has looked at today; null when it is through. */
  private retained: number | null = 0;
  private failures = 0;
  private notBefore = 0;

  constructor(
    private readonly runtime: Pick<StoreRuntime, 'context' | 'settings' | 'release'>,
    private readonly log: RuntimeLog,
  ) {}

  /** Does what is due, unless it is still at it. What fails is told, and tried again after a pause. */
  async keep(): Promise<void> {
    if (this.running !== undefined || Date.now() < this.notBefore) return;
    try {
      this.running = this.doWhatIsDue();
      await this.running;
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      this.notBefore = Date.now() + Math.min(longestPause, retryDelay(this.failures, Math.random()));
      this.log.warn(
        `Housekeeping failed and is tried again: ${error instanceof Error ? error.message : String(error)}`,
      );
    } finally {
      this.running = undefined;
    }
  }

  /** Resolves when what was begun has come to its end, well or not. */
  async end(): Promise<void> {
    await this.running?.catch(() => undefined); // it has told what went wrong
  }

  private async doWhatIsDue(): Promise<void> {
    const { runtime } = this;
    const context = await runtime.context();
    const settings = await runtime.settings();
    const day = `${today(context.clock(), settings.timeZone)} ${settings.timeZone} ${JSON.stringify(settings.overdue)}`;
    if (day !== this.day) {
      await askAllAgain(context);
      this.day = day;
      this.retained = 0;
    }
    if (Date.now() - this.expired > expireEvery) {
      await expireReservations(context);
      await settleStuck(context);
      this.expired = Date.now();
    }
    if (this.retained !== null) this.retained = (await dropRawMessages(context, this.retained)).next;
    await runtime.release();
  }
}
