import { parentPort, workerData } from 'node:worker_threads';
import { BusinessRejection } from '../lib/domain/faults';
import { Inputs } from './inputs';
import { BrokenPromise, checkPrototypes } from './invariants';
import { type Outcome, type Target, targets } from './targets';

/** Some inputs of one reader, from the first number to before the last one. */
export interface Chunk {
  readonly target: string;
  readonly first: number;
  readonly end: number;
}

export interface FoundByWorker {
  readonly number: number;
  readonly kind: 'exception' | 'broken promise' | 'slow';
  readonly message: string;
}

export interface ChunkResult {
  readonly inputs: number;
  /** Of inputs that were refused at the door. */
  readonly refused: number;
  readonly outcome: Outcome;
  /** Milliseconds of processor time in all, and of the slowest input. */
  readonly busy: number;
  readonly slowest: number;
}

export interface WorkerData {
  readonly seed: number;
  /** An input that needs more milliseconds of processor time is a finding; null: none is. */
  readonly mostMilliseconds: number | null;
  /** Where the number of the input that is being read stands, for whoever watches. */
  readonly current: Int32Array;
}

const { seed, mostMilliseconds, current } = workerData as WorkerData;
const inputsOf = new Map<string, Promise<Inputs>>();

/** Processor time of this thread: on a busy machine the clock on the wall says nothing of an input. */
function busyMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

async function work({ target: name, first, end }: Chunk): Promise<ChunkResult> {
  const target = targets.find((each) => each.name === name) as Target;
  let inputs = inputsOf.get(name);
  if (inputs === undefined) {
    inputs = Inputs.of(target, seed);
    inputsOf.set(name, inputs);
  }
  const source = await inputs;
  const sum = { accepted: 0, faulty: 0, unreadable: 0 };
  let refused = 0;
  let slowest = 0;
  const start = busyMilliseconds();
  for (let number = first; number < end; number += 1) {
    Atomics.store(current, 0, number);
    const { bytes, random } = source.input(number);
    const before = busyMilliseconds();
    try {
      const outcome = target.read(bytes, random);
      const { accepted, faulty, unreadable } = outcome instanceof Promise ? await outcome : outcome;
      sum.accepted += accepted;
      sum.faulty += faulty;
      sum.unreadable += unreadable;
      checkPrototypes();
    } catch (error) {
      if (error instanceof BusinessRejection) refused += 1;
      else tell({ number, ...describe(error) });
    }
    const needed = busyMilliseconds() - before;
    slowest = Math.max(slowest, needed);
    if (mostMilliseconds !== null && needed > mostMilliseconds) {
      tell({ number, kind: 'slow', message: `The input took ${Math.round(needed)} ms.` });
    }
  }
  return { inputs: end - first, refused, outcome: sum, busy: busyMilliseconds() - start, slowest };
}

/** At once: the next input may be one that ends the thread. */
function tell(found: FoundByWorker): void {
  parentPort?.postMessage(found);
}

function describe(error: unknown): Pick<FoundByWorker, 'kind' | 'message'> {
  if (error instanceof BrokenPromise) return { kind: 'broken promise', message: error.message };
  return { kind: 'exception', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

parentPort?.on('message', async (chunk: Chunk) => parentPort?.postMessage(await work(chunk)));
