/** Asks a data folder on which nothing runs: opens its files, answers, and lets go of them. */

import { systemClock } from "../base/clock.ts";
import { Fault } from "../base/faults.ts";
import { unread } from "../books/index.ts";
import { loadPlan } from "../plan/load-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { RowFormat } from "../seams/query.ts";
import type { Verification } from "../seams/verify.ts";
import { openLake } from "../stages/lake/index.ts";
import { openAudit } from "./warehouse/audit.ts";
import { openHouse } from "./warehouse/open-house.ts";
import { openPipelineBooks } from "./books.ts";
import { openDataFolder, readOwner, type DataFolder } from "./data-folder.ts";
import { poisonedRecords } from "./delivery/poisoned.ts";
import { openFront } from "./front.ts";
import { openOfflineSource } from "./remote/source-books.ts";
import { modelStreams } from "../stages/models/index.ts";

/** Rows of the folder's warehouse as text. Throws DATA_MISSING, DATA_LOCKED, QUERY_FAILED. */
export async function* queryOffline(
  data: string,
  sql: string,
  format: RowFormat,
): AsyncGenerator<string> {
  const { pipeline } = readOwner(data);
  using folder = openDataFolder(data, pipeline);
  await using warehouse = await openFiles(folder);
  yield* warehouse.query.stream(sql, format);
}

/**
 * Closes the books of a folder. The definition it was last started with is read again unless another is named.
 * Throws DATA_MISSING, DATA_LOCKED and what a definition can get wrong.
 */
export async function verifyOffline(
  data: string,
  options: { readonly pipeline: string | undefined; readonly deep: boolean },
): Promise<Verification> {
  const owner = readOwner(data);
  const plan = await loadPlan(options.pipeline ?? owner.file);
  using folder = openDataFolder(data, plan.name);
  const at = systemClock.now();
  try {
    return await verifyFiles(plan, folder, options.deep);
  } catch (thrown) {
    // A log whose newest segment is damaged does not even open: that is what the books have to say.
    if (!(thrown instanceof Fault) || thrown.code !== "STREAM_CORRUPT") {
      throw thrown;
    }
    const findings = [unread(`${String(thrown.facts["stream"])}: log ↔ lake`, thrown)];
    return { state: "UNVERIFIED", at, tookMs: systemClock.now() - at, findings };
  }
}

async function verifyFiles(plan: Plan, folder: DataFolder, deep: boolean): Promise<Verification> {
  const { paths } = folder;
  await using front = await openFront({ plan, paths, clock: systemClock });
  await using lake = await openLake({ place: paths.lake, writes: false });
  await using warehouse = await openFiles(folder);
  await using source = openOfflineSource(paths, (stream) => front.reader(stream));
  const models = await modelStreams(plan);
  const books = openPipelineBooks({
    plan,
    front,
    lake,
    query: warehouse.query,
    audit: openAudit({ plan, lake, warehouse }),
    source: (stream) => source.look(stream),
    poisoned: (stream) => poisonedRecords(paths.delivery, { hash: plan.hash, stream }),
    models: () => models,
  });
  // Nothing moves here, so that there is nothing to wait for.
  return await books.verify({ deep, patienceMs: 0 });
}

async function openFiles({ paths }: DataFolder): ReturnType<typeof openHouse> {
  return await openHouse(paths);
}
