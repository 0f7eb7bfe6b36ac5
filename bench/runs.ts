import type { Client } from 'pg';
import type { CycleUnderTest } from './cycle';
import type { CycleFigures } from './feeder-node';
import { serverWork, type WorkAnOrder, workAnOrder } from './server-work';

/** Orders in flight, and how many orders a run takes: a few seconds each. */
const windows = [
  { window: 10, orders: 1_500 },
  { window: 100, orders: 3_000 },
  { window: 500, orders: 6_000 },
  { window: 2_000, orders: 8_000 },
] as const;
const warmUp = { window: 500, orders: 2_000 };

export interface CycleRun extends CycleFigures, Partial<WorkAnOrder> {
  readonly window: number;
  readonly perSecond: number;
}

export const say = (text: string): void => void process.stderr.write(`${text}\n`);
export const perSecond = (orders: number, seconds: number): number => Math.round(orders / seconds);

/** `server`: where PostgreSQL tells what it has done; none for SQLite, which runs in Node-RED's process. */
export async function measureRuns(name: string, cycle: CycleUnderTest, server?: Client): Promise<CycleRun[]> {
  const runs: CycleRun[] = [];
  await cycle.run(warmUp.orders, warmUp.window);
  for (const { window, orders } of windows) {
    const started = server && (await serverWork(server));
    const figures = await cycle.run(orders, window);
    const work = server && started && workAnOrder(started, await serverWork(server), orders);
    const run: CycleRun = { window, perSecond: perSecond(orders, figures.seconds), ...figures, ...work };
    runs.push(run);
    say(
      `${name.padEnd(9)} ${String(window).padStart(5)} in flight ${String(run.perSecond).padStart(6)} orders/s   Node-RED ${String(run.nodeCpu).padStart(4)} µs CPU an order` +
        (work === undefined
          ? ''
          : `, PostgreSQL ${String(work.serverCpu ?? '?').padStart(4)} µs, ${work.walBytes} B of log`) +
        `   loop delay p99 ${run.delay.p99.toFixed(0).padStart(4)} ms, max ${run.delay.max.toFixed(0).padStart(4)} ms   peak ${run.peakRss} MB`,
    );
  }
  return runs;
}

/** How many times as many orders a second as the others made, for each number of orders in flight. */
export function ratesAgainst(
  runs: readonly CycleRun[],
  others: readonly CycleRun[],
): { window: number; ratio: number }[] {
  return runs.flatMap(({ window, perSecond }) => {
    const other = others.find((run) => run.window === window);
    return other === undefined ? [] : [{ window, ratio: Math.round((perSecond / other.perSecond) * 100) / 100 }];
  });
}
