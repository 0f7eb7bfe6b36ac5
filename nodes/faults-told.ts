import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import { BusinessRejection } from '../lib/domain/faults';
import { RepeatedLines } from './repeated-lines';

const longestLine = 600;

/** What Node-RED gives to who listens to its log. */
interface LogEntry {
  readonly level: number;
  /** The node that it is about. */
  readonly id?: string;
}

/**
 * Technical faults of a store's nodes in Node-RED's log, whatever the flow does with them: Node-RED itself logs only what
 * no Catch node takes.
 */
export class FaultsTold {
  private readonly lines: RepeatedLines;

  constructor(log: { error(message: string): void }) {
    this.lines = new RepeatedLines((line) => log.error(line));
  }

  fault(node: Pick<Node, 'id' | 'type' | 'name'>, error: Error, now = Date.now()): void {
    if (error instanceof BusinessRejection) return;
    this.lines.say(faultLine(`${node.type} ${node.name || node.id}`, error), now);
  }

  /** Tells what came since. Called now and then. */
  tell(now = Date.now()): void {
    this.lines.tell(now);
  }

  /** Tells what has not been told yet. */
  end(): void {
    this.lines.end();
  }
}

/**
 * Code, words, cause and place of a fault in a line. A store that is away is so for all nodes: the line is the same for
 * each of them.
 */
export function faultLine(where: string, error: Error): string {
  const code = codeOf(error);
  const isTheStores = code === 'store-away' || code === 'store-locked';
  const causes = causesOf(error).filter((cause) => !error.message.includes(cause));
  const place = isTheStores ? undefined : placeOf(deepest(error));
  const parts = [
    `${isTheStores ? '' : `${where}: `}${code}: ${withStop(error.message)}`,
    ...causes.map((cause) => `Cause: ${withStop(cause)}`),
    ...(place === undefined ? [] : [`At ${place}.`]),
  ];
  return parts.join(' ').replace(/\s+/g, ' ').slice(0, longestLine);
}

/** Gives a node's fault to Catch nodes. Returns whether Node-RED has logged it itself, as it does when there is none. */
export function isLogged(RED: NodeAPI, nodeId: string, give: () => void): boolean {
  let logged = false;
  const listener = new EventEmitter().on('log', ({ id, level }: LogEntry) => {
    if (id === nodeId && level === RED.log.ERROR) logged = true;
  });
  RED.log.addHandler(listener);
  try {
    give();
  } finally {
    RED.log.removeHandler(listener);
  }
  return logged;
}

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : 'unexpected';

const withStop = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);

function causesOf({ cause }: Error): string[] {
  return cause instanceof Error ? [cause.message, ...causesOf(cause)] : [];
}

const deepest = (error: Error): Error => (error.cause instanceof Error ? deepest(error.cause) : error);

/** The function and line of the program: `confirm (book-delivery.js:59)`. */
function placeOf({ stack = '' }: Error): string | undefined {
  const frame = /^\s+at (.*\.[cm]?js:\d+.*)$/m.exec(stack)?.[1];
  return frame?.replace(/[^\s(]*[\\/]([^\\/]+?:\d+)(:\d+)?/, '$1');
}
