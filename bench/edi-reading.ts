import { performance } from 'node:perf_hooks';
import { readEdifact } from '../lib/intake/edi/edifact/read-edifact';
import { defaultEdiLimits, type EdiStandard } from '../lib/intake/edi/interchange';
import { defaultEdiReading } from '../lib/intake/edi/mapped-message';
import { readEdi } from '../lib/intake/edi/read-edi';
import { readX12 } from '../lib/intake/edi/x12/read-x12';
import { defaultIntakeLimits } from '../lib/intake/message-content';
import { plainLayout } from '../lib/intake/sheets/layout';
import { endGuardedReader, readInParts } from '../lib/stages/guarded-reader';
import { type OrderFile, orderFile } from './edi-files';

/** Seconds on the clock, and of all processors together: the same work costs about as many of these beside other work. */
export interface Took {
  readonly clock: number;
  readonly cpu: number;
}

/** What one file took, each after the other in this order. */
export interface EdiTurn {
  /** The bytes as text, split into segments and these into elements: the floor. */
  readonly split: Took;
  /** From the bytes to canonical orders as they are stored. */
  readonly orders: Took;
  /** From the bytes to segments, envelopes checked. */
  readonly envelopes: Took;
}

/** What a process of its own measured. */
export interface EdiReadings {
  readonly bytes: number;
  readonly orders: number;
  readonly lines: number;
  /** The first one finds a process that has read nothing yet. */
  readonly turns: readonly EdiTurn[];
  /** From giving the file to the reading thread, which starts for it, to having its last order here. */
  readonly thread: Took;
}

const size = 10_000_000;
const turns = 5;
const separators: Readonly<Record<EdiStandard, readonly [string, string]>> = { x12: ['~', '*'], edifact: ["'", '+'] };

function split({ bytes }: OrderFile, standard: EdiStandard): number {
  const [terminator, separator] = separators[standard];
  let elements = 0;
  for (const segment of bytes.toString('latin1').split(terminator)) elements += segment.split(separator).length;
  return elements;
}

function readOrders({ bytes, orders }: OrderFile, standard: EdiStandard): void {
  const { documents } = readEdi(bytes, standard, defaultEdiReading, {
    edi: defaultEdiLimits,
    messages: defaultIntakeLimits.ordersPerMessage,
    linesPerOrder: defaultIntakeLimits.linesPerOrder,
  });
  if (documents.length !== orders) throw new Error(`There are ${documents.length} documents instead of ${orders}.`);
  const doubtful = documents.find(({ faults, review }) => faults.length + review.length > 0);
  if (doubtful) throw new Error(`A sample order has faults: ${JSON.stringify(doubtful)}`);
}

async function took(work: () => unknown): Promise<Took> {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { clock: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

const turnOf = async (file: OrderFile, standard: EdiStandard): Promise<EdiTurn> => ({
  split: await took(() => split(file, standard)),
  orders: await took(() => readOrders(file, standard)),
  envelopes: await took(() => (standard === 'x12' ? readX12(file.bytes) : readEdifact(file.bytes))),
});

async function inThread({ bytes, orders }: OrderFile, standard: EdiStandard): Promise<void> {
  const message = {
    ...{
      bytes,
      contentType: standard === 'x12' ? 'application/edi-x12' : 'application/edifact',
      channel: 'edi' as const,
    },
    ...{ partner: 'DIRECT', sourceSystem: null, messageKey: null, document: '', keyId: null, csv: plainLayout },
    ...{ receivedAt: new Date().toISOString(), batchPolicy: 'reject-order' as const },
  };
  let received = 0;
  await readInParts(message, defaultIntakeLimits, {
    begin: () => undefined,
    part: (documents) => {
      received += documents.length;
    },
  });
  endGuardedReader();
  if (received !== orders) throw new Error(`The thread gave ${received} documents instead of ${orders}.`);
}

async function main(standard: EdiStandard): Promise<void> {
  const file = orderFile(standard, size);
  const { bytes, orders, lines } = file;
  const measured: EdiTurn[] = [];
  while (measured.length < turns) measured.push(await turnOf(file, standard));
  const thread = await took(() => inThread(file, standard));
  const readings = { bytes: bytes.length, orders, lines, turns: measured, thread };
  process.stdout.write(JSON.stringify(readings satisfies EdiReadings));
}

void main(process.argv[2] as EdiStandard);
