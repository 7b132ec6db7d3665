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

/** A part of a cut as the plan has it, and its bytes. */
type Part = readonly [part: StoredPart | undefined, chunks: Chunks, step: CutStep];

/**
 * Puts what the plan says; either part may be there already from an earlier attempt. The bytes are brought to disk while
 * the plan itself is on its way there, and become objects once `durable` says that it has arrived; where that is false,
 * nothing is stored, and so is the answer.
 */
export async function putParts(
  planned: PlannedCut,
  { object, failed }: Pick<Prepared, "object" | "failed">,
  { store, onStep, durable = ALREADY }: CutWorld & { readonly durable?: Promise<boolean> },
): Promise<boolean> {
  const { manifest } = planned;
  const parts: readonly Part[] = [
    [manifest.failed, failed, "failed"],
    [manifest.object, object, "object"],
  ];
  for (const [part, chunks, step] of parts) {
    if (part !== undefined) {
      await using staged = await store.stage?.(part.name, chunks);
      if (!(await durable)) {
        return false;
      }
      await prove(store, part, await (staged?.publish() ?? store.put(part.name, chunks)));
      onStep?.(step, manifest.cut);
    }
  }
  return await durable;
}

const ALREADY = Promise.resolve(true);

/**
 * Announces a cut and marks it so, once `ready` says that its objects are stored and the cuts before it announced; where
 * that is false, nothing is announced, and so is the answer. The manifest's bytes are brought to disk meanwhile.
 */
export async function announceCut(
  planned: PlannedCut,
  {
    announcements,
    journal,
    onStep,
    ready = ALREADY,
  }: CutWorld & { readonly ready?: Promise<boolean> },
): Promise<boolean> {
  const { manifest } = planned;
  await using staged = await announcements.stage?.(manifest);
  if (!(await ready)) {
    return false;
  }
  await (staged?.publish() ?? announcements.publish(manifest));
  onStep?.("announced", manifest.cut);
  journal.markStored(planned);
  onStep?.("marked", manifest.cut);
  return true;
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

async function prove(
  store: ObjectStore,
  part: StoredPart,
  outcome: "stored" | "exists",
): Promise<void> {
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
