/** millrace sim: what it asks of the simulation, what it prints, and how it ends. */

import { expect, test } from "vitest";
import type { RunResult, SeedsOptions } from "../../simulate/index.ts";
import { closedDoors, runCommand, scriptedWorld } from "../scripted-world.ts";

const WELL: RunResult = {
  seed: 7,
  wrong: [],
  hash: "h",
  last: ["1.000 front1 is open"],
  accepted: 12,
  rejected: 3,
  lives: 5,
  steps: 100,
  simulatedMs: 9000,
};

async function sim(
  results: readonly RunResult[],
  ...options: string[]
): Promise<{ asked: SeedsOptions | undefined; code: number; out: string; err: string }> {
  let asked: SeedsOptions | undefined;
  const runSeeds = async (given: SeedsOptions): Promise<readonly RunResult[]> => {
    asked = given;
    results.forEach(given.onResult);
    return results;
  };
  const doors = { ...closedDoors, simulate: async () => ({ runSeeds }) };
  const argv = ["sim", "shop", "--seeds", String(results.length), ...options];
  return { ...(await runCommand(argv, scriptedWorld(), doors)), asked };
}

test("promises that were kept are told, with what they were kept under", async () => {
  const { code, out, asked } = await sim(
    [WELL, { ...WELL, seed: 8 }],
    "--seed",
    "7",
    "--threads",
    "2",
  );
  expect(code).toBe(0);
  expect(asked).toMatchObject({ file: "shop", from: 7, count: 2, threads: 2, hours: undefined });
  expect(out).toContain("24 event(s) accepted, 6 set aside");
  expect(out).toContain("KEPT");
});

test("a broken promise is told with its seed, its last steps and the command that shows it again", async () => {
  const broken = { ...WELL, seed: 9, wrong: ["prices: prices.0.1 was accepted and is no row"] };
  const { code, out } = await sim([WELL, broken], "--hours", "0.5");
  expect(code).toBe(1);
  expect(out).toContain("prices.0.1 was accepted and is no row");
  expect(out).toContain("1.000 front1 is open");
  expect(out).toContain("again: millrace sim shop --seed 9 --seeds 1 --hours 0.5");
  expect(out).toContain("BROKEN  in 1 seed(s)");
});

test("runs in which nothing was accepted prove nothing", async () => {
  const { code, out } = await sim([{ ...WELL, accepted: 0 }]);
  expect(code).toBe(1);
  expect(out).toContain("UNPROVED");
});

test("programs get JSON", async () => {
  const { code, out } = await sim([{ ...WELL, wrong: ["lost"] }], "--json");
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    kept: false,
    seeds: 1,
    failed: [{ seed: 7, wrong: ["lost"], replay: "millrace sim shop --seed 7 --seeds 1" }],
  });
});
