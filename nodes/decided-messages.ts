import { RepeatedLines } from './repeated-lines';

const pollEvery = 250;
/** Pokes within this time share one question to the store. */
const gather = 5;
/** When so few wait and the question takes long, it is about a message with very many documents, and asked more seldom. */
const few = 2;

/** Requests that wait for the verdict on their message: all of them ask the store in one statement. */
export class DecidedMessages {
  private readonly waiting = new Map<number, Set<() => void>>();
  private asking = false;
  private poked = false;
  /** How long the last question took, in ms. */
  private took = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly lines: RepeatedLines;

  constructor(
    private readonly findDecided: (inboxIds: number[]) => Promise<ReadonlySet<number>>,
    log: { warn(message: string): void },
  ) {
    this.lines = new RepeatedLines((line) => log.warn(line));
  }

  /** Resolves when the message is decided, after `patience` ms, or when nobody wants to wait any more, whichever is first. */
  wait(inboxId: number, patience: number, unwanted?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.waiting.get(inboxId) ?? new Set();
      const finish = (): void => {
        clearTimeout(limit);
        unwanted?.removeEventListener('abort', finish);
        waiters.delete(finish);
        if (waiters.size === 0) this.waiting.delete(inboxId);
        resolve();
      };
      const limit = setTimeout(finish, patience);
      this.waiting.set(inboxId, waiters.add(finish));
      if (unwanted?.aborted) return finish();
      unwanted?.addEventListener('abort', finish);
      this.poke();
    });
  }

  /** Something was decided in this process: ask soon. What other instances decide is found by asking now and then. */
  poke(): void {
    if (this.waiting.size === 0) return;
    this.poked = true;
    if (!this.asking) void this.ask();
  }

  close(): void {
    clearTimeout(this.timer);
    this.lines.end();
    for (const waiters of [...this.waiting.values()]) for (const finish of [...waiters]) finish();
  }

  private async ask(): Promise<void> {
    this.asking = true;
    clearTimeout(this.timer);
    try {
      while (this.poked && this.waiting.size > 0) {
        await new Promise((wake) => setTimeout(wake, this.rest()));
        this.poked = false;
        const begin = performance.now();
        const decided = await this.findDecided([...this.waiting.keys()]);
        this.took = performance.now() - begin;
        for (const inboxId of decided) for (const finish of [...(this.waiting.get(inboxId) ?? [])]) finish();
      }
    } catch (error) {
      this.lines.say(`Requests wait for the store: ${error instanceof Error ? error.message : String(error)}`);
      this.lines.tell();
    } finally {
      this.asking = false;
      if (this.waiting.size > 0) this.timer = setTimeout(() => this.pokeAgain(), pollEvery);
    }
  }

  private rest(): number {
    return this.waiting.size > few ? gather : Math.max(gather, Math.min(pollEvery, this.took));
  }

  private pokeAgain(): void {
    this.poked = true;
    if (!this.asking) void this.ask();
  }
}
