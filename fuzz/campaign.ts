import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Chunk, ChunkResult, FoundByWorker, WorkerData } from './fuzz-worker';
import { Inputs } from './inputs';
import { type Target, targets } from './targets';

export interface CampaignOptions {
  readonly seed: number;
  /** Inputs in all, divided over the readers by their shares. */
  readonly count: number;
  /** Only this reader. */
  readonly parser?: string;
  /** Only the input with this number. */
  readonly only?: number;
  /** Seconds after which no more inputs are begun. */
  readonly seconds?: number;
  /** Threads that read. */
  readonly threads: number;
  /** Processor time that an input may take; null: any. */
  readonly mostMilliseconds: number | null;
  /** Time on the clock after which an input hangs and its thread is stopped. */
  readonly hangMilliseconds: number;
  /** Of the heap of a thread, and of the whole process. */
  readonly heapMegabytes: number;
  readonly processMegabytes: number;
  readonly progress: (done: number, count: number) => void;
}

export interface Finding {
  readonly parser: string;
  readonly number: number;
  readonly kind: FoundByWorker['kind'] | 'hang' | 'memory' | 'crash';
  readonly message: string;
  /** Where the input was written to. */
  readonly file: string;
}

export interface ReaderFigures {
  inputs: number;
  perSecond: number;
  accepted: number;
  faulty: number;
  unreadable: number;
  refused: number;
  slowestMilliseconds: number;
}

export interface CampaignResult {
  readonly seed: number;
  readonly inputs: number;
  readonly seconds: number;
  /** False: the time was over, or there were too many findings. */
  readonly complete: boolean;
  readonly peakMegabytes: number;
  readonly parsers: Readonly<Record<string, ReaderFigures>>;
  readonly findings: readonly Finding[];
}

/** Small ones, so that threads end together and a stop is soon. */
const chunkSize = 500;
const mostFindings = 25;
const watchInterval = 200;

/** Reads mutated inputs in threads of their own, and tells which of them a reader cannot stand. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  return new Campaign(options).run();
}

class Campaign {
  private readonly chunks: Chunk[];
  private readonly figures: Record<string, ReaderFigures & { busy: number }> = {};
  private readonly findings: Finding[] = [];
  private readonly started = performance.now();
  private readonly count: number;
  private done = 0;
  private peak = 0;
  private folder = '';

  constructor(private readonly options: CampaignOptions) {
    this.chunks = chunksOf(options);
    this.count = this.chunks.reduce((sum, { first, end }) => sum + end - first, 0);
  }

  async run(): Promise<CampaignResult> {
    await Promise.all(Array.from({ length: this.options.threads }, () => this.runThread()));
    const parsers: Record<string, ReaderFigures> = {};
    for (const [name, { busy, ...figures }] of Object.entries(this.figures)) {
      parsers[name] = { ...figures, perSecond: Math.round((figures.inputs * 1000) / Math.max(busy, 1)) };
    }
    return {
      seed: this.options.seed,
      inputs: this.done,
      seconds: Math.round((performance.now() - this.started) / 100) / 10,
      complete: this.done === this.count,
      peakMegabytes: this.peak,
      parsers,
      findings: this.findings,
    };
  }

  private get over(): boolean {
    const { seconds } = this.options;
    const late = seconds !== undefined && performance.now() - this.started > seconds * 1000;
    return late || this.findings.length >= mostFindings;
  }

  /** Takes chunks until there are none; a thread that dies is followed by another one, behind the input that killed it. */
  private async runThread(): Promise<void> {
    let thread = this.openThread();
    for (let chunk = this.next(); chunk !== undefined; chunk = this.next()) {
      const died = await this.runChunk(thread, chunk);
      if (died === undefined) continue;
      await this.tell(chunk.target, died);
      this.done += died.number - chunk.first + 1;
      if (died.number + 1 < chunk.end) this.chunks.push({ ...chunk, first: died.number + 1 });
      await thread.worker.terminate();
      thread = this.openThread();
    }
    await thread.worker.terminate();
  }

  private next(): Chunk | undefined {
    return this.over ? undefined : this.chunks.pop();
  }

  private openThread(): Thread {
    const { seed, mostMilliseconds, heapMegabytes } = this.options;
    const current = new Int32Array(new SharedArrayBuffer(4));
    const data: WorkerData = { seed, mostMilliseconds, current };
    const worker = new Worker(join(__dirname, 'fuzz-worker.js'), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    // what a thread says while it is being stopped
    worker.on('error', () => {});
    return { worker, current };
  }

  /** undefined when the chunk was read to its end; else why the thread died. */
  private async runChunk(thread: Thread, chunk: Chunk): Promise<Omit<Finding, 'parser' | 'file'> | undefined> {
    const { worker, current } = thread;
    Atomics.store(current, 0, chunk.first);
    const found: FoundByWorker[] = [];
    const end = await new Promise<ChunkResult | Death>((resolve) => {
      const settle = (value: ChunkResult | Death): void => {
        stop();
        worker.off('message', take);
        worker.off('error', fail);
        resolve(value);
      };
      const take = (said: ChunkResult | FoundByWorker): void => {
        if ('kind' in said) found.push(said);
        else settle(said);
      };
      const fail = (error: NodeJS.ErrnoException): void => {
        const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        settle({ kind: isMemory ? 'memory' : 'crash', message: error.stack ?? error.message });
      };
      const stop = this.watch(current, settle);
      worker.on('message', take);
      worker.on('error', fail);
      worker.postMessage(chunk);
    });
    for (const each of found) await this.tell(chunk.target, each);
    if ('kind' in end) return { number: Atomics.load(current, 0), ...end };
    this.done += end.inputs;
    this.add(chunk.target, end);
    this.options.progress(this.done, this.count);
    return undefined;
  }

  private watch(current: Int32Array, die: (death: Death) => void): () => void {
    const { hangMilliseconds, processMegabytes } = this.options;
    let seen = -1;
    let since = performance.now();
    const timer = setInterval(() => {
      const number = Atomics.load(current, 0);
      if (number !== seen) {
        seen = number;
        since = performance.now();
      } else if (performance.now() - since > hangMilliseconds) {
        die({ kind: 'hang', message: `The input was not read within ${hangMilliseconds} ms.` });
      }
      const megabytes = Math.round(process.memoryUsage.rss() / 1_000_000);
      this.peak = Math.max(this.peak, megabytes);
      if (megabytes > processMegabytes) {
        die({
          kind: 'memory',
          message: `The process has ${megabytes} MB; at most ${processMegabytes} are allowed.`,
        });
      }
    }, watchInterval);
    return () => clearInterval(timer);
  }

  private add(name: string, { inputs, outcome, refused, busy, slowest }: ChunkResult): void {
    this.figures[name] ??= {
      inputs: 0,
      perSecond: 0,
      accepted: 0,
      faulty: 0,
      unreadable: 0,
      refused: 0,
      slowestMilliseconds: 0,
      busy: 0,
    };
    const figures = this.figures[name];
    figures.inputs += inputs;
    figures.accepted += outcome.accepted;
    figures.faulty += outcome.faulty;
    figures.unreadable += outcome.unreadable;
    figures.refused += refused;
    figures.busy += busy;
    figures.slowestMilliseconds = Math.max(figures.slowestMilliseconds, Math.round(slowest));
  }

  private async tell(parser: string, { number, kind, message }: Omit<Finding, 'parser' | 'file'>): Promise<void> {
    const inputs = await Inputs.of(targetOf(parser), this.options.seed);
    if (this.folder === '') this.folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const file = join(this.folder, `${parser}-${number}`);
    writeFileSync(file, inputs.input(number).bytes);
    this.findings.push({ parser, number, kind, message, file });
  }
}

/** Why a thread had to end. */
type Death = Pick<Finding, 'kind' | 'message'>;

interface Thread {
  readonly worker: Worker;
  readonly current: Int32Array;
}

/** @throws Error when there is no such reader */
function targetOf(name: string): Target {
  const target = targets.find((each) => each.name === name);
  if (target === undefined) {
    throw new Error(`There is no parser ${name}; there are: ${targets.map((each) => each.name).join(', ')}.`);
  }
  return target;
}

/** In turns, so that a run that is stopped has tried all readers. */
function chunksOf({ parser, only, count }: CampaignOptions): Chunk[] {
  const chosen = parser === undefined ? targets : [targetOf(parser)];
  if (only !== undefined) return chosen.map(({ name }) => ({ target: name, first: only, end: only + 1 }));
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const chunks = chosen.flatMap(({ name, share }) => {
    const inputs = Math.ceil((count * share) / shares);
    const pieces = Math.ceil(inputs / chunkSize);
    return Array.from({ length: pieces }, (_, index) => ({
      chunk: { target: name, first: index * chunkSize, end: Math.min(inputs, (index + 1) * chunkSize) },
      at: (index + 1) / pieces,
    }));
  });
  return chunks.sort((one, other) => other.at - one.at).map(({ chunk }) => chunk);
}
