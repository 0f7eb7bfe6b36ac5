/** How often the same refusal is told, in ms. */
const tellEvery = 10_000;
const mostTold = 1_000;

interface Refusals {
  more: number;
  readonly since: number;
}

/**
 * What is turned away before it is stored: counted, and told in a line, a flood of the same in one line every ten seconds,
 * so that nobody can fill the disk.
 */
export class Door {
  private readonly counts = new Map<string, number>();
  private readonly told = new Map<string, Refusals>();

  constructor(private readonly log: { warn(message: string): void }) {}

  /** @param who the partner, the key's name or the address; @param now milliseconds since 1970 */
  refused(status: number, code: string, who: string, now = Date.now()): void {
    const kind = `${status} ${code}`;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    const line = `Refused at the door: ${kind}, ${who.slice(0, 80)}.`;
    const known = this.told.get(line);
    if (known !== undefined) {
      known.more += 1;
      return;
    }
    if (this.told.size >= mostTold) return;
    this.told.set(line, { more: 0, since: now });
    this.log.warn(line);
  }

  /** Tells what came since. Called now and then. */
  tell(now = Date.now()): void {
    for (const [line, { more, since }] of this.told) {
      if (now - since < tellEvery) continue;
      this.told.delete(line);
      if (more > 0) this.log.warn(`${line} ${more} more in the last ${Math.round((now - since) / 1000)} s.`);
    }
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
