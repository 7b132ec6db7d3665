/** What a plan relies on that nobody has proved yet: told before anything is deployed. */

import type { Plan } from "../../plan/plan.ts";
import { CONFORMANCE, type ConformanceRow, type Feature } from "./rows.ts";

/** Rows without proof among those that the plan's managed form makes use of. */
export function untestedOf(plan: Plan): readonly ConformanceRow[] {
  const features = featuresOf(plan);
  return CONFORMANCE.filter(
    ({ proof, feature }) => proof === "untested" && feature !== undefined && features.has(feature),
  );
}

function featuresOf({ deploy, models }: Plan): ReadonlySet<Feature> {
  const { reading } = deploy.aws;
  const kept = deploy.snowflake.models === "dynamic" ? "dynamic tables" : "tasks";
  return new Set<Feature>([
    "aws",
    "snowflake",
    ...(models === undefined ? [] : ([kept] as const)),
    ...(reading === "none" ? [] : ([reading] as const)),
  ]);
}
