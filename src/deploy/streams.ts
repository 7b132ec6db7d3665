/** The streams that a deploy makes; the engine's own have other homes there. */

import { isEngineStream } from "../base/record.ts";
import type { Plan, StreamPlan } from "../plan/plan.ts";

export function deployedStreams(plan: Plan): readonly StreamPlan[] {
  return plan.streams.filter(({ name }) => !isEngineStream(name));
}
