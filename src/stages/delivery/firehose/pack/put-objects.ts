/** Made objects into the lake, under names that a repetition keeps. */

import { createHash } from "node:crypto";
import { Fault } from "../../../../base/faults.ts";
import type { ObjectName } from "../../../../base/object-name.ts";
import type { ObjectStore } from "../../../../seams/store.ts";
import { type RetryWorld, retrying } from "../../retry.ts";
import type { PlannedObject } from "../run/cut-journal.ts";
import { type MadeObject, nameOf } from "../run/make-objects.ts";

/** Whatever is in an object. */
const CONTENT_TYPE = "application/octet-stream";

/** A repetition keeps the names it had, so that whoever saw an object does not see it twice. */
export async function nameObjects(
  made: readonly MadeObject[],
  planned: readonly PlannedObject[] | undefined,
  { uuid, store }: { readonly uuid: () => string; readonly store: ObjectStore },
): Promise<readonly PlannedObject[]> {
  const hashes = made.map(({ chunks }) => hashOf(chunks));
  if (planned?.length === made.length) {
    return planned.map(({ name }, place) => ({ name, sha256: hashes[place] ?? "" }));
  }
  for (const { name } of planned ?? []) {
    await store.remove(name);
  }
  return made.map((object, place) => {
    const name: ObjectName | undefined = nameOf(object, uuid());
    if (name === undefined) {
      throw new Fault("OBJECT_NAME_INVALID", { name: object.head, cause: "the prefix gives it" });
    }
    return { name, sha256: hashes[place] ?? "" };
  });
}

/**
 * True when all are stored, false when stopped on the way. The lake may be away for long: what was made is kept
 * meanwhile, and no function is asked again.
 */
export async function putObjects(
  objects: readonly PlannedObject[],
  made: readonly MadeObject[],
  world: RetryWorld & { readonly store: ObjectStore },
): Promise<boolean> {
  for (const [place, planned] of objects.entries()) {
    const object = made[place] as MadeObject; // `nameObjects` gave one name for each.
    const work = async (): Promise<boolean> => {
      await put(planned, object, world.store);
      return true;
    };
    if ((await retrying(work, world)) !== true) {
      return false;
    }
  }
  return true;
}

async function put(
  { name, sha256 }: PlannedObject,
  object: MadeObject,
  store: ObjectStore,
): Promise<void> {
  const headers = { contentType: CONTENT_TYPE, contentEncoding: object.encoding };
  if ((await store.put(name, object.chunks, headers)) === "stored") {
    return;
  }
  const found = await store.get(name);
  if (found === undefined || hashOf([found]) !== sha256) {
    // Of this cut's first attempt, which made other bytes: a function's answers, the time of an attempt.
    await store.remove(name);
    await store.put(name, object.chunks, headers);
  }
}

function hashOf(chunks: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  chunks.forEach((chunk) => hash.update(chunk));
  return hash.digest("hex");
}
