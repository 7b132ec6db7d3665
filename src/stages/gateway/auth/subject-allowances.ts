/** What each subject of an issuer's tokens has left, in memory: a new token does not begin anew. */

import type { Clock } from "../../../base/clock.ts";
import type { TokenLimits } from "../../../define/access.ts";
import type { Admission } from "../../../seams/caller.ts";
import { Allowance } from "./keys/allowance.ts";

const SUBJECTS_MAX = 10_000;

export class SubjectAllowances {
  readonly #limits: TokenLimits;
  readonly #clock: Clock;
  /** In the order of their last request: who has not asked for the longest is forgotten first. */
  readonly #bySubject = new Map<string, Allowance>();

  constructor(limits: TokenLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** The admission with what is left of the subject's limits. Throws RATE_LIMITED, QUOTA_SPENT. */
  take({ caller }: Admission): Admission {
    const now = this.#clock.now();
    const allowance = this.#bySubject.get(caller.name) ?? new Allowance(this.#limits, now);
    this.#bySubject.delete(caller.name);
    const oldest = this.#bySubject.keys().next();
    if (this.#bySubject.size >= SUBJECTS_MAX && oldest.done !== true) {
      this.#bySubject.delete(oldest.value);
    }
    this.#bySubject.set(caller.name, allowance);
    return { caller, headers: allowance.take(now, caller.name) };
  }
}
