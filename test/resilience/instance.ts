import { defaultIntakeLimits } from '../../lib/intake/message-content';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { createOrders, type DocumentToTag } from '../../lib/stages/create-orders';
import { GroupCommit } from '../../lib/stages/group-commit';
import type { OrderOutcome } from '../../lib/stages/outcome';
import { type ReadReception, readReception } from '../../lib/stages/read-reception';
import { type Reception, receiveMessages } from '../../lib/stages/receive-messages';
import type { BehindOutcome, TagOutcome } from '../../lib/stages/tag-outcome';
import type { StageContext } from '../../lib/stages/work';
import { openStore, type Store } from '../../lib/store/store';
import type { DatabaseKind } from '../support/databases';
import { inTurn, orderIdOf, received, type SentMessage } from '../support/intake';

type Judged = OrderOutcome<string> | undefined;

/** What a Node-RED with our nodes does with its store: each step a queue with several lanes, an order a message. */
export class Instance {
  readonly context: StageContext;
  private readonly ingest: GroupCommit<ReadReception, Reception>;
  private readonly source: GroupCommit<DocumentToTag, TagOutcome | BehindOutcome>;
  private readonly checks: readonly GroupCommit<number, Judged>[];

  constructor(
    readonly store: Store,
    clock: () => string,
    size: { readonly batch: number; readonly lanes: number } = { batch: 20, lanes: 4 },
  ) {
    this.context = { store, actor: 'test', clock };
    const queue = <Item, Result>(run: (context: StageContext, items: Item[]) => Promise<readonly Result[]>) =>
      new GroupCommit<Item, Result>((items) => run(this.context, items), {
        ...size,
        queue: 20_000,
        patience: 0,
        classify: (error) => store.dialect.classify(error),
      });
    this.ingest = queue<ReadReception, Reception>(receiveMessages);
    this.source = queue<DocumentToTag, TagOutcome | BehindOutcome>(createOrders);
    this.checks = [
      queue<number, Judged>(checkInventory),
      queue<number, Judged>(checkCredit),
      queue<number, Judged>(checkOverdue),
    ];
  }

  receive(body: unknown, sent: SentMessage = {}): Promise<Reception> {
    return this.ingest.submit(readReception(received(this.context, body, sent), defaultIntakeLimits));
  }

  /** Stores a message and creates the order of its only document; undefined when it was here before. */
  async post(body: unknown, sent: SentMessage = {}): Promise<TagOutcome | undefined> {
    const { documents } = await this.receive(body, sent);
    const items = documents.slice(0, 1).map(({ documentId }) => ({ documentId, rules: [] }));
    const [outcome] = await inTurn(items, (waiting) => Promise.all(waiting.map((item) => this.source.submit(item))));
    return outcome;
  }

  async created(body: unknown): Promise<number> {
    return orderIdOf(await this.post(body));
  }

  /** Takes an order through all checks, one after the other. */
  async check(orderId: number): Promise<void> {
    for (const check of this.checks) await check.submit(orderId);
  }

  async order(body: unknown): Promise<number> {
    const orderId = await this.created(body);
    await this.check(orderId);
    return orderId;
  }
}

/** One instance on SQLite, which allows no more, and two on PostgreSQL. */
export async function instancesOn(
  kind: DatabaseKind,
  url: string,
  clock: () => string,
): Promise<readonly [Instance, ...Instance[]]> {
  const first = new Instance(await openStore(url), clock);
  return kind === 'sqlite' ? [first] : [first, new Instance(await openStore(url), clock)];
}

export const closeAll = (instances: readonly Instance[]): Promise<unknown> =>
  Promise.all(instances.map(({ store }) => store.close()));

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
