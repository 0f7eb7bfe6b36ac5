import { readdirSync, readFileSync } from 'node:fs';
import type { Client } from 'pg';

/** What PostgreSQL has done so far: its figures grow, two readings make a measurement. */
export interface ServerWork {
  /** CPU time of all its processes, in µs; null where the system does not tell (anywhere but on Linux). */
  readonly cpu: number | null;
  /** Bytes of write-ahead log. */
  readonly wal: number;
}

/** What one order costs PostgreSQL. */
export type WorkAnOrder = { readonly serverCpu: number | null; readonly walBytes: number };

export async function serverWork(client: Client): Promise<ServerWork> {
  const { rows } = await client.query(
    "select pg_backend_pid() as pid, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as wal",
  );
  const [{ pid, wal }] = rows as [{ pid: number; wal: number }];
  return { cpu: process.platform === 'linux' ? cpuOfFamily(pid) : null, wal };
}

export function workAnOrder(before: ServerWork, after: ServerWork, orders: number): WorkAnOrder {
  const cpu = before.cpu === null || after.cpu === null ? null : Math.round((after.cpu - before.cpu) / orders);
  return { serverCpu: cpu, walBytes: Math.round((after.wal - before.wal) / orders) };
}

interface ProcessTimes {
  readonly parent: number;
  /** µs */
  readonly cpu: number;
}

/** The server's processes are the children of one parent; a backend that has ended is counted by it. */
function cpuOfFamily(pid: number): number {
  const parent = timesOf(String(pid))?.parent;
  const family = readdirSync('/proc').flatMap((name) => {
    const times = /^\d+$/.test(name) ? timesOf(name) : undefined;
    return times !== undefined && (times.parent === parent || Number(name) === parent) ? [times.cpu] : [];
  });
  return family.reduce((sum, cpu) => sum + cpu, 0);
}

/** Clock ticks of the kernel's figures are 10 ms on every Linux that Node.js runs on. */
const tick = 10_000;

/** See proc(5): after the name in brackets come state, parent, … user time, system time and those of ended children. */
function timesOf(pid: string): ProcessTimes | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const ticks = fields.slice(11, 15).reduce((sum, ticksOfKind) => sum + ticksOfKind, 0);
    return { parent, cpu: ticks * tick };
  } catch {
    return undefined; // it has ended meanwhile
  }
}
