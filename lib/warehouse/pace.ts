/** Lets tasks start in order, a bounded number at the same time and in a second. */
export interface Pace {
  /** Resolves or rejects as the task does; rejects with `PaceClosed` when it never got its turn. */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** Turns away what waits. */
  close(): void;
}

export class PaceClosed extends Error {}

interface Waiting {
  start(): void;
  turnAway(): void;
}

/** `concurrency` at least 1; `ratePerSecond` 0 = no limit. Starts are evenly spaced, so no second holds more than the rate. */
export function createPace(concurrency: number, ratePerSecond: number): Pace {
  const waiting: Waiting[] = [];
  const spacing = ratePerSecond > 0 ? 1000 / ratePerSecond : 0;
  let underWay = 0;
  let nextStart = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const startNext = () => {
    while (waiting.length > 0 && underWay < concurrency && timer === undefined) {
      const now = performance.now();
      if (now < nextStart) {
        timer = setTimeout(() => {
          timer = undefined;
          startNext();
        }, nextStart - now);
        return;
      }
      nextStart = now + spacing;
      underWay += 1;
      waiting.shift()?.start();
    }
  };

  return {
    run<T>(task: () => Promise<T>): Promise<T> {
      if (closed) return Promise.reject(new PaceClosed());
      return new Promise<T>((resolve, reject) => {
        const start = () => {
          const finished = () => {
            underWay -= 1;
            startNext();
          };
          task().then(resolve, reject).finally(finished);
        };
        waiting.push({ start, turnAway: () => reject(new PaceClosed()) });
        startNext();
      });
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const task of waiting.splice(0)) task.turnAway();
    },
  };
}
