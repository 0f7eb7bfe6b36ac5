import { parentPort } from 'node:worker_threads';
import { packedError, type SqliteAnswer, type SqliteCall, type SqliteReply, type SqliteRequest } from './sqlite-calls';
import { SqliteFile } from './sqlite-file';

/** The thread of SQLite: opens files and works the calls for each in the order in which they come. */
const files = new Map<number, SqliteFile>();

function answer(connection: number, call: SqliteCall): SqliteAnswer {
  try {
    if (call.kind === 'open') return opened(connection, call.filename);
    const file = files.get(connection);
    if (file === undefined) throw new Error('The database is not open.');
    return call.kind === 'close' ? closed(connection, file) : file.perform(call);
  } catch (error) {
    return { error: packedError(error) };
  }
}

function opened(connection: number, filename: string): SqliteAnswer {
  files.set(connection, new SqliteFile(filename));
  return { done: true };
}

function closed(connection: number, file: SqliteFile): SqliteAnswer {
  files.delete(connection);
  file.database.close();
  return { done: true };
}

/** Bytes of messages are handed over, not copied. */
function bytesOf(answers: readonly SqliteAnswer[]): ArrayBuffer[] {
  const buffers = answers.flatMap((one) =>
    'rows' in one ? one.rows.values.flatMap((value) => (value instanceof Uint8Array ? [value.buffer] : [])) : [],
  );
  return [...new Set(buffers)] as ArrayBuffer[];
}

parentPort?.on('message', ({ connection, request, calls }: SqliteRequest) => {
  const answers = calls.map((call) => answer(connection, call));
  parentPort?.postMessage({ request, answers } satisfies SqliteReply, bytesOf(answers));
});
