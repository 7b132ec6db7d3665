/** Runs every source of the plan, and stops them all within a time limit. */

import { rmSync } from "node:fs";
import type { SourcePlan } from "../../plan/sources/source-plan.ts";
import type { SourceStatus } from "../../seams/status.ts";
import { openCheckpoints } from "./checkpoints.ts";
import { openReader } from "./open-reader.ts";
import { SourceRun, type SourceWorld } from "./source-run.ts";

export interface SourcesOptions extends SourceWorld {
  readonly definitions: Readonly<Record<string, SourcePlan>>;
  /** The file sources.sqlite. */
  readonly path: string;
  /** False leaves every source off; their checkpoints are still told. */
  readonly run: boolean;
  /** The environment, for `env:NAME` in definitions. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Sources extends AsyncDisposable {
  /** In the order of the definition; a plain read of memory. */
  status(): readonly SourceStatus[];
  /**
   * Asks all sources to stop and waits for what is on its way through the door, at most `STOP_MS`: a batch that takes
   * longer is asked for again after the next start.
   */
  stop(): Promise<void>;
}

export const STOP_MS = 5000;

export function openSources(options: SourcesOptions): Sources {
  const { definitions, path, sleep, env = {} } = options;
  const scratch = `${path}.fetched`;
  // What an earlier life had fetched and not read to its end is fetched again.
  rmSync(scratch, { recursive: true, force: true });
  const checkpoints = openCheckpoints(path);
  const runs = Object.entries(definitions).map(([name, plan]) => {
    const source = openReader(plan, { scratch, env });
    return new SourceRun({ name, source, checkpoints, world: options });
  });
  const ended = options.run ? Promise.all(runs.map((run) => run.run())) : Promise.resolve();
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    runs.forEach((run) => run.stop());
    const waiting = new AbortController();
    await Promise.race([ended, sleep(STOP_MS, waiting.signal)]);
    waiting.abort();
    checkpoints[Symbol.dispose]();
  }

  return {
    status: () => runs.map((run) => run.status()),
    stop: () => (stopped ??= stop()),
    [Symbol.asyncDispose]: () => (stopped ??= stop()),
  };
}
