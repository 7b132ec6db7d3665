/** What one key has left: a token bucket by the second, a quota by the day, and the headers that tell of them. */

import { Fault } from "../../../../base/faults.ts";
import type { KeyLimits } from "../../../../seams/keys.ts";

const DAY_MS = 86_400_000;

const headersOfFaults = new WeakMap<Fault, readonly string[]>();

/** What the answer of a refusal says of the limits that caused it. */
export function limitHeaders(fault: Fault): readonly string[] {
  return headersOfFaults.get(fault) ?? [];
}

/** Counts whole requests. Times are ms since 1970 and never needed to be exact: a clock set back refills nothing. */
export class Allowance {
  readonly #limits: KeyLimits;
  readonly #burst: number;
  readonly #policy: string;
  #tokens: number;
  #at = 0;
  #day = 0;
  #used = 0;
  requests = 0;
  limited = 0;

  constructor(
    limits: KeyLimits,
    now: number,
    before?: { readonly day: number; readonly used: number },
  ) {
    const { rate, burst, daily } = limits;
    this.#limits = limits;
    this.#burst = burst ?? Math.max(1, Math.ceil((rate ?? 0) * 2));
    this.#tokens = this.#burst;
    this.#at = now;
    this.#day = dayOf(now);
    this.#used = before !== undefined && before.day === this.#day ? before.used : 0;
    this.#policy = [
      ...(rate === undefined
        ? []
        : [`"burst";q=${this.#burst};w=${Math.ceil(this.#burst / rate)}`]),
      ...(daily === undefined ? [] : [`"day";q=${daily};w=86400`]),
    ].join(", ");
  }

  usedOn(now: number): { readonly day: number; readonly used: number } {
    return { day: dayOf(now), used: this.#day === dayOf(now) ? this.#used : 0 };
  }

  /**
   * Takes one request. Answers the headers of draft-ietf-httpapi-ratelimit-headers, undefined where nothing is limited.
   * Throws RATE_LIMITED, QUOTA_SPENT.
   */
  take(now: number, caller: string): readonly string[] | undefined {
    this.#turn(now);
    if (this.#policy === "") {
      this.#count();
      return undefined;
    }
    const { rate, daily } = this.#limits;
    if (daily !== undefined && this.#used >= daily) {
      this.limited += 1;
      const retryAfterS = Math.ceil((DAY_MS - (now % DAY_MS)) / 1000);
      throw this.#told(
        now,
        new Fault("QUOTA_SPENT", {
          caller,
          daily,
          retryAfterS,
        }),
      );
    }
    if (rate !== undefined && this.#tokens < 1) {
      this.limited += 1;
      const retryAfterS = Math.max(1, Math.ceil((1 - this.#tokens) / rate));
      throw this.#told(
        now,
        new Fault("RATE_LIMITED", {
          caller,
          rate,
          retryAfterS,
        }),
      );
    }
    this.#tokens -= rate === undefined ? 0 : 1;
    this.#count();
    return this.#headers(now);
  }

  #headers(now: number): readonly string[] {
    return ["RateLimit-Policy", this.#policy, "RateLimit", this.#left(now)];
  }

  #told(now: number, fault: Fault): Fault {
    headersOfFaults.set(fault, this.#headers(now));
    return fault;
  }

  #count(): void {
    this.requests += 1;
    this.#used += 1;
  }

  #turn(now: number): void {
    const { rate = 0 } = this.#limits;
    const passed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#burst, this.#tokens + (passed * rate) / 1000);
    // Also backwards, as the day: after a clock was wrong and is set right, what refills does not wait until it has
    // caught up.
    this.#at = now;
    const day = dayOf(now);
    this.#used = day > this.#day ? 0 : this.#used;
    this.#day = day;
  }

  #left(now: number): string {
    const { rate, daily } = this.#limits;
    const whole = Math.max(0, Math.floor(this.#tokens));
    return [
      ...(rate === undefined
        ? []
        : [`"burst";r=${whole};t=${Math.max(0, Math.ceil((this.#burst - this.#tokens) / rate))}`]),
      ...(daily === undefined
        ? []
        : [
            `"day";r=${Math.max(0, daily - this.#used)};t=${Math.ceil((DAY_MS - (now % DAY_MS)) / 1000)}`,
          ]),
    ].join(", ");
  }
}

function dayOf(now: number): number {
  return Math.floor(now / DAY_MS);
}
