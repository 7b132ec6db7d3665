/** How old is the oldest record whose row cannot be queried yet? Told from samples of two counters. */

import type { Instant } from "../../base/clock.ts";

interface Sample {
  readonly at: Instant;
  /** Records accepted by then. */
  readonly accepted: number;
}

/** One sample per 100 ms would fill this in ten minutes; older ones are thinned out, never forgotten. */
const SAMPLES_MAX = 6000;

/** Pure but for its own samples: the clock's readings come as arguments. */
export class LagMeter {
  #samples: Sample[] = [];

  /** Notes how many records were accepted by `at`; call it often, also when nothing came. */
  note(at: Instant, accepted: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && last.accepted === accepted) {
      return;
    }
    this.#samples.push({ at, accepted });
    if (this.#samples.length > SAMPLES_MAX) {
      this.#samples = this.#samples.filter((_sample, index) => index % 2 === 0);
    }
  }

  /** Age in ms of the oldest sample that `arrived` records do not cover yet; 0 when all have arrived. */
  lagMs(now: Instant, arrived: number): number {
    const first = this.#samples.findIndex(({ accepted }) => accepted > arrived);
    if (first === -1) {
      this.#samples.length = 0;
      return 0;
    }
    this.#samples.splice(0, first);
    const oldest = this.#samples[0];
    return oldest === undefined ? 0 : Math.max(0, now - oldest.at);
  }
}
