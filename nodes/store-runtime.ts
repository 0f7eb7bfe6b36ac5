import { hostname } from 'node:os';
import { RateLimits } from '../lib/access/rate-limits';
import { decidedInbox } from '../lib/answers/inbox-answer';
import { TechnicalFault } from '../lib/domain/faults';
import type { Settings, SettingsVersion } from '../lib/domain/settings';
import { readSettings } from '../lib/stages/company-settings';
import { GroupCommit } from '../lib/stages/group-commit';
import { endGuardedReader } from '../lib/stages/guarded-reader';
import { type ReleaseOutcome, releaseHeld } from '../lib/stages/release-held';
import type { StageContext } from '../lib/stages/work';
import type { Database } from '../lib/store/database';
import type { DialectName } from '../lib/store/dialect';
import { openStore, type Store } from '../lib/store/store';
import { DecidedMessages } from './decided-messages';
import { Door } from './door';
import { FaultsTold } from './faults-told';
import { Handovers } from './handovers';
import { Housekeeping } from './housekeeping';
import { InProcess } from './in-process';
import { Retrying } from './retrying';

/** A step of the cycle as a queue: what several nodes of the step receive shares its transactions. */
export interface StageQueue<Item, Result> {
  submit(item: Item): Promise<Result>;
  readonly depth: number;
}

export interface RuntimeLog {
  warn(message: string): void;
  error(message: string): void;
}

const mostWaiting = 20_000;
const batchSize = 500;
/**
 * What differs with the database. SQLite has one connection; on a server several transactions of a stage run at once.
 * `ahead`: how much may wait at a stage before a source of many messages pauses. A server works on one batch while the
 * next is made; beside SQLite, which has the same memory, that would take more of it than it saves in time.
 */
const paces = { postgres: { lanes: 2, ahead: 250 }, sqlite: { lanes: 1, ahead: 0 } } as const;
// in ms
const patience = 60_000;
const heartbeat = 1_000;
const settingsAge = 1_000;
const firstRetry = 500;
const longestRetry = 10_000;
const drainLimit = 12_000;

/** What the nodes of one store share: the connection, the queues of the stages, who waits for an answer, and the clock of the sweeps. */
export class StoreRuntime {
  readonly inProcess = new InProcess();
  readonly handovers = new Handovers();
  /** Messages that nodes of this process are reading. */
  readonly reading = new Set<number>();
  readonly decided: DecidedMessages;
  readonly rates = new RateLimits();
  readonly door: Door;
  readonly faults: FaultsTold;
  private readonly housekeeping: Housekeeping;
  private readonly queues = new Map<string, Pick<GroupCommit<never, unknown>, 'depth' | 'close'>>();
  private readonly retryings = new Map<string, Retrying>();
  private readonly users = new Set<object>();
  private readonly beats = new Set<() => void>();
  private readonly releaseListeners = new Set<(released: readonly ReleaseOutcome[]) => void>();
  private opened: Promise<Store> | undefined;
  private store: Store | undefined;
  private closing = false;
  private timer: NodeJS.Timeout | undefined;
  private releasing: Promise<void> | undefined;
  private releaseAgain = false;
  private nobodyLeft: (() => void) | undefined;
  /** ms */
  private recoverAfter = 30_000;
  private aloneSince: number | undefined;
  private lastFault: TechnicalFault | undefined;
  private settingsRead: Promise<SettingsVersion> | undefined;
  private settingsReadAt = 0;

  constructor(
    private readonly url: string,
    private readonly log: RuntimeLog,
  ) {
    this.door = new Door(log);
    this.faults = new FaultsTold(log);
    this.housekeeping = new Housekeeping(this, log);
    this.decided = new DecidedMessages((ids) => this.read((db) => decidedInbox(db, ids)), log);
  }

  /** Opens the store, again and again while it is away. */
  start(): void {
    this.opened = this.openWhenThere();
    this.opened.catch((error: unknown) => {
      if (!this.closing) this.log.error(error instanceof Error ? error.message : String(error));
    });
  }

  get isOpen(): boolean {
    return this.store !== undefined;
  }

  register(user: object): void {
    this.users.add(user);
  }

  /** Called when a node has finished what it was doing; the store closes after the last one. */
  deregister(user: object): void {
    this.users.delete(user);
    this.inProcess.clear(); // what travelled to a node that is gone will not arrive: the sweeps may take it up
    if (this.users.size === 0) this.nobodyLeft?.();
  }

  /** Calls `beat` about once a second while the store is open. Returns how to stop it. */
  onBeat(beat: () => void): () => void {
    this.beats.add(beat);
    return () => this.beats.delete(beat);
  }

  /** @throws TechnicalFault `store-away` or `store-locked` while the store is not open. */
  async context(): Promise<StageContext> {
    return { store: await this.openStore(), actor: `node-red@${hostname()}`, clock: now };
  }

  async read<T>(work: (db: Database) => Promise<T>): Promise<T> {
    return (await this.openStore()).read(work);
  }

  /** As `read`, for what may take long. */
  async readAside<T>(work: (db: Database) => Promise<T>): Promise<T> {
    return (await this.openStore()).readAside(work);
  }

  /** The settings in force, at most a second old. */
  async settings(): Promise<Settings> {
    if (this.settingsRead === undefined || Date.now() - this.settingsReadAt > settingsAge) {
      this.settingsReadAt = Date.now();
      this.settingsRead = this.context().then(readSettings);
      this.settingsRead.catch(() => {
        this.settingsRead = undefined;
      });
    }
    const { settings } = await this.settingsRead;
    this.recoverAfter = settings.recoverAfterSeconds * 1000;
    return settings;
  }

  /** The queue of a stage; the same one for all nodes of this store. */
  queue<Item, Result>(
    stage: string,
    run: (context: StageContext, items: Item[]) => Promise<readonly Result[]>,
    options: { lanes?: number; opensLane?: number; patient?: boolean } = {},
  ): StageQueue<Item, Result> {
    const known = this.queues.get(stage);
    if (known !== undefined) return known as GroupCommit<Item, Result>; // a stage has one kind of items
    const queue = new GroupCommit<Item, Result>(async (items) => run(await this.context(), items), {
      batch: batchSize,
      queue: mostWaiting,
      lanes: options.lanes ?? (() => this.pace.lanes),
      ...(options.opensLane === undefined ? {} : { opensLane: options.opensLane }),
      classify: (error) => (isAway(error) ? 'away' : (this.store?.dialect.classify(error) ?? 'fault')),
      patience: options.patient === false ? 0 : patience,
    });
    this.queues.set(stage, queue);
    return queue;
  }

  private get pace(): (typeof paces)[DialectName] {
    return paces[this.store?.dialect.name ?? 'postgres'];
  }

  /** Resolves when no stage has more waiting than it may, or when it is of no more use. */
  async room(stop: () => boolean): Promise<void> {
    const { ahead } = this.pace;
    do await new Promise((wake) => setTimeout(wake, 0));
    while (!stop() && [...this.queues.values()].some(({ depth }) => depth > ahead));
  }

  /** What failed at a step; the same for all nodes of this store. `step` is the node type. */
  retrying(step: string): Retrying {
    const known = this.retryings.get(step);
    if (known !== undefined) return known;
    const retrying = new Retrying(step, () => this.context(), this.log);
    this.retryings.set(step, retrying);
    return retrying;
  }

  /**
   * Work that has waited since before this time was left behind and may be taken up. Alone on its store, a process that
   * starts need not wait: whatever was there before it has nobody else.
   */
  get leftSince(): string {
    const patient = Date.now() - this.recoverAfter;
    return new Date(this.aloneSince === undefined ? patient : Math.max(patient, this.aloneSince)).toISOString();
  }

  /** Judges held orders of accounts that are due, now. Calls that come while it runs share one more run. */
  async release(): Promise<void> {
    if (this.releasing !== undefined) {
      this.releaseAgain = true;
      return this.releasing;
    }
    this.releasing = this.releaseDue();
    return this.releasing;
  }

  /**
   * Tells `hear` of orders as they are released, whoever asked for it: the sweeps may be quicker than who has freed
   * them. Returns how to stop it.
   */
  onRelease(hear: (released: readonly ReleaseOutcome[]) => void): () => void {
    this.releaseListeners.add(hear);
    return () => this.releaseListeners.delete(hear);
  }

  async close(): Promise<void> {
    this.closing = true;
    clearInterval(this.timer);
    if (this.users.size > 0) await this.lastUser();
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
    this.decided.close();
    endGuardedReader();
    await this.housekeeping.end();
    this.door.end();
    this.faults.end();
    await this.store?.close();
    this.store = undefined;
  }

  private lastUser(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, drainLimit);
      this.nobodyLeft = () => {
        clearTimeout(limit);
        resolve();
      };
    });
  }

  private async openStore(): Promise<Store> {
    if (this.store !== undefined) return this.store;
    if (this.lastFault !== undefined) throw this.lastFault;
    if (this.opened === undefined) throw new Error('The store was not started.');
    return this.opened;
  }

  private async openWhenThere(): Promise<Store> {
    for (let pause = firstRetry; ; pause = Math.min(pause * 2, longestRetry)) {
      if (this.closing) throw new TechnicalFault('closing', 'The store was closed before it could be opened.');
      try {
        return await this.open();
      } catch (error) {
        if (!isAway(error) || this.closing) throw error;
        if (this.lastFault?.message !== error.message) this.log.warn(error.message);
        this.lastFault = error;
        await new Promise((wake) => setTimeout(wake, pause));
      }
    }
  }

  /** A store that opens when nobody wants it any more, or fails at its first question, must not stay open behind us. */
  private async open(): Promise<Store> {
    const store = await openStore(this.url, { exclusive: true });
    try {
      if (this.closing) throw new TechnicalFault('closing', 'The store was closed while it was opened.');
      const { settings } = await readSettings({ store });
      this.begin(store, settings);
      return store;
    } catch (error) {
      await store.close();
      throw store.dialect.classify(error) === 'away'
        ? new TechnicalFault('store-away', `The database does not answer: ${(error as Error).message}`, {
            cause: error,
          })
        : error;
    }
  }

  private begin(store: Store, settings: Settings): void {
    this.lastFault = undefined;
    this.store = store;
    this.recoverAfter = settings.recoverAfterSeconds * 1000;
    if (store.dialect.name === 'sqlite') this.aloneSince = Date.now();
    this.timer = setInterval(() => void this.beat(), heartbeat);
  }

  private async beat(): Promise<void> {
    if (this.closing) return;
    for (const beat of this.beats) beat();
    this.door.tell();
    this.faults.tell();
    await this.housekeeping.keep();
  }

  /** Whoever asks for more after the last look begins anew. */
  private async releaseDue(): Promise<void> {
    try {
      do {
        this.releaseAgain = false;
        const released = await releaseHeld(await this.context());
        for (const hear of this.releaseListeners) hear(released);
        if (released.length > 0) this.decided.poke();
      } while (this.releaseAgain && !this.closing);
    } finally {
      this.releasing = undefined;
    }
  }
}

const now = (): string => new Date().toISOString();

function isAway(error: unknown): error is TechnicalFault {
  return error instanceof Error && 'code' in error && (error.code === 'store-away' || error.code === 'store-locked');
}
