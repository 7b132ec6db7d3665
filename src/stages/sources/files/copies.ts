/** Files from elsewhere as files on this disk, for as long as they are read. */

import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { showBytes } from "../../../base/units.ts";
import type { FileSourcePlan } from "../../../plan/sources/source-plan.ts";
import type { ReaderWorld } from "../reader.ts";
import { refusal } from "../follow.ts";
import { fillAll } from "../variables.ts";
import type { Place } from "./places.ts";
import { fetchObject } from "./s3.ts";
import { fetchFile, type Validators } from "./web.ts";

export interface LocalCopy extends AsyncDisposable {
  readonly path: string;
  /** What its server said of it. */
  readonly validators: Validators | undefined;
}

export interface CopyOptions {
  readonly source: string;
  readonly plan: Pick<FileSourcePlan, "headers" | "fetched">;
  readonly world: ReaderWorld;
  readonly known: Validators | undefined;
  readonly signal: AbortSignal;
}

/** The place's file; undefined when its server says that it has not changed. */
export async function toLocal(place: Place, options: CopyOptions): Promise<LocalCopy | undefined> {
  if (place.kind === "disk") {
    return { path: place.id, validators: undefined, [Symbol.asyncDispose]: async () => {} };
  }
  const { source, plan, world, known, signal } = options;
  if (place.kind === "s3" && place.size > plan.fetched) {
    const cause = `${place.name} has ${showBytes(place.size)}, more than ${showBytes(plan.fetched)}`;
    throw refusal({ url: place.id, source }, cause);
  }
  await mkdir(world.scratch, { recursive: true });
  const path = join(world.scratch, randomUUID());
  const remove = async (): Promise<void> => await rm(path, { force: true });
  try {
    if (place.kind === "s3") {
      await fetchObject(place.id, path, signal);
      return { path, validators: undefined, [Symbol.asyncDispose]: remove };
    }
    const headers = fillAll(plan.headers, source, world.env);
    const file = { url: place.id, source, headers, known, bytesMax: plan.fetched, signal };
    const validators = await fetchFile(file, path);
    return validators === undefined
      ? undefined
      : { path, validators, [Symbol.asyncDispose]: remove };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}
