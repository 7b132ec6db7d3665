/** What a redrive did, or would do, as text: counts, causes, and a few records before and after. */

import type { Example, Summary } from "../dead/redrive.ts";
import { showCount, showCounted } from "./numbers.ts";
import type { Paint } from "./paint.ts";
import { alignRows } from "./table.ts";
import { cut, harmless } from "./text.ts";

const RECORD_WIDTH = 110;

const LEFT: Readonly<Record<string, string>> = {
  without_fix: "left alone by the fix",
  fix_failed: "on which the fix failed",
  tried_too_often: "tried too often: look at them, then drop them or send their events anew",
  not_possible: "that cannot be sent again: their event is no longer in the log",
};

export function showRedrive(summary: Summary, paint: Paint): string {
  const { dry_run: dry, passes, fails, left, causes, examples } = summary;
  const others = Object.entries(left).filter(([, count]) => count > 0);
  if (passes + fails === 0 && others.length === 0) {
    return `${paint.green("No open dead letters are meant.")}\n`;
  }
  const passed = dry ? "would pass now" : "redriven";
  const failed = dry ? "would still fail" : "failed again and stay";
  const lines = [
    `${paint.green(showCount(passes))} ${passed}, ${paint.yellow(showCount(fails))} ${failed}`,
    ...others.map(([why, count]) => `${showCounted(count, "letter")} ${LEFT[why] ?? why}`),
    ...(summary.fix_failure === null ? [] : [`the fix: ${harmless(summary.fix_failure)}`]),
  ];
  if (causes.length > 0) {
    const rows = causes.map(({ cause, path, message, count }) => [
      paint.yellow(showCount(count)),
      paint.bold(harmless(cause)),
      harmless(path),
      cut(harmless(message), RECORD_WIDTH),
    ]);
    lines.push(
      "",
      paint.dim("still failing"),
      ...alignRows(rows, ["right", "left", "left", "left"]),
    );
  }
  lines.push(...examples.flatMap((example) => ["", ...exampleLines(example, paint)]));
  if (dry && passes > 0) {
    lines.push("", `Nothing was changed. Add ${paint.cyan("--yes")} to do it.`);
  }
  return `${lines.join("\n")}\n`;
}

function exampleLines({ id, passes, before, after, reasons }: Example, paint: Paint): string[] {
  const verdict = passes ? paint.green("passes") : paint.yellow("fails");
  return [
    `${paint.cyan(harmless(id))}  ${verdict}`,
    `  ${paint.red("-")} ${shown(before)}`,
    ...(after === null ? [] : [`  ${paint.green("+")} ${shown(after)}`]),
    ...reasons.map(({ message }) => `  ${paint.dim(shown(message))}`),
  ];
}

function shown(text: string): string {
  return cut(harmless(text), RECORD_WIDTH);
}
