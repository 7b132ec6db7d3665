/** The door of the managed form. */

export {
  type Deployed,
  deployAws,
  type DeployOptions,
  type Destroyed,
  destroyAws,
  type DestroyOptions,
} from "./aws/apply/deploy.ts";
export type { PermissionChange, ResourceChange } from "./aws/diff.ts";
export type { CostLine } from "./forecast/cost.ts";
export {
  type Forecast,
  forecast,
  type RouteForecast,
  type StreamForecast,
} from "./forecast/forecast.ts";
export type { ConformanceRow } from "./conformance/rows.ts";
export { untestedOf } from "./conformance/untested.ts";
export type { Workload } from "./forecast/workload.ts";
export { planTarget, type TargetPlan } from "./target.ts";
