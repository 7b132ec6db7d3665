/** For tests: a warehouse in a folder of its own before each test, a plan of one stream, and short ways to load and ask. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { Fault } from "../../base/faults.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import type { Cell } from "../../seams/query.ts";
import { openWarehouse, type SessionWarehouse } from "./duckdb/open.ts";
import { type CutText, csvOf, type MadeCut, makeCut } from "./fixture.ts";
import type { Warehouse } from "./warehouse.ts";

export const FIELDS = "shop,price,pieces,paid,day,at,basket";
/** The same in SQL, where `at` is a word of its own. */
export const COLUMNS = FIELDS.replace("at,", '"at",');

/** A field of each type. */
export const SALE = {
  shop: z.string(),
  price: z.number().nullable(),
  pieces: z.int().optional(),
  paid: z.boolean().optional(),
  day: z.iso.date().optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  basket: z.array(z.string()).optional(),
};

/** The plan of one stream, `sales`. */
export function planSales(schema: unknown, drift: object = {}): Plan {
  return planPipeline({ name: "t", streams: { sales: { schema, drift } } }, "p.ts");
}

type Hook = (work: () => Promise<void>) => void;

interface Hooks {
  readonly beforeEach: Hook;
  readonly afterEach: Hook;
}

export let folder: string;
export let house: SessionWarehouse;
export let plan: Plan;

export async function open(given: Plan): Promise<void> {
  plan = given;
  house = await openWarehouse({ path: join(folder, "w.duckdb"), readable: [folder] });
  await house.ensure(plan);
}

/** Registers a fresh folder before each test and what clears it away after; the hooks are the test runner's. */
export function useHouse({ beforeEach, afterEach }: Hooks): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-house-"));
  });

  afterEach(async () => {
    await house[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
}

export function stream(name = "sales"): StreamPlan {
  const found = plan.streams.find((one) => one.name === name);
  if (found === undefined) {
    throw new Fault("STREAM_UNKNOWN", { stream: name });
  }
  return found;
}

export function cutOf(given: Partial<CutText> & Pick<CutText, "text" | "records">): MadeCut {
  return makeCut({ folder, stream: "sales", cut: 1, format: "csv", ...given });
}

export async function load({ manifest, objects }: MadeCut): ReturnType<Warehouse["load"]> {
  return await house.load(stream(manifest.stream), manifest, objects);
}

export async function rows(sql: string): Promise<readonly (readonly Cell[])[]> {
  return (await house.query.run(sql)).rows;
}

export const TWO = csvOf(FIELDS, [
  `"A, ""one""",1.5,3,true,2026-01-02,2026-01-02T03:04:05+02:00,"[""x""]"`,
  `"",,,,,,`,
]);
