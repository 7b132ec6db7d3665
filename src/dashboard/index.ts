/** The dashboard's door. */

export type { DashboardOptions, DashboardPlan, DashboardRoute, DeadLetterRows } from "./options.ts";
export { dashboardRoutes } from "./routes.ts";
