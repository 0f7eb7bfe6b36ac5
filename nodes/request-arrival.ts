import { subscribe } from 'node:diagnostics_channel';
import type { NodeAPI } from 'node-red';

/** When each request reached the server, by `performance.now()`. */
const arrivals = new WeakMap<object, number>();
const watched = new WeakSet<object>();
/** Since when the present flows run; Infinity from the stop of the old ones to the start of the new. */
let runningSince = 0;

/** Notes from now on when requests come and when flows start. Calling it again does nothing. */
export function watchArrivals({ events }: Pick<NodeAPI, 'events'>): void {
  if (watched.has(events)) return;
  if (runningSince === 0) {
    subscribe('http.server.request.start', (message) => {
      arrivals.set((message as { request: object }).request, performance.now());
    });
    runningSince = performance.now();
  }
  watched.add(events);
  events.on('flows:stopping', () => {
    runningSince = Number.POSITIVE_INFINITY;
  });
  events.on('flows:started', () => {
    runningSince = performance.now();
  });
}

/** True for a request that came while flows were stopped or before the present ones ran. */
export function cameDuringDeploy(request: object): boolean {
  const arrival = arrivals.get(request);
  return arrival !== undefined && arrival < runningSince;
}
