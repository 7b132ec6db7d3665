/** Reads a pipeline.ts and plans it. */

import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { causeOf, Fault } from "../base/faults.ts";
import { errorPlace } from "../base/error-place.ts";
import type { Plan } from "./plan.ts";
import { planPipeline } from "./plan-pipeline.ts";

const FILES = ["pipeline.ts", "pipeline.mts", "pipeline.js", "pipeline.mjs"];

/**
 * The plan of the pipeline in `path`, a folder or a file.
 * Throws PIPELINE_NOT_FOUND, PIPELINE_LOAD_FAILED, PIPELINE_INVALID.
 */
export async function loadPlan(path: string): Promise<Plan> {
  const file = findPipeline(resolve(path));
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (thrown) {
    const place = errorPlace(thrown);
    const cause = place === undefined ? causeOf(thrown) : `${causeOf(thrown)}, at ${place}`;
    throw new Fault("PIPELINE_LOAD_FAILED", { file, cause }, thrown);
  }
  return planPipeline(module.default, file);
}

function findPipeline(path: string): string {
  if (!existsSync(path)) {
    throw new Fault("PIPELINE_NOT_FOUND", { path });
  }
  if (statSync(path).isFile()) {
    return path;
  }
  const file = FILES.map((name) => join(path, name)).find((candidate) => existsSync(candidate));
  if (file === undefined) {
    throw new Fault("PIPELINE_NOT_FOUND", { path });
  }
  return file;
}
