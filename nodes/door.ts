import { RepeatedLines } from './repeated-lines';

/** What is turned away before it is stored: counted, and told in a line. */
export class Door {
  private readonly counts = new Map<string, number>();
  private readonly lines: RepeatedLines;

  constructor(log: { warn(message: string): void }) {
    this.lines = new RepeatedLines((line) => log.warn(line));
  }

  /** @param who the partner, the key's name or the address; @param now milliseconds since 1970 */
  refused(status: number, code: string, who: string, now = Date.now()): void {
    const kind = `${status} ${code}`;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.lines.say(`Refused at the door: ${kind}, ${who.slice(0, 80)}.`, now);
  }

  /** Tells what came since. Called now and then. */
  tell(now = Date.now()): void {
    this.lines.tell(now);
  }

  /** Tells what has not been told yet. */
  end(): void {
    this.lines.end();
  }

  /** How many were refused since the start, as Prometheus reads it. */
  metrics(): string {
    const rows = [...this.counts].sort().map(([kind, count]) => {
      const [status, code] = kind.split(' ');
      return `o2c_refused_total{status="${status}",code="${code}"} ${count}\n`;
    });
    return `# HELP o2c_refused_total Requests that this process turned away at the door.\n# TYPE o2c_refused_total counter\n${rows.join('')}`;
  }
}
