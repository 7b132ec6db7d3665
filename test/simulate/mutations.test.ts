/** Planted bugs: the simulation must catch each of them, and nothing where none is planted. */

import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadPlan } from "../../src/plan/load-plan.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { BooksDesk, runSeed } from "../../src/simulate/index.ts";
import { DELIVERY_MUTATIONS } from "./mutations/delivery.ts";
import { LOG_MUTATIONS } from "./mutations/log.ts";
import type { Mutation } from "./mutations/mutation.ts";
import { WAREHOUSE_MUTATIONS } from "./mutations/warehouse.ts";

const SEEDS_MAX = 150;
const MUTATIONS = [...LOG_MUTATIONS, ...DELIVERY_MUTATIONS, ...WAREHOUSE_MUTATIONS];

let plan: Plan;
let desk: BooksDesk;
const caught: string[] = [];

beforeAll(async () => {
  plan = await loadPlan(join(import.meta.dirname, "pipeline.ts"));
  desk = await BooksDesk.open(plan);
});

afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  process.stdout.write(`${["planted bug: seeds needed, what was seen", ...caught].join("\n  ")}\n`);
});

/** What the first seed that fails says, and how many it took; undefined when none fails. */
async function seek({ replace }: Mutation): Promise<{ seeds: number; says: string } | undefined> {
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    const { wrong } = await runSeed({ plan, seed, desk, replace });
    if (wrong.length > 0) {
      return { seeds: seed, says: wrong[0] ?? "" };
    }
  }
  return undefined;
}

test("there are at least ten of them, each with a name of its own", () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(10);
});

test.each(MUTATIONS)("$name is caught", { timeout: 300_000 }, async (mutation) => {
  const found = await seek(mutation);
  caught.push(`${mutation.name}: ${found?.seeds ?? "never"}, ${found?.says.slice(0, 100) ?? ""}`);
  expect(found).toBeDefined();
});
