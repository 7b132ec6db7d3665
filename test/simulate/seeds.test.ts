/** The whole pipeline under every fault, from fixed seeds: each promise is kept in each of them. */

import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type RunResult, runSeeds } from "../../src/simulate/index.ts";

const file = join(import.meta.dirname, "pipeline.ts");
const SEEDS = 2000;

/** What to type to see it again. */
function replay({ seed, wrong, last }: RunResult): string {
  const command = `npx millrace sim test/simulate/pipeline.ts --seed ${seed} --seeds 1`;
  return [command, ...wrong, "its last steps:", ...last.slice(-20)].join("\n");
}

test(`${SEEDS} seeds keep every promise`, { timeout: 2_400_000 }, async () => {
  const results = await runSeeds({
    file,
    hours: undefined,
    from: 1,
    count: SEEDS,
    threads: 2,
    failuresMax: 3,
    onResult: () => undefined,
  });
  expect(results.filter(({ wrong }) => wrong.length > 0).map(replay)).toEqual([]);
  expect(results).toHaveLength(SEEDS);
  // What was run was no idle talk: events by the ten thousand, processes ended by the ten thousand.
  const sum = (of: (result: RunResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  expect(sum(({ accepted }) => accepted)).toBeGreaterThan(50 * SEEDS);
  expect(sum(({ rejected }) => rejected)).toBeGreaterThan(SEEDS);
  expect(sum(({ lives }) => lives)).toBeGreaterThan(10 * SEEDS);
});

test("a seed gives the same run again, step by step, in whatever thread", async () => {
  const onResult = vi.fn<(result: RunResult) => void>();
  const options = { file, hours: undefined, from: 1, count: 24, failuresMax: 1 };
  const once = await runSeeds({ ...options, threads: 2, onResult });
  const again = await runSeeds({ ...options, threads: 1, onResult });
  expect(again).toEqual(once);
  expect(onResult).toHaveBeenCalledTimes(2 * options.count);
  expect(new Set(once.map(({ hash }) => hash)).size).toBe(once.length);
});
