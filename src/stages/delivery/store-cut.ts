/** One planned cut from its bytes to its announcement; every step may be repeated. */

import { createHash } from "node:crypto";
import { Fault } from "../../base/faults.ts";
import type { Announcements, StoredPart } from "../../seams/announce.ts";
import type { ObjectStore } from "../../seams/store.ts";
import type { CutJournal, PlannedCut } from "./journal.ts";
import type { Chunks, Prepared } from "./prepare-cut.ts";

/** The steps of a cut in their order; each is on disk when it is told. */
export type CutStep = "planned" | "failed" | "object" | "announced" | "marked";

export interface CutWorld {
  readonly store: ObjectStore;
  readonly announcements: Announcements;
  readonly journal: CutJournal;
  /** Told after each step; tests kill the process here. */
  readonly onStep: ((step: CutStep, cut: number) => void) | undefined;
}

/** Puts what the plan says; either part may be there already from an earlier attempt. */
export async function putParts(
  planned: PlannedCut,
  { object, failed }: Pick<Prepared, "object" | "failed">,
  world: CutWorld,
): Promise<void> {
  const { manifest } = planned;
  if (manifest.failed !== undefined) {
    await putPart(world.store, manifest.failed, failed);
    world.onStep?.("failed", manifest.cut);
  }
  if (manifest.object !== undefined) {
    await putPart(world.store, manifest.object, object);
    world.onStep?.("object", manifest.cut);
  }
}

/** Announces a cut whose objects are stored, and marks it so. */
export async function announceCut(planned: PlannedCut, world: CutWorld): Promise<void> {
  const { manifest } = planned;
  await world.announcements.publish(manifest);
  world.onStep?.("announced", manifest.cut);
  world.journal.markStored(planned);
  world.onStep?.("marked", manifest.cut);
}

/** Whether everything a planned cut would store is there already, byte for byte, and on disk. */
export async function isStored(planned: PlannedCut, store: ObjectStore): Promise<boolean> {
  const { object, failed } = planned.manifest;
  for (const part of [object, failed]) {
    if (part === undefined) {
      continue;
    }
    const found = await store.get(part.name);
    if (found === undefined || sha256(found) !== part.sha256) {
      return false;
    }
    // A life that was killed may have left its name where only a put brings it: in memory, not yet on disk.
    await store.put(part.name, [found]);
  }
  return true;
}

async function putPart(store: ObjectStore, part: StoredPart, chunks: Chunks): Promise<void> {
  const outcome = await store.put(part.name, chunks);
  if (outcome === "exists" && (await hashOf(store, part)) !== part.sha256) {
    throw new Fault("OBJECT_DAMAGED", {
      name: part.name,
      cause: "an object of that name has other bytes; remove it and it is written again",
    });
  }
}

async function hashOf(store: ObjectStore, part: StoredPart): Promise<string | undefined> {
  const found = await store.get(part.name);
  return found && sha256(found);
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
