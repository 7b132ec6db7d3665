/** What of a managed form nobody has proved yet, for whoever is about to rely on it. */

import type { ConformanceRow } from "../../deploy/index.ts";
import type { Paint } from "../show/paint.ts";

/** Nothing where everything is proved. */
export function showUntested(rows: readonly ConformanceRow[], paint: Paint): string {
  if (rows.length === 0) {
    return "";
  }
  const lines = rows.map(({ id, promise }) => `  ! ${id}: ${promise}`);
  return [
    paint.bold("not proved yet, and this plan relies on it"),
    ...lines.map((line) => paint.yellow(line)),
    paint.dim("  What was proved, and how: docs/reference/conformance.md"),
    "",
  ].join("\n");
}
