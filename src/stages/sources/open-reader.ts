/** A source of each kind → what reads it. */

import type { SourcePlan } from "../../plan/sources/source-plan.ts";
import { readFiles } from "./files/read-files.ts";
import type { Reader, ReaderWorld } from "./reader.ts";

export function openReader(plan: SourcePlan, world: ReaderWorld): Reader {
  if (!("kind" in plan)) {
    return plan;
  }
  const { stream, title } = plan;
  return { stream, title, read: (context) => readFiles(plan, { ...context, world }) };
}
