/** Limits of a shard as Kinesis has them, for rehearsing what clients do when they are throttled. Pure. */

interface Bucket {
  tokens: number;
  at: number;
}

export interface Rate {
  readonly perSecond: number;
}

export const WRITE_RECORDS: Rate = { perSecond: 1000 };
export const WRITE_BYTES: Rate = { perSecond: 1_048_576 };
export const READ_CALLS: Rate = { perSecond: 5 };
export const READ_BYTES: Rate = { perSecond: 2_097_152 };

const BUCKETS_MAX = 65_536;

/** Token buckets that hold a second's worth. */
export class Throttle {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes `amount` if any is left, also when it is more: what large records overdraw is missing later. */
  take(name: string, amount: number, { rate, now }: { rate: Rate; now: number }): boolean {
    const bucket = this.#fill(name, rate, now);
    if (bucket.tokens <= 0) {
      return false;
    }
    bucket.tokens -= amount;
    return true;
  }

  #fill(name: string, { perSecond }: Rate, now: number): Bucket {
    const bucket = this.#buckets.get(name) ?? { tokens: perSecond, at: now };
    const earned = (Math.max(0, now - bucket.at) * perSecond) / 1000;
    bucket.tokens = Math.min(perSecond, bucket.tokens + earned);
    bucket.at = now;
    if (this.#buckets.size >= BUCKETS_MAX) {
      this.#buckets.clear();
    }
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
