import { parentPort } from 'node:worker_threads';
import type { SqliteAnswer, SqliteReply, SqliteRequest } from './sqlite-calls';
import { SqliteQueue } from './sqlite-queue';

/** The thread of SQLite: a queue for each connection. */
const queues = new Map<number, SqliteQueue>();

function queueOf(connection: number): SqliteQueue {
  const queue = queues.get(connection) ?? new SqliteQueue(() => queues.delete(connection));
  queues.set(connection, queue);
  return queue;
}

/** Bytes of messages are handed over, not copied. */
function bytesOf(answers: readonly SqliteAnswer[]): ArrayBuffer[] {
  const buffers = answers.flatMap((one) =>
    'rows' in one ? one.rows.values.flatMap((value) => (value instanceof Uint8Array ? [value.buffer] : [])) : [],
  );
  return [...new Set(buffers)] as ArrayBuffer[];
}

parentPort?.on('message', ({ connection, request, calls }: SqliteRequest) => {
  queueOf(connection).ask(calls, (answers) =>
    parentPort?.postMessage({ request, answers } satisfies SqliteReply, bytesOf(answers)),
  );
});
