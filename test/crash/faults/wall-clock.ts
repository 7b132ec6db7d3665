/** The test's hand on the clock that a pipeline sees on its wall. */

import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunningPipeline } from "../../journey/running.ts";
import { preloads } from "./gatekeeper.ts";

const HOUR_MS = 3_600_000;

export class WallClock {
  readonly #running: RunningPipeline;
  readonly #path: string;

  /** From its next life on the pipeline goes by this clock. */
  constructor(running: RunningPipeline) {
    this.#running = running;
    this.#path = join(running.folder, "clock");
    running.env = {
      ...running.env,
      MILLRACE_TEST_CLOCK: this.#path,
      NODE_OPTIONS: preloads("clock"),
    };
  }

  /** So many hours from the true time; returns when the pipeline goes by it. */
  async set(hours: number): Promise<void> {
    this.write(hours);
    for (let off = Infinity; Math.abs(off) > HOUR_MS / 2;) {
      off = (await this.#running.status()).now - (Date.now() + hours * HOUR_MS);
    }
  }

  /** The same for the next life. */
  write(hours: number): void {
    writeFileSync(`${this.#path}.new`, String(hours * HOUR_MS));
    renameSync(`${this.#path}.new`, this.#path);
  }
}
