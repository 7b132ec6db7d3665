/** millrace sim: the whole pipeline in one process, on a disk and a clock that are only modelled, under every fault. */

import { availableParallelism } from "node:os";
import { Command } from "commander";
import { showMs } from "../../base/units.ts";
import type { RunResult } from "../../simulate/index.ts";
import { numberWithin, wholeNumber, type Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { openLiveLine } from "../show/live-line.ts";
import { showCount } from "../show/numbers.ts";
import { paintFor } from "../show/paint.ts";
import { showSimulation, sumUp, type SimulationSum } from "../show/simulation.ts";

interface SimOptions {
  readonly seeds: number;
  readonly seed: number;
  readonly hours?: number;
  readonly threads: number;
  readonly json?: boolean;
}

const MORE = `
Runs the pipeline's own schema, rules and transforms in the real gateway, check, log, delivery, lake,
loader and books, while processes are killed, the power is cut, the disk is slow, full or failing and
the warehouse is away. Then all becomes calm, and each event a client was told of must be where it
should be: once, in order, and in balanced books. Events are made from the schema. Nothing is read
from or written to a data folder. A seed fixes everything: the same seed is the same run.
Exit 1 says that a seed broke a promise; the command that runs it again is printed.`;

const PLAIN_EVERY_MS = 5000;
const SEED_MAX = 1_000_000_000;
const FAILURES_MAX = 5;

export function simCommand(around: Surroundings): Command {
  return new Command("sim")
    .description("Run the pipeline under every fault there is, simulated, and prove its promises.")
    .argument("[pipeline]", "folder that holds pipeline.ts, or the file", ".")
    .option(
      "--seeds <n>",
      "how many runs, each with a seed of its own",
      wholeNumber(1, SEED_MAX),
      200,
    )
    .option("--seed <s>", "the first seed; the others follow it", wholeNumber(0, SEED_MAX), 1)
    .option(
      "--hours <h>",
      "simulated hours of trouble in each run (default: 7 s)",
      numberWithin(0, 1000),
    )
    .option("--threads <n>", "runs side by side", wholeNumber(1, 64), availableParallelism())
    .option("--json", "print JSON for programs")
    .addHelpText("after", MORE)
    .action(async (pipeline: string, options: SimOptions) => {
      around.finish(await sim(pipeline, options, around));
    });
}

async function sim(
  pipeline: string,
  options: SimOptions,
  { world, doors }: Surroundings,
): Promise<ExitCode> {
  const { json } = options;
  const stop = new AbortController();
  using _signals = world.onStopSignal(() => {
    if (stop.signal.aborted) {
      world.exitNow(EXIT.interrupted);
    }
    stop.abort();
  });
  const began = world.clock.now();
  const { runSeeds } = await doors.simulate();
  const live = openLiveLine({
    screen: world.stderr,
    clock: world.clock,
    plainEveryMs: PLAIN_EVERY_MS,
  });
  let done = 0;
  let failed = 0;
  const results = await runSeeds({
    file: pipeline,
    hours: options.hours,
    from: options.seed,
    count: options.seeds,
    threads: options.threads,
    failuresMax: FAILURES_MAX,
    signal: stop.signal,
    onResult: ({ wrong }) => {
      done += 1;
      failed += wrong.length > 0 ? 1 : 0;
      const bad = failed === 0 ? "" : `, ${showCount(failed)} broke a promise`;
      void live.show(`${showCount(done)} of ${showCount(options.seeds)} seeds${bad}`);
    },
  });
  await live.clear();
  const sum = sumUp(results, { pipeline, asked: options.seeds, hours: options.hours });
  const paint = paintFor(world.stdout, world.env);
  const took = showMs(world.clock.now() - began);
  await world.stdout.write(
    json === true ? `${JSON.stringify(toJson(sum, results))}\n` : showSimulation(sum, took, paint),
  );
  return stop.signal.aborted ? EXIT.interrupted : exitOf(sum);
}

/** A run in which nothing was accepted proves nothing. */
function exitOf({ failed, accepted }: SimulationSum): ExitCode {
  return failed.length === 0 && accepted > 0 ? EXIT.ok : EXIT.no;
}

function toJson(sum: SimulationSum, results: readonly RunResult[]): unknown {
  const { asked, accepted, rejected, lives, simulatedMs, replay } = sum;
  const failed = sum.failed.map((result) => ({ ...result, replay: replay(result.seed) }));
  const counts = { seeds: results.length, asked, accepted, rejected, lives, simulatedMs };
  return { ...counts, kept: failed.length === 0 && accepted > 0, failed };
}
