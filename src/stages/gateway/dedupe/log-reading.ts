/** Makes a window again from the log: a read that fails is tried again, first while the door waits, then beside its work. */

import type { Clock, Instant } from "../../../base/clock.ts";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { Timers } from "../../../base/timers.ts";
import type { Position } from "../../../seams/consume.ts";
import type { Trouble } from "../../../seams/meter.ts";
import type { Kept, Recall } from "./window.ts";

export interface LogReadingOptions {
  readonly recall: Recall;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly take: (kept: Kept) => void;
}

/** So often, over three quarters of a second, while whoever comes waits; a longer trouble must not shut the door. */
const HELD_TRIES = 5;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 30_000;

export class LogReading {
  /** Why the window does not reach back as far as it should. */
  trouble: Trouble | undefined;
  readonly #options: LogReadingOptions;
  #damaged = false;
  #forget: (() => void) | undefined;

  constructor(options: LogReadingOptions) {
    this.#options = options;
  }

  /** Resolves when all is read, or when the door must not wait any longer. Never rejects. */
  async read(from: Promise<Position> | undefined): Promise<void> {
    for (let attempts = 1; attempts <= HELD_TRIES; attempts += 1) {
      if (await this.#try(from, attempts)) {
        return;
      }
      if (attempts < HELD_TRIES) {
        await new Promise<void>((done) => {
          this.#options.timers.after(waitMs(attempts), done);
        });
      }
    }
    this.#tryLater(HELD_TRIES);
  }

  /** Nothing is read any more. */
  stop(): void {
    this.#forget?.();
    this.#forget = () => {};
  }

  /** All of the window: what was sent meanwhile stands behind it, so that the newest of an id is known last. */
  #tryLater(attempts: number): void {
    this.#forget ??= this.#options.timers.after(waitMs(attempts), () => {
      this.#forget = undefined;
      void this.#tryAgain(attempts + 1);
    });
  }

  async #tryAgain(attempts: number): Promise<void> {
    if (!(await this.#try(undefined, attempts))) {
      this.#tryLater(attempts);
    }
  }

  /** Whether there is nothing more to try. */
  async #try(from: Promise<Position> | undefined, attempts: number): Promise<boolean> {
    const { recall, take } = this.#options;
    try {
      // A mark that could not be had means that anything may be new.
      await recall.read(await from?.catch(() => undefined), take);
      this.trouble = this.#damaged ? this.trouble : undefined;
      return true;
    } catch (thrown) {
      this.#note(thrown, attempts);
      // What lies before damage is known, and reading again finds it again.
      return this.#damaged;
    }
  }

  #note(thrown: unknown, attempts: number): void {
    const code = thrown instanceof Fault ? thrown.code : "INTERNAL";
    const since: Instant = this.trouble?.since ?? this.#options.clock.now();
    this.#damaged ||= code === "STREAM_CORRUPT";
    this.trouble = { code, message: causeOf(thrown), since, attempts };
  }
}

function waitMs(attempts: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1));
}
