/** One entry of Node-RED's log; `level` 20 is an error, 30 a warning, lower is worse. */
interface LogEntry {
  readonly level: number;
  readonly type?: string;
  readonly name?: string;
  readonly id?: string;
  readonly msg?: unknown;
}

const error = 20;

/** There are none before somebody enters a password in a node; Node-RED mentions it at every start. */
const notWorthSaying = 'Encrypted credentials not found';

/** Writes what Node-RED warns of to stderr, a line each, with the node that it is about. */
export function writeLog({ level, type, name, id, msg }: LogEntry): void {
  const text = msg instanceof Error ? msg.message : typeof msg === 'string' ? msg : (JSON.stringify(msg) ?? '');
  if (text.trim() === notWorthSaying) return;
  const about = type === undefined ? '' : `${type} ${name || id}: `;
  console.error(`${new Date().toISOString()} ${level <= error ? 'error' : 'warning'} ${about}${text.trim()}`);
}
