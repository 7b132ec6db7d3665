/** What the doctor found, one line each, with what to do below it. */

import type { Finding } from "../../runtime/doctor/finding.ts";
import type { Paint } from "./paint.ts";
import { alignRows } from "./table.ts";
import { harmless } from "./text.ts";

export function showFindings(findings: readonly Finding[], paint: Paint): string {
  const colours = { ok: paint.green, warn: paint.yellow, fail: paint.red } as const;
  const rows = findings.map(({ state, about, says }) => [
    colours[state](state),
    about,
    harmless(says),
  ]);
  const lines = alignRows(rows, ["left", "left", "left"]).flatMap((line, index) => {
    const remedy = findings[index]?.remedy;
    return remedy === undefined ? [line] : [line, paint.dim(`      → ${harmless(remedy)}`)];
  });
  const bad = findings.filter(({ state }) => state === "fail").length;
  const odd = findings.filter(({ state }) => state === "warn").length;
  const verdict =
    bad === 0 ? paint.green("It can start.") : paint.red(`It cannot start: ${bad} of these fail.`);
  return [...lines, "", odd === 0 ? verdict : `${verdict} ${odd} to look at.`, ""].join("\n");
}
