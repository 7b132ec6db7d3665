/** Keeps alive what may die: begins it again after each end, waiting longer each time it ends soon after. */

import type { Clock, Instant } from "../../base/clock.ts";
import type { Fault } from "../../base/faults.ts";
import { sleep } from "../sleep.ts";

/** One life of a thread or process. */
export interface Life {
  /** Resolves once it works. */
  readonly ready: Promise<"ready">;
  /** Settles when it has ended, with what ended it. */
  readonly ended: Promise<Fault>;
  /** Whether it has said itself that it cannot work: the next one would say the same. */
  readonly refused: () => boolean;
}

export interface Death {
  readonly fault: Fault;
  /** Deaths in a row, this one included; a steady life in between starts the count again. */
  readonly attempts: number;
  /** When the first of them was. */
  readonly since: Instant;
}

export interface LivesOptions<L extends Life> {
  readonly begin: () => L;
  readonly clock: Clock;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  readonly onDeath: (death: Death) => void;
}

export interface Ending<L extends Life> {
  /** Asks a life to end by itself. */
  readonly ask: (life: L) => void;
  /** Ends one that did not in time. */
  readonly force: (life: L) => void;
  readonly patienceMs: number;
}

/** A life that lasted this long owes nothing to the deaths before it. */
const STEADY_MS = 60_000;
/** So many lives may die before one works: whoever killed the first need not kill the next. */
const FIRST_LIVES_MAX = 10;

export class Lives<L extends Life> {
  readonly #options: LivesOptions<L>;
  readonly #stop = new AbortController();
  #life: L | undefined;
  #restarts = 0;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: LivesOptions<L>) {
    this.#options = options;
  }

  /** Resolves once a life works; throws what keeps them all from that. Later deaths are mended. */
  async start(): Promise<void> {
    const since = this.#options.clock.now();
    for (let attempts = 1; ; attempts += 1) {
      const begun = this.#options.clock.now();
      const life = this.#begin();
      const outcome = await Promise.race([life.ready, life.ended]);
      if (outcome === "ready") {
        this.#watching = this.#watch(life, begun);
        return;
      }
      if (life.refused() || attempts >= FIRST_LIVES_MAX || this.stopping) {
        throw outcome;
      }
      this.#options.onDeath({ fault: outcome, attempts, since });
      await sleep(this.#waitMs(attempts), this.#stop.signal);
      this.#restarts += 1;
    }
  }

  #waitMs(attempts: number): number {
    const { firstWaitMs, longestWaitMs } = this.#options;
    return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempts - 1, 10));
  }

  get current(): L | undefined {
    return this.#life;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Ends the present life, and begins no other. */
  async stop({ ask, force, patienceMs }: Ending<L>): Promise<void> {
    this.#stop.abort();
    const life = this.#life;
    if (life !== undefined) {
      ask(life);
      const late = setTimeout(() => force(life), patienceMs);
      await life.ended;
      clearTimeout(late);
    }
    await this.#watching;
  }

  #begin(): L {
    this.#life = this.#options.begin();
    return this.#life;
  }

  async #watch(first: L, firstBegun: Instant): Promise<void> {
    const { clock, onDeath } = this.#options;
    let [life, begun] = [first, firstBegun];
    let attempts = 0;
    let since = firstBegun;
    for (;;) {
      const fault = await life.ended;
      if (this.stopping) {
        return;
      }
      const now = clock.now();
      if (attempts === 0 || now - begun >= STEADY_MS) {
        attempts = 0;
        since = now;
      }
      attempts += 1;
      onDeath({ fault, attempts, since });
      await sleep(this.#waitMs(attempts), this.#stop.signal);
      if (this.stopping) {
        return;
      }
      this.#restarts += 1;
      begun = clock.now();
      life = this.#begin();
    }
  }
}
