import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EdiStandard } from '../lib/intake/edi/interchange';
import { range } from './company';
import type { EdiReadings, EdiTurn, Took } from './edi-reading';

/** Of all repetitions. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** How quickly files of purchase orders are read, in MB/s, and what that costs in times of the floor. */
export interface EdiFigures {
  readonly standard: EdiStandard;
  readonly bytes: number;
  readonly orders: number;
  readonly lines: number;
  /** The floor: the same bytes split into segments and elements. */
  readonly split: Spread;
  readonly envelopes: Spread;
  /** To canonical orders: the first file of a process, and later ones. */
  readonly first: Spread;
  readonly later: Spread;
  /** To canonical orders in a thread that starts for the file, and back. */
  readonly thread: Spread;
  /** CPU time of a later file over that of the floor measured just before it. */
  readonly timesFloor: Spread;
}

const processes = 5;
const longestOutput = 1_000_000;

/** A file of 10 MB, read several times in each of several processes. */
export async function measureEdi(standard: EdiStandard): Promise<EdiFigures> {
  const readings: EdiReadings[] = [];
  for (const _ of range(processes)) readings.push(await readInProcess(standard));
  const [{ bytes, orders, lines }] = readings as [EdiReadings];
  const rates = (times: readonly Took[]): Spread => spreadOf(times.map(({ clock }) => bytes / 1e6 / clock));
  const turns = readings.flatMap((reading) => reading.turns);
  const first = readings.flatMap((reading) => reading.turns.slice(0, 1));
  const later = readings.flatMap((reading) => reading.turns.slice(1));
  const ordersOf = (measured: readonly EdiTurn[]): Took[] => measured.map((turn) => turn.orders);
  return {
    ...{ standard, bytes, orders, lines },
    split: rates(turns.map((turn) => turn.split)),
    envelopes: rates(turns.map((turn) => turn.envelopes)),
    first: rates(ordersOf(first)),
    later: rates(ordersOf(later)),
    thread: rates(readings.map(({ thread }) => thread)),
    timesFloor: spreadOf(later.map((turn) => turn.orders.cpu / turn.split.cpu)),
  };
}

async function readInProcess(standard: EdiStandard): Promise<EdiReadings> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, 'edi-reading.js'), standard], {
    maxBuffer: longestOutput,
  });
  return JSON.parse(stdout) as EdiReadings;
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other).map((value) => Math.round(value * 10) / 10);
  const at = (index: number): number => sorted[index] ?? 0;
  return { least: at(0), median: at(Math.floor(sorted.length / 2)), most: at(sorted.length - 1) };
}
