/** How long the same line is not told again, in ms: twice as long each time, while it keeps coming. */
const shortestQuiet = 10_000;
const longestQuiet = 600_000;
/** Different lines that are told at once. */
const mostLines = 1_000;
const others = 'More of other kinds.';

interface Told {
  more: number;
  since: number;
  /** ms */
  quiet: number;
}

/** Lines of a log of which the same one may come in a flood: told at once, then counted, so that nobody can fill the disk. */
export class RepeatedLines {
  private readonly told = new Map<string, Told>();

  constructor(private readonly write: (line: string) => void) {}

  /** @param now milliseconds since 1970 */
  say(line: string, now = Date.now()): void {
    const shown = this.told.has(line) || this.told.size < mostLines - 1 ? line : others;
    const known = this.told.get(shown);
    if (known === undefined) {
      this.told.set(shown, { more: 0, since: now, quiet: shortestQuiet });
      this.write(shown);
    } else known.more += 1;
  }

  /** Tells what came since. Called now and then. */
  tell(now = Date.now()): void {
    for (const [line, told] of this.told) {
      if (now - told.since < told.quiet) continue;
      if (told.more === 0) {
        this.told.delete(line);
        continue;
      }
      this.writeMore(line, told, now);
      Object.assign(told, { more: 0, since: now, quiet: Math.min(longestQuiet, told.quiet * 2) });
    }
  }

  /** Tells what has not been told yet; nothing comes after it. */
  end(now = Date.now()): void {
    for (const [line, told] of this.told) if (told.more > 0) this.writeMore(line, told, now);
    this.told.clear();
  }

  private writeMore(line: string, { more, since }: Told, now: number): void {
    this.write(`${line} ${more} more in the last ${Math.round((now - since) / 1000)} s.`);
  }
}
