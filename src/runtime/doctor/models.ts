/** Are the models' files right? They are read and put in order, none is run. */

import type { Plan } from "../../plan/plan.ts";
import { modelStreams } from "../../stages/models/index.ts";
import { ok, warn, type Finding } from "./finding.ts";

/** A pipeline starts with a wrong model too, and runs the others: a warning is what it is worth. */
export async function checkModels(plan: Plan | undefined): Promise<readonly Finding[]> {
  if (plan?.models === undefined) {
    return [];
  }
  const { folder } = plan.models;
  const models = await modelStreams(plan);
  if (models.length === 0) {
    const remedy = "Put models into it, or name another folder as `models` in the definition.";
    return [warn("models", `There is no .sql file in ${folder}.`, remedy)];
  }
  const wrong = models.flatMap(({ trouble }) => trouble?.message ?? []);
  return wrong.length === 0
    ? [ok("models", models.map(({ name }) => name).join(", "))]
    : wrong.map((says) => warn("models", says, "Mend the file; the other models run without it."));
}
