interface Attempts {
  failures: number;
  /** milliseconds since 1970 */
  until: number;
}

/** Counts failed authentications by remote address, so that keys cannot be tried out. Held in memory, and bounded. */
export class FailedAttempts {
  private readonly byAddress = new Map<string, Attempts>();

  constructor(
    private readonly most = 20,
    /** milliseconds */
    private readonly window = 60_000,
    private readonly mostAddresses = 10_000,
  ) {}

  /** Whole seconds until this address may try again; 0: now. `now` in milliseconds since 1970. */
  retryAfter(address: string, now: number): number {
    const attempts = this.byAddress.get(network(address));
    if (attempts === undefined || attempts.failures < this.most || now >= attempts.until) return 0;
    return Math.ceil((attempts.until - now) / 1000);
  }

  failed(address: string, now: number): void {
    const key = network(address);
    const attempts = this.byAddress.get(key);
    if (attempts !== undefined && now < attempts.until) {
      attempts.failures += 1;
      return;
    }
    this.byAddress.delete(key);
    for (const oldest of this.byAddress.keys()) {
      if (this.byAddress.size < this.mostAddresses) break;
      this.byAddress.delete(oldest);
    }
    this.byAddress.set(key, { failures: 1, until: now + this.window });
  }
}

/** One customer has a whole IPv6 network of 64 bits; an IPv4 address stands for itself, in either notation. */
function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const all =
    tail === undefined
      ? groups
      : [...groups, ...Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0'), ...after];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
