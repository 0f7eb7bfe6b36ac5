import { monitorEventLoopDelay } from 'node:perf_hooks';
import { json } from 'node:stream/consumers';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { sampleOrder } from './company';

/** What one run measured, in the process of Node-RED. */
export interface CycleFigures {
  readonly orders: number;
  readonly seconds: number;
  /** CPU time of Node-RED, in µs an order */
  readonly nodeCpu: number;
  /** Delay of the event loop, in ms */
  readonly delay: { readonly mean: number; readonly p99: number; readonly max: number };
  /** The process's greatest resident size since it started, in MB */
  readonly peakRss: number;
}

interface Run {
  readonly orders: number;
  readonly window: number;
  sent: number;
  readonly posted: Set<string>;
  done(): void;
}

/**
 * A source that keeps a window of unfinished orders: it sends the next ones as posted invoices come back to its input.
 * `POST /bench/run?orders=…&window=…` starts a run and answers with its figures when its last order is invoiced.
 * `POST /bench/send` sends the orders of its body, all at once, and measures nothing.
 */
export = (RED: NodeAPI): void => {
  function Feeder(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    let next = 0;
    let current: Run | undefined;
    let refilling = false;

    const sendOrder = (order: object): void =>
      this.send({ payload: Buffer.from(JSON.stringify(order)), contentType: 'application/json' } as NodeMessage);

    const refill = (): void => {
      refilling = false;
      if (current === undefined) return;
      while (current.sent < current.orders && current.sent - current.posted.size < current.window) {
        current.sent += 1;
        sendOrder(sampleOrder(next++));
      }
    };

    this.on('input', (message, _send, done) => {
      done();
      if (current === undefined) return;
      current.posted.add((message.payload as { salesOrder: string }).salesOrder);
      if (current.posted.size === current.orders) return current.done();
      if (refilling) return;
      refilling = true;
      setImmediate(refill);
    });

    RED.httpNode.post('/bench/send', async (request, response) => {
      const orders = (await json(request)) as object[];
      for (const order of orders) sendOrder(order);
      response.status(202).end();
    });

    RED.httpNode.post('/bench/run', async (request, response) => {
      const { orders, window } = request.query as { orders: string; window: string };
      const delay = monitorEventLoopDelay({ resolution: 5 });
      const cpu = process.cpuUsage();
      const started = performance.now();
      delay.enable();
      await new Promise<void>((done) => {
        current = { orders: Number(orders), window: Number(window), sent: 0, posted: new Set(), done };
        refill();
      });
      const seconds = (performance.now() - started) / 1000;
      delay.disable();
      const { user, system } = process.cpuUsage(cpu);
      current = undefined;
      const ms = (nanoseconds: number): number => Math.round(nanoseconds / 1e4) / 100;
      const figures: CycleFigures = {
        orders: Number(orders),
        seconds,
        nodeCpu: Math.round((user + system) / Number(orders)),
        delay: { mean: ms(delay.mean), p99: ms(delay.percentile(99)), max: ms(delay.max) },
        peakRss: Math.round(process.resourceUsage().maxRSS / 1024),
      };
      response.json(figures);
    });
  }
  RED.nodes.registerType('bench-feeder', Feeder);
};
