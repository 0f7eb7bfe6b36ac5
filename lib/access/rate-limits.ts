/** What a partner may send. Both from 1 on. */
export interface Rates {
  readonly requestsPerMinute: number;
  readonly ordersPerMinute: number;
}

export type Measure = 'requests' | 'orders';

export interface RateState {
  readonly measure: Measure;
  readonly perMinute: number;
  /** What may still come at once; 0 when nothing may. */
  readonly remaining: number;
  /** Whole seconds until something may come again; 0: now. */
  readonly retryAfter: number;
  /** Whole seconds until everything may come again. */
  readonly fullAfter: number;
}

interface Bucket {
  level: number;
  /** milliseconds since 1970 */
  at: number;
}

const minute = 60_000; // milliseconds
/** A message may be larger than what is left, but is paid for at most so many minutes long. */
const longestDebt = 60;

/**
 * What partners may send in this process: a bucket each that holds a minute's worth and fills evenly. A message with many
 * orders is taken whole while anything is left, and paid for afterwards. Held in memory, and bounded.
 */
export class RateLimits {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly mostBuckets = 10_000) {}

  /** How it stands, without taking anything. `now` in milliseconds since 1970. */
  look(partner: string, measure: Measure, perMinute: number, now: number): RateState {
    return stateOf(measure, perMinute, this.levelOf(partner, measure, perMinute, now));
  }

  /** Takes `count`, if anything is left; how it stood before says whether it was taken (`retryAfter` 0). */
  take(partner: string, measure: Measure, perMinute: number, count: number, now: number): RateState {
    const level = this.levelOf(partner, measure, perMinute, now);
    if (level < 1) return stateOf(measure, perMinute, level);
    this.keep(`${measure} ${partner}`, { level: Math.max(level - count, -longestDebt * perMinute), at: now });
    return { ...stateOf(measure, perMinute, Math.max(0, level - count)), retryAfter: 0 };
  }

  private levelOf(partner: string, measure: Measure, perMinute: number, now: number): number {
    const bucket = this.buckets.get(`${measure} ${partner}`);
    if (bucket === undefined) return perMinute;
    return Math.min(perMinute, bucket.level + (Math.max(0, now - bucket.at) * perMinute) / minute);
  }

  /** The bucket that was not used for longest makes room. */
  private keep(key: string, bucket: Bucket): void {
    this.buckets.delete(key);
    for (const oldest of this.buckets.keys()) {
      if (this.buckets.size < this.mostBuckets) break;
      this.buckets.delete(oldest);
    }
    this.buckets.set(key, bucket);
  }
}

function stateOf(measure: Measure, perMinute: number, level: number): RateState {
  const secondsFor = (amount: number): number => Math.max(0, Math.ceil((amount * 60) / perMinute));
  return {
    measure,
    perMinute,
    remaining: Math.max(0, Math.floor(level)),
    retryAfter: level >= 1 ? 0 : Math.max(1, secondsFor(1 - level)),
    fullAfter: secondsFor(perMinute - level),
  };
}

/** The fields of the IETF draft “RateLimit header fields for HTTP”. */
export function rateHeaders({
  measure,
  perMinute,
  remaining,
  retryAfter,
  fullAfter,
}: RateState): Record<string, string> {
  return {
    'ratelimit-policy': `"${measure}";q=${perMinute};w=60`,
    ratelimit: `"${measure}";r=${remaining};t=${retryAfter > 0 ? retryAfter : fullAfter}`,
  };
}
