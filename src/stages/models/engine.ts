/** Picks how models run: in transactions where the engine has them, else in batches. */

import type { Clock } from "../../base/clock.ts";
import type { BatchExecute, Execute } from "../../seams/execute.ts";
import { openBatches } from "./batches/run.ts";
import { ensureBooks, number } from "./books.ts";
import { type ModelEngine, runsSql } from "./progress.ts";
import { runModel } from "./sessions/run.ts";

export function engineOf(execute: Execute | BatchExecute, clock: Clock): ModelEngine {
  if ("batch" in execute) {
    return openBatches(execute, clock);
  }
  return {
    ensure: () => execute.transaction(ensureBooks),
    runs: (model) => execute.transaction((given) => number(given, runsSql(model))),
    run: (model) => runModel({ execute, clock }, model),
    interrupt: () => execute.interrupt(),
  };
}
