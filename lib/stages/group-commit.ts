import { TechnicalFault } from '../domain/faults';
import type { FailureClass } from '../store/dialect';

export interface GroupCommitOptions {
  /** Most items in one transaction. */
  readonly batch: number;
  /** Most items that may wait; one more is refused with `queue-full`. */
  readonly queue: number;
  /** Transactions at once. A long queue is shared among them, so that this process and the database work at the same time. */
  readonly lanes: number | (() => number);
  /** Fewer items than these wait for the transaction under way instead of opening another lane beside it. */
  readonly opensLane?: number;
  /** How a failed transaction is to be dealt with. */
  readonly classify: (error: unknown) => FailureClass;
  /** How long items wait for a database that is away, in ms, before they fail with `store-away`; 0: they fail at once. */
  readonly patience: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
}

/** What is not worth a transaction of its own while others could share one. */
const smallestShare = 250;
const firstPause = 100;
const longestPause = 5_000;

/**
 * Items that arrive while a transaction runs wait for the next one and share it: no timer, no added delay when idle,
 * hundreds of items a transaction under load. A batch that fails on its data is split until the culprit stands alone.
 */
export class GroupCommit<Item, Result> {
  private readonly waiting: Waiting<Item, Result>[] = [];
  private running = 0;
  private scheduled = false;
  private closed = false;
  private idle: (() => void)[] = [];

  /** `run` handles a batch in one transaction and returns one result an item, in order. */
  constructor(
    private readonly run: (items: Item[]) => Promise<readonly Result[]>,
    private readonly options: GroupCommitOptions,
  ) {}

  /** Items waiting or under way. */
  get depth(): number {
    return this.waiting.length + this.running;
  }

  /**
   * @throws TechnicalFault `queue-full` or `closing`, `store-away` after the patience ended, or what the item itself caused.
   */
  submit(item: Item): Promise<Result> {
    if (this.closed)
      return Promise.reject(
        new TechnicalFault('closing', 'The stage is closing. The work is safe in the store and is taken up again.'),
      );
    if (this.waiting.length >= this.options.queue) {
      return Promise.reject(
        new TechnicalFault(
          'queue-full',
          `More than ${this.options.queue} messages wait for this step. Send slower, or try again in a moment.`,
        ),
      );
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject, since: Date.now() });
      this.schedule();
    });
  }

  /** Takes nothing more and resolves when everything taken is done. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.depth > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** A batch starts when the present turn of the event loop is over, so that messages sent in one turn travel together. */
  private schedule(): void {
    if (this.scheduled || !this.mayStart) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      void this.next();
    });
  }

  private async next(): Promise<void> {
    if (!this.mayStart) return this.settleIdle();
    const batch = this.waiting.splice(0, this.share());
    this.running += 1;
    if (this.waiting.length > 0) this.schedule();
    await this.work(batch);
    this.running -= 1;
    if (this.waiting.length > 0) this.schedule();
    else this.settleIdle();
  }

  private get lanes(): number {
    const { lanes } = this.options;
    return typeof lanes === 'number' ? lanes : lanes();
  }

  private get mayStart(): boolean {
    if (this.waiting.length === 0 || this.running >= this.lanes) return false;
    return this.running === 0 || this.waiting.length >= (this.options.opensLane ?? this.smallestShare);
  }

  private get smallestShare(): number {
    return Math.min(this.options.batch, smallestShare);
  }

  private share(): number {
    const fair = Math.ceil(this.waiting.length / (this.lanes - this.running));
    return Math.min(this.options.batch, Math.max(this.smallestShare, fair));
  }

  private settleIdle(): void {
    if (this.depth > 0) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  /** Never throws: every item is resolved or rejected. */
  private async work(batch: Waiting<Item, Result>[]): Promise<void> {
    let pause = firstPause;
    for (;;) {
      try {
        const results = await this.run(batch.map(({ item }) => item));
        for (const [i, { resolve }] of batch.entries()) resolve(results[i] as Result);
        return;
      } catch (error) {
        const failure = this.options.classify(error);
        if (failure === 'data' && batch.length > 1) return this.split(batch);
        const patient = failure === 'away' ? this.stillPatient(batch) : [];
        for (const { reject } of batch.filter((waiting) => !patient.includes(waiting)))
          reject(failure === 'away' ? away(error) : error);
        if (patient.length === 0) return;
        batch = patient;
        await new Promise((wake) => setTimeout(wake, pause * (0.5 + Math.random() / 2)));
        pause = Math.min(pause * 2, longestPause);
      }
    }
  }

  private stillPatient(batch: Waiting<Item, Result>[]): Waiting<Item, Result>[] {
    if (this.closed) return [];
    const now = Date.now();
    return batch.filter(({ since }) => now - since < this.options.patience);
  }

  private async split(batch: Waiting<Item, Result>[]): Promise<void> {
    const middle = Math.ceil(batch.length / 2);
    await this.work(batch.slice(0, middle));
    await this.work(batch.slice(middle));
  }
}

function away(cause: unknown): TechnicalFault {
  if (cause instanceof TechnicalFault) return cause;
  return new TechnicalFault(
    'store-away',
    'The database does not answer. Nothing was accepted; try again in a moment.',
    { cause },
  );
}
