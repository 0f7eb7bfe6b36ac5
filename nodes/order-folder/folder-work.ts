import { randomUUID } from 'node:crypto';
import { type ResultFormat, refusedRows, resultFile, resultRows } from '../../lib/answers/result-file';
import { BusinessRejection } from '../../lib/domain/faults';
import { directPartner } from '../../lib/domain/speakers';
import { type Claim, Claims } from '../../lib/folder/claims';
import { isMissing } from '../../lib/folder/file-faults';
import { type DroppedName, shownName } from '../../lib/folder/names';
import { type PutAway, putAway } from '../../lib/folder/put-away';
import { readClaimed, StillChanging } from '../../lib/folder/read-claimed';
import { FolderScanner } from '../../lib/folder/scan';
import type { Database } from '../../lib/store/database';
import { countsOfRepeat, type DocumentCounts, noDocuments, type Repeat } from '../../lib/store/document-queries';
import { findDroppedFiles, type ImportJob, importProgress, insertDroppedFile } from '../../lib/store/import-jobs';
import type { Handover } from '../handovers';
import type { StoreRuntime } from '../store-runtime';

export interface FolderOptions {
  readonly directory: string;
  /** ms between two looks */
  readonly every: number;
  /** ms without a change before a file counts as finished */
  readonly settle: number;
  /** files that may be claimed and not decided */
  readonly atOnce: number;
}

/** A file on its way to `order-ingest`. */
export interface OfferedFile {
  readonly id: string;
  readonly partner: string;
  readonly name: string;
  readonly bytes: Buffer;
}

/** What became of a file. */
export interface FinishedFile {
  readonly file: string;
  readonly partner: string;
  readonly failed: boolean;
  readonly inboxId: number | null;
  readonly counts: DocumentCounts;
  readonly movedTo: string;
  readonly resultFile: string;
  readonly summary: string;
}

export interface FolderListener {
  offer(file: OfferedFile): void;
  finished(file: FinishedFile): void;
  warn(words: string): void;
  progress(text: string | undefined): void;
}

interface FileAtWork {
  readonly claim: Claim;
  readonly id: string;
  stage: 'claimed' | 'offered' | 'stored';
  /** ms: not before */
  next: number;
  failures: number;
  outcome?: Handover;
  /** Settled with the outcome. */
  answered?: Promise<void>;
  inboxId?: number;
  /** There when the inbox knew the file. */
  repeat?: Repeat;
}

const beatEvery = 10_000;
const takeOverEvery = 30_000;
/** How long nobody need take an offered file before it is offered again. */
const offerPatience = 60_000;
/** How long a step waits for the answer to an offer before it does something else, in ms. */
const answerWithin = 250;
const longestStep = 1_000;
const firstPause = 2_000;
const longestPause = 300_000;

/**
 * Takes files from a drop folder one by one to the inbox, and puts them away when their orders are decided. The inbox
 * knows a file by its content: whatever is interrupted here is begun again without a second order.
 */
export class FolderWork {
  private readonly claims: Claims;
  private readonly scanner: FolderScanner;
  private readonly files: FileAtWork[] = [];
  private readonly told = new Set<string>();
  /** Files that may be claimed. */
  private settled: DroppedName[] = [];
  private isOpen = false;
  private looked = Number.NEGATIVE_INFINITY;
  private shown = Number.NEGATIVE_INFINITY;
  private tookOver = Number.NEGATIVE_INFINITY;
  private hinted = true;
  private closing = false;

  constructor(
    private readonly runtime: StoreRuntime,
    private readonly options: FolderOptions,
    private readonly listener: FolderListener,
  ) {
    this.claims = new Claims(options.directory, (words) => this.warnOnce(words));
    this.scanner = new FolderScanner(options.directory, options.settle, (words) => this.warnOnce(words));
  }

  /** Something may have changed: look at the next step, whatever the interval says. */
  hint(): void {
    this.hinted = true;
  }

  async close(): Promise<void> {
    this.closing = true;
    for (const { id } of this.files) this.runtime.handovers.forget(id);
    await this.claims.close();
  }

  /** Looks, claims, offers and puts away, as long as something comes of it and not much longer than a second. */
  async step(): Promise<void> {
    if (this.closing) return;
    const began = performance.now();
    if (!this.isOpen) await this.claims.open();
    this.isOpen = true;
    if (began - this.shown >= beatEvery) {
      this.shown = began;
      await this.claims.beat();
    }
    if (began - this.tookOver >= takeOverEvery) {
      this.tookOver = began;
      for (const claim of await this.claims.takeOver()) this.add(claim);
    }
    if (this.hinted || began - this.looked >= this.options.every) await this.look(began);
    for (let moved = true; moved && performance.now() - began < longestStep && !this.closing; ) {
      await this.claimSome();
      const offered = await this.offerNext(performance.now());
      const putAway = await this.followStored();
      moved = offered || putAway;
    }
  }

  private warnOnce(words: string): void {
    if (this.told.has(words)) return;
    this.told.add(words);
    this.listener.warn(words);
  }

  private add(claim: Claim): void {
    this.files.push({ claim, id: randomUUID(), stage: 'claimed', next: 0, failures: 0 });
  }

  private async look(now: number): Promise<void> {
    this.looked = now;
    const { settled, waiting } = await this.scanner.look(now);
    this.settled = [...settled];
    this.hinted = waiting > 0; // look again at the next step
  }

  private async claimSome(): Promise<void> {
    while (this.files.length < this.options.atOnce) {
      const dropped = this.settled.shift();
      if (dropped === undefined) return;
      const claim = await this.claims.claim(dropped);
      if (claim !== undefined) this.add(claim);
    }
  }

  /** One file at a time is in memory: the next one is read when the one before is safe. Returns whether one is. */
  private async offerNext(now: number): Promise<boolean> {
    const offered = this.files.find(({ stage }) => stage === 'offered');
    if (offered !== undefined) return this.settleOffer(offered, now);
    const file = this.files.find(({ stage, next }) => stage === 'claimed' && next <= now);
    if (file === undefined) return false;
    await this.offer(file, now);
    if (file.stage !== 'offered') return true;
    await Promise.race([file.answered, new Promise((wake) => setTimeout(wake, answerWithin))]);
    return this.settleOffer(file, now);
  }

  private async offer(file: FileAtWork, now: number): Promise<void> {
    const { claim, id } = file;
    const name = shownName(claim);
    try {
      const { limits } = await this.runtime.settings();
      const bytes = await readClaimed(claim.path, name, limits.bytes);
      if (this.closing) return;
      file.stage = 'offered';
      file.next = now + offerPatience;
      file.answered = new Promise((resolve) =>
        this.runtime.handovers.expect(id, (outcome) => {
          file.outcome = outcome;
          resolve();
        }),
      );
      this.listener.offer({ id, partner: claim.folder || directPartner, name: claim.name, bytes });
    } catch (error) {
      if (error instanceof BusinessRejection) await this.putAwayRefused(file, error);
      else if (error instanceof StillChanging) file.next = now + this.options.settle;
      else if (isMissing(error)) await this.drop(file, `${name} is gone from where it was claimed.`);
      else if ((error as NodeJS.ErrnoException).code === 'ELOOP') await this.putAwayRefused(file, linkRefused(name));
      else this.postpone(file, now, error);
    }
  }

  private async settleOffer(file: FileAtWork, now: number): Promise<boolean> {
    const { outcome, id } = file;
    if (outcome === undefined) {
      if (now < file.next) return false;
      this.runtime.handovers.forget(id);
      this.postpone(file, now, new Error('no order-ingest has taken it. Wire the first output of this node to one'));
      return false;
    }
    delete file.outcome;
    if ('failed' in outcome) this.postpone(file, now, outcome.failed);
    else if ('refused' in outcome) await this.putAwayRefused(file, outcome.refused);
    else {
      file.stage = 'stored';
      file.failures = 0;
      file.next = 0;
      file.inboxId = outcome.inboxId;
      if (outcome.replayed) file.repeat = outcome;
    }
    return true;
  }

  private postpone(file: FileAtWork, now: number, error: unknown): void {
    file.stage = file.inboxId === undefined ? 'claimed' : 'stored';
    file.failures += 1;
    const pause = Math.min(longestPause, firstPause * 2 ** (file.failures - 1));
    file.next = now + pause * (0.5 + Math.random() / 2);
    const words = error instanceof Error ? error.message : String(error);
    this.listener.warn(`${shownName(file.claim)} is tried again in ${Math.ceil(pause / 1000)} s: ${words}.`);
  }

  private async drop(file: FileAtWork, words: string): Promise<void> {
    this.listener.warn(words);
    await this.end(file);
  }

  private async end(file: FileAtWork): Promise<void> {
    this.files.splice(this.files.indexOf(file), 1);
    await this.claims.end(file.claim);
  }

  /** Puts away the files whose orders are all decided, and shows how far the others are. Returns whether there were any. */
  private async followStored(): Promise<boolean> {
    const stored = this.files.filter(({ stage }) => stage === 'stored');
    if (stored.length === 0) {
      this.listener.progress(undefined);
      return false;
    }
    const ids = [...new Set(stored.map(({ inboxId }) => inboxId as number))];
    const { counts, jobs } = await this.runtime.read((db) => importProgress(db, ids));
    this.listener.progress(progressOf(ids, counts, jobs));
    const now = performance.now();
    for (const file of stored) {
      const inboxId = file.inboxId as number;
      const count = counts.get(inboxId) ?? noDocuments;
      if (this.closing || file.next > now || count.stored > 0 || jobs.get(inboxId)?.state === 'reading') continue;
      await this.putAwayDecided(file, inboxId, count).catch((error: unknown) => this.postpone(file, now, error));
    }
    return this.files.filter(({ stage }) => stage === 'stored').length < stored.length;
  }

  private async putAwayDecided(file: FileAtWork, inboxId: number, decided: DocumentCounts): Promise<void> {
    const failed = decided.rejected + decided.parked > 0;
    const { rows, counts } = await this.runtime.read(async (db) => {
      const repeat = file.repeat && (await wasPutAway(db, inboxId)) ? file.repeat : undefined;
      return {
        rows: await resultRows(db, inboxId, repeat),
        counts: repeat === undefined ? decided : await countsOfRepeat(db, inboxId, decided, repeat),
      };
    });
    const moved = await this.moved(file, failed, rows);
    const { store, clock } = await this.runtime.context();
    const record = { inboxId, file: shownName(file.claim), failed, movedAt: clock(), ...moved };
    await store.transaction((db) => insertDroppedFile(db, record));
    await this.tell(file, { inboxId, counts, failed, moved, words: wordsOf(counts) });
  }

  /** A file that is not taken is no message of the inbox: only its result says why. */
  private async putAwayRefused(file: FileAtWork, { message, faults }: BusinessRejection): Promise<void> {
    const moved = await this.moved(file, true, refusedRows(faults));
    await this.tell(file, { inboxId: null, counts: noDocuments, failed: true, moved, words: message });
  }

  private async moved(
    file: FileAtWork,
    failed: boolean,
    rows: Awaited<ReturnType<typeof resultRows>>,
  ): Promise<PutAway> {
    const extension: ResultFormat = /\.xlsx$/i.test(file.claim.name) ? 'xlsx' : 'csv';
    const result = { bytes: await resultFile(rows, extension), extension };
    return putAway(this.options.directory, file.claim, { failed, result, now: new Date().toISOString() });
  }

  private async tell(
    file: FileAtWork,
    {
      moved,
      words,
      ...what
    }: Pick<FinishedFile, 'inboxId' | 'counts' | 'failed'> & { readonly moved: PutAway; readonly words: string },
  ): Promise<void> {
    await this.end(file);
    const { claim } = file;
    const summary = `${shownName(claim)}: ${words} Result in ${moved.resultFile}`;
    this.listener.finished({
      ...what,
      ...moved,
      file: shownName(claim),
      partner: claim.folder || directPartner,
      summary,
    });
  }
}

/** A file that the inbox knows and that was never put away is the first one still: putting it away was interrupted. */
const wasPutAway = async (db: Database, inboxId: number): Promise<boolean> =>
  (await findDroppedFiles(db, [inboxId])).has(inboxId);

const linkRefused = (name: string): BusinessRejection =>
  new BusinessRejection('unreadable', `The file ${name} is a link. Links are not followed; send the file itself.`);

/** `12,000 of 20,000`: documents that are decided, of those that the files have as far as it is known. */
function progressOf(
  ids: readonly number[],
  counts: ReadonlyMap<number, DocumentCounts>,
  jobs: ReadonlyMap<number, ImportJob>,
): string {
  let decided = 0;
  let all = 0;
  for (const id of ids) {
    const { stored, ...others } = counts.get(id) ?? noDocuments;
    const done = Object.values(others).reduce((sum, count) => sum + count, 0);
    decided += done;
    all += Math.max(jobs.get(id)?.expected ?? 0, done + stored);
  }
  return all === 0 ? 'reading' : `${decided.toLocaleString('en-US')} of ${all.toLocaleString('en-US')}`;
}

function wordsOf({ accepted, duplicate, rejected, parked }: DocumentCounts): string {
  const parts = [
    [accepted, 'accepted'],
    [duplicate, 'here before'],
    [rejected, 'rejected'],
    [parked, 'parked'],
  ] as const;
  const orders = accepted + duplicate + rejected + parked;
  const told = parts.filter(([count]) => count > 0).map(([count, word]) => `${count.toLocaleString('en-US')} ${word}`);
  return `${orders.toLocaleString('en-US')} ${orders === 1 ? 'order' : 'orders'}, ${told.join(', ')}.`;
}
