/** The plan as a thread or process of its own reads it. */

import { Fault, type FaultCode } from "../../base/faults.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import type { Plan } from "../../plan/plan.ts";

/**
 * Transforms are functions, which no message can carry: each part reads the definition itself, and refuses one that
 * was changed since the start. Throws `refusal` then, and what a definition can get wrong.
 */
export async function loadSamePlan(
  { pipeline, planHash }: { readonly pipeline: string; readonly planHash: string },
  refusal: FaultCode,
): Promise<Plan> {
  const plan = await loadPlan(pipeline);
  if (plan.hash !== planHash) {
    const cause = `${pipeline} was changed since the start; restart Millrace to use it`;
    throw new Fault(refusal, { cause });
  }
  return plan;
}
