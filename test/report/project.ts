/** The projects of the examples, made once. For tests only. */

import { join } from "node:path";
import { loadPlan } from "../../src/plan/load-plan.ts";
import { powerBiProject, type StorageMode } from "../../src/report/index.ts";
import { describeTables } from "../../src/runtime/describe/describe.ts";

const examples = join(import.meta.dirname, "../../examples");

export const PLACE = {
  account: "xy12345.eu-central-1.snowflakecomputing.com",
  warehouse: "W",
  database: "D",
  role: "R",
} as const;

export async function projectOf(
  example: string,
  mode: StorageMode = "directQuery",
): Promise<ReadonlyMap<string, string>> {
  const plan = await loadPlan(join(examples, example));
  return powerBiProject({ plan, shapes: await describeTables(plan), place: PLACE, mode });
}
