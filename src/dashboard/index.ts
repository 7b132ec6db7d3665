/** The dashboard's door. */

export type { DashboardOptions, DashboardRoute } from "./options.ts";
export { dashboardRoutes } from "./routes.ts";
