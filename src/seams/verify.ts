/** books → CLI, dashboard. What closing the books found. */

import type { Instant } from "../base/clock.ts";
import type { BooksState } from "./status.ts";

/** One comparison of two arms. */
export interface Finding {
  readonly state: BooksState;
  /** "prices: log ↔ lake" and the like. */
  readonly account: string;
  /** One sentence for people. */
  readonly says: string;
  readonly expected: number;
  readonly found: number;
  /** Ids of events missing or too many, at most 100; `found - expected` tells how many there are. */
  readonly ids: readonly string[];
}

export interface Verification {
  /** The worst of the findings: UNVERIFIED over SHORT over OVER over BALANCED. */
  readonly state: BooksState;
  readonly at: Instant;
  readonly tookMs: number;
  /** Of that, how long it waited, idle, for what was accepted before to be loaded and modelled. */
  readonly waitedMs?: number;
  readonly findings: readonly Finding[];
}
