/** The time by which waiting records grow old: the wall clock's, and never less than they have waited by a steady one. */

import { type Clock, type Instant, toInstant } from "../../../base/clock.ts";
import type { Pending } from "../cut.ts";

export class SteadyAge {
  readonly #clock: Clock;
  readonly #elapsed: () => number;
  #oldestAt: Instant | undefined;
  #since = 0;

  /** `elapsed` is of a clock that nobody sets. */
  constructor(clock: Clock, elapsed: () => number) {
    this.#clock = clock;
    this.#elapsed = elapsed;
  }

  /** A wall clock that was set back by hours must not hold a cut up for hours. Ask often: waiting counts from the first. */
  now({ oldestAt }: Pending): Instant {
    if (oldestAt !== this.#oldestAt) {
      this.#oldestAt = oldestAt;
      this.#since = this.#elapsed();
    }
    const now = this.#clock.now();
    return oldestAt === undefined
      ? now
      : toInstant(Math.max(now, oldestAt + this.#elapsed() - this.#since));
  }
}
