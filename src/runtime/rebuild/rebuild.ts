/** The warehouse made again from the lake, into a file of its own beside the live one, which it then replaces. */

import { existsSync } from "node:fs";
import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { compareWarehouses, unread } from "../../books/index.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import { DEAD_LETTERS } from "../../base/record.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Verification } from "../../seams/verify.ts";
import { type Lake, lentFolders, openLake } from "../../stages/lake/index.ts";
import { openWarehouse, type Warehouse } from "../../stages/warehouse/index.ts";
import { type DataPaths, openDataFolder, readOwner } from "../data-folder.ts";
import { requireEmbedded } from "../warehouse/open-house.ts";
import { type Filled, loadAll, mustBeAllCuts, runModels } from "./fill.ts";
import { removeRebuilt, swapIn, warehouseFiles } from "./warehouse-files.ts";

export interface RebuildOptions {
  readonly data: string;
  /** The definition to rebuild with; the one of the last start when left out. */
  readonly pipeline: string | undefined;
  /** Compares with the live warehouse, and swaps only when both are equal. */
  readonly verify: boolean;
  /** Swaps also when they differ. */
  readonly yes: boolean;
  /** Takes one line about what is happening. */
  readonly tell: (line: string) => void;
}

export interface Rebuilt extends Filled {
  readonly models: number;
  /** Whether the new warehouse is in place. */
  readonly swapped: boolean;
  /** Where the old one is kept until the next start; undefined when there was none, or no swap. */
  readonly before: string | undefined;
  /** The comparison, when it was asked for. */
  readonly verification: Verification | undefined;
  readonly tookMs: number;
}

interface House {
  readonly plan: Plan;
  readonly paths: DataPaths;
  readonly lake: Lake;
  readonly options: RebuildOptions;
}

/**
 * Needs a data folder on which nothing runs. Until the swap the live warehouse stays in its place; the swap itself is
 * one rename, which the next to open the folder ends if it is cut off.
 * Throws DATA_MISSING, DATA_LOCKED, OBJECT_MISSING, OBJECT_DAMAGED, LOAD_FAILED, MODEL_FAILED and what a definition can
 * get wrong; nothing is changed then.
 */
export async function rebuildWarehouse(options: RebuildOptions): Promise<Rebuilt> {
  const started = systemClock.now();
  const owner = readOwner(options.data);
  const plan = await loadPlan(options.pipeline ?? owner.file);
  using folder = openDataFolder(options.data, plan.name);
  const { paths } = folder;
  requireEmbedded(paths, "be rebuilt in place");
  const files = warehouseFiles(paths.warehouse);
  await using lake = await openLake({ place: paths.lake, writes: false });
  try {
    const made = await makeRebuilt({ plan, paths, lake, options });
    const { verification } = made;
    const equal = verification === undefined || verification.state === "BALANCED";
    const swapped = equal || options.yes;
    const before = swapped && existsSync(files.live) ? files.before : undefined;
    if (swapped) {
      swapIn(files);
    }
    return { ...made, swapped, before, tookMs: systemClock.now() - started };
  } finally {
    removeRebuilt(files);
  }
}

async function makeRebuilt(house: House): Promise<Omit<Rebuilt, "swapped" | "before" | "tookMs">> {
  const { plan, paths, lake, options } = house;
  const path = warehouseFiles(paths.warehouse).rebuilt;
  // Opened first: a process that still holds the live file must not find it replaced.
  await using live = await openLive(house);
  await using warehouse = await openWarehouse({ path, readable: lentFolders(paths.lake) });
  const means = { plan, lake, warehouse };
  const filled = await loadAll(means, progress(options.tell));
  await mustBeAllCuts(means, paths.delivery);
  options.tell(`${filled.cuts} object(s) loaded; running the models`);
  const models = await runModels(means);
  const verification = options.verify ? await compare(house, warehouse, live.opened) : undefined;
  return { ...filled, models, verification };
}

const CUTS_TOLD = 500;

function progress(tell: (line: string) => void): (cuts: number) => void {
  return (cuts) => {
    if (cuts % CUTS_TOLD === 0) {
      tell(`${cuts} objects loaded`);
    }
  };
}

/** The live warehouse, or why it cannot be opened: mending that is what a rebuild is for. */
interface Live extends AsyncDisposable {
  readonly opened: Warehouse | Fault;
}

async function openLive({ paths }: House): Promise<Live> {
  try {
    if (!existsSync(paths.warehouse)) {
      throw new Fault("WAREHOUSE_DOWN", { cause: "there is no live one to compare with" });
    }
    const opened = await openWarehouse({
      path: paths.warehouse,
      readable: lentFolders(paths.lake),
    });
    return { opened, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
  } catch (thrown) {
    if (!(thrown instanceof Fault) || /lock/i.test(thrown.message)) {
      throw thrown;
    }
    return { opened: thrown, [Symbol.asyncDispose]: async () => {} };
  }
}

async function compare(
  { plan, lake, options }: House,
  warehouse: Warehouse,
  live: Warehouse | Fault,
): Promise<Verification> {
  const at = systemClock.now();
  try {
    if (live instanceof Fault) {
      throw live;
    }
    // What the next start would do first: else cuts that were never loaded would look like rows that were lost.
    options.tell("comparing both warehouses, row by row");
    const means = { plan, lake, warehouse: live };
    await loadAll(means);
    await runModels(means);
  } catch (thrown) {
    const findings = [unread("lake ↔ live", thrown)];
    return { state: "UNVERIFIED", at, tookMs: systemClock.now() - at, findings };
  }
  const raw = plan.streams.filter(({ name }) => name !== DEAD_LETTERS).map(({ table }) => table);
  const sides = { rebuilt: warehouse.query, live: live.query, signal: undefined };
  return await compareWarehouses({ ...sides, clock: systemClock, raw });
}
