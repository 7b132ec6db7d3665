/** Brings a warehouse to where the lake is: every announced cut of every stream in order, then the models. */

import { existsSync } from "node:fs";
import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import type { Manifest, StoredPart } from "../../seams/announce.ts";
import { openCutJournal } from "../../stages/delivery/index.ts";
import { forgottenCut, type Lake } from "../../stages/lake/index.ts";
import { startModels } from "../../stages/models/index.ts";
import type { LocalObjects, Warehouse } from "../../stages/warehouse/index.ts";

export interface FillMeans {
  readonly plan: Plan;
  readonly lake: Lake;
  readonly warehouse: Warehouse;
}

export interface Filled {
  readonly cuts: number;
  readonly records: number;
  readonly rows: number;
  readonly setAside: number;
}

/**
 * Loads what is announced and not loaded, with the loader's own code.
 * Throws OBJECT_MISSING, OBJECT_DAMAGED, LOAD_FAILED, TABLE_MISMATCH.
 */
export async function loadAll(means: FillMeans, loaded?: (cuts: number) => void): Promise<Filled> {
  const { plan, warehouse } = means;
  await warehouse.ensure(plan);
  const sum = { cuts: 0, records: 0, rows: 0, setAside: 0 };
  for (const stream of plan.streams) {
    await loadStream(means, stream, () => {
      sum.cuts += 1;
      loaded?.(sum.cuts);
    });
    const { records, rows, setAside } = warehouse.totals(stream.name);
    sum.records += records;
    sum.rows += rows;
    sum.setAside += setAside;
  }
  return sum;
}

async function loadStream(
  { lake, warehouse }: FillMeans,
  stream: StreamPlan,
  loaded: () => void,
): Promise<void> {
  const forgotten = await forgottenCut(lake.inner, stream.name);
  if (warehouse.totals(stream.name).cut < forgotten) {
    throw new Fault("LAKE_FORGOTTEN", { cut: forgotten, stream: stream.name });
  }
  for (let { cut } = warehouse.totals(stream.name); ;) {
    cut += 1;
    const manifest = await lake.announcements.read(stream.name, cut);
    if (manifest === undefined) {
      return;
    }
    await withObjects(lake, manifest, (objects) => warehouse.load(stream, manifest, objects));
    loaded();
  }
}

/** Gives `work` a cut's objects as local files. Throws OBJECT_MISSING. */
export async function withObjects<T>(
  { store }: Lake,
  manifest: Manifest,
  work: (objects: LocalObjects) => Promise<T>,
): Promise<T> {
  await using opened = new AsyncDisposableStack();
  const local = async (part: StoredPart | undefined): Promise<string | undefined> =>
    part && opened.use(await store.fetch(part.name)).path;
  const object = await local(manifest.object);
  return await work({ object, failed: await local(manifest.failed) });
}

/** A manifest that is gone would end its stream early: delivery's journal knows how many there must be. */
export async function mustBeAllCuts(
  { plan, warehouse }: FillMeans,
  journal: string,
): Promise<void> {
  if (!existsSync(journal)) {
    return;
  }
  await using cuts = openCutJournal(journal);
  for (const { name } of plan.streams) {
    const { stored } = await cuts.resume(name);
    const { cut } = warehouse.totals(name);
    if (cut < stored) {
      throw new Fault("OBJECT_MISSING", { name: `manifest ${cut + 1} of stream ${name}` });
    }
  }
}

const NEVER_MS = 3_600_000;

/** Runs every model until it has taken in all there is; how many there are. Throws what keeps a model from running. */
export async function runModels({ plan, warehouse }: FillMeans): Promise<number> {
  await using execute = await warehouse.execute();
  await using models = startModels({
    plan,
    execute,
    clock: systemClock,
    pauseMs: 0,
    pollMs: NEVER_MS,
    retryMs: { first: NEVER_MS, max: NEVER_MS },
    onChange: () => {},
  });
  const settled = await models.settle();
  const troubled = models.meters().find(({ trouble }) => trouble !== undefined);
  if (!settled || troubled !== undefined) {
    const cause = troubled?.trouble?.message ?? "the models were stopped";
    throw new Fault("MODEL_FAILED", { model: troubled?.name ?? "of the pipeline", cause });
  }
  return models.meters().length;
}
