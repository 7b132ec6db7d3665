/** The measures as SQL, for whoever asks the warehouse and must get the numbers of the report. */

import type { ReportPlan } from "../plan/report/plan-report.ts";
import { sqlOf } from "./measure.ts";

/** One SELECT over the report's table; what is chosen goes into its WHERE. */
export function measuresSql(report: ReportPlan): string {
  const columns = report.measures.map((one) => {
    const doc = one.doc.replaceAll(/\s+/g, " ");
    return `  -- ${one.title}: ${doc}\n  ${sqlOf(one)} AS ${one.name}`;
  });
  return [
    "-- The report's numbers as SQL. Add a WHERE for what is chosen; a number that would mix unlike things is null.",
    "SELECT",
    columns.join(",\n"),
    `FROM ${report.table};`,
    "",
  ].join("\n");
}
