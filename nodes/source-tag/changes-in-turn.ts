import { postponeAfterFault } from '../../lib/stages/retry-documents';
import type { BehindOutcome, TagOutcome } from '../../lib/stages/tag-outcome';
import type { StageContext } from '../../lib/stages/work';
import { changesDue, waitBehind } from '../../lib/store/edi-changes';
import { allOf } from '../all-of';
import { isOfTheWork } from '../retrying';

type Decide = (documentId: number) => Promise<TagOutcome | BehindOutcome>;

/** Who is told of earlier changes that were worked because a later one came. */
export interface EarlierChanges {
  decided(outcome: TagOutcome): void;
  failed(error: Error): void;
}

/**
 * Works documents, and before a change those of the same order that came earlier: each as if its own message had brought
 * it, so that what one fails with is counted for itself. While one of them waits still, the later change waits too.
 */
export class ChangesInTurn {
  /** Attempts of this process, until their failure is counted. */
  private readonly underWay = new Map<number, Promise<unknown>>();

  constructor(
    private readonly context: () => Promise<StageContext>,
    private readonly decide: Decide,
  ) {}

  /** @returns undefined for a change that still waits for others: it is taken up again, and no attempt is counted */
  async work(documentId: number, earlierChanges: EarlierChanges): Promise<TagOutcome | undefined> {
    const first = await this.attempt(documentId);
    if (first.output !== 'behind') return first;
    await this.workEarlier(first.earlier, earlierChanges);
    const second = await this.attempt(documentId);
    if (second.output !== 'behind') return second;
    const { store, clock } = await this.context();
    await store.transaction((db) => waitBehind(db, documentId, second.earlier, clock()));
    return undefined;
  }

  private attempt(documentId: number): Promise<TagOutcome | BehindOutcome> {
    const attempt = this.decideOrCount(documentId);
    this.underWay.set(documentId, attempt);
    const end = (): void => {
      if (this.underWay.get(documentId) === attempt) this.underWay.delete(documentId);
    };
    attempt.then(end, end);
    return attempt;
  }

  private async decideOrCount(documentId: number): Promise<TagOutcome | BehindOutcome> {
    try {
      return await this.decide(documentId);
    } catch (error) {
      if (isOfTheWork(error)) await postponeAfterFault(await this.context(), documentId, error);
      throw error;
    }
  }

  /** What is under way is waited for, and told by who works it; what failed before is not tried before its time. */
  private async workEarlier(documentIds: readonly number[], { decided, failed }: EarlierChanges): Promise<void> {
    await Promise.allSettled(documentIds.map((documentId) => this.underWay.get(documentId)));
    const { store, clock } = await this.context();
    const due = await store.read((db) => changesDue(db, documentIds, clock()));
    await allOf(
      due.map(async (documentId) => {
        try {
          const outcome = await this.attempt(documentId);
          if (outcome.output !== 'behind') decided(outcome);
        } catch (error) {
          if (!isOfTheWork(error)) throw error;
          failed(error);
        }
      }),
    );
  }
}
