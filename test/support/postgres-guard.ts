import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Watches over a PostgreSQL server for the process that started it: `postgres-guard PID DIRECTORY`. When that process
 * ends, in whatever way, the pipe to this one's stdin closes; then the server is stopped and its files are removed.
 */
const server = Number(process.argv[2]);
const directory = String(process.argv[3]);
const longestShutdown = 10_000; // milliseconds

/** The server removes this file as its last act; its process may stay in the table as a zombie. */
const isRunning = () => existsSync(join(directory, 'data', 'postmaster.pid'));

function signal(name: 'SIGINT' | 'SIGKILL'): void {
  try {
    process.kill(server, name);
  } catch {
    // it has ended in the meantime
  }
}

process.stdin.once('data', () => process.exit(0)); // the owner has stopped the server itself
process.stdin.once('end', () => {
  if (isRunning()) signal('SIGINT'); // fast shutdown: open connections are ended
  const waitedFrom = Date.now();
  const waiting = setInterval(() => {
    const isLate = Date.now() - waitedFrom > longestShutdown;
    if (isRunning() && !isLate) return;
    if (isLate) signal('SIGKILL');
    clearInterval(waiting);
    rmSync(directory, { recursive: true, force: true });
  }, 50);
});
