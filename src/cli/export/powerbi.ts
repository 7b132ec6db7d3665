/** The Power BI project of a pipeline, written into a folder. */

import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { namesOf } from "../../deploy/snowflake/names.ts";
import type { Plan } from "../../plan/plan.ts";
import type { TableShape } from "../../plan/report/table-shape.ts";
import { powerBiProject, type StorageMode } from "../../report/index.ts";
import { writeProject } from "../init/write.ts";

export interface PowerBiOptions {
  readonly folder: string;
  readonly mode: StorageMode;
  /** Host of the Snowflake account. */
  readonly account: string;
  /** Writes over a project of the same pipeline. */
  readonly force: boolean;
}

/** Resolves to the file that Power BI opens. Throws PROJECT_EXISTS, REPORT_INVALID, OUTPUT_FAILED. */
export function writePowerBi(
  plan: Plan,
  shapes: readonly TableShape[],
  options: PowerBiOptions,
): string {
  const { folder, mode, account, force } = options;
  const { database, warehouse, reader } = namesOf(plan);
  const place = { account, warehouse, database, role: reader };
  const files = powerBiProject({ plan, shapes, place, mode });
  const file = join(resolve(folder), `${plan.name}.pbip`);
  if (force && existsSync(file)) {
    removeProject(folder, plan.name, files);
  }
  writeProject(folder, files);
  return file;
}

/** Pages and tables that are no more would show up beside the new ones: their folders are made anew. */
function removeProject(folder: string, name: string, files: ReadonlyMap<string, string>): void {
  for (const item of [`${name}.Report`, `${name}.SemanticModel`]) {
    rmSync(join(folder, item, "definition"), { recursive: true, force: true });
  }
  for (const path of files.keys()) {
    rmSync(join(folder, path), { force: true });
  }
}
