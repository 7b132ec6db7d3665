/** Pipes of the managed form as a table, and under it what is wrong with them. */

import type { ManagedStatus, PipeStatus } from "../../seams/pipe.ts";
import { showAgo, showCount } from "./numbers.ts";
import type { Paint } from "./paint.ts";
import { alignRows } from "./table.ts";
import { harmless } from "./text.ts";
import { colourOf } from "./verification.ts";

const HEAD = ["pipe", "state", "last load", "rows", "queued", "waiting", "oldest waiting", "books"];
const SIDES = ["left", "left", "left", "right", "right", "right", "left", "left"] as const;

export function showPipes({ at, pipes }: ManagedStatus, paint: Paint): string {
  const rows = pipes.map((one) => [
    paint.bold(harmless(one.pipe)),
    ...cellsOf(one, at, paint),
    colourOf(one.finding.state, paint)(one.finding.state),
  ]);
  const wrong = pipes
    .filter(({ finding }) => finding.state !== "BALANCED")
    .map(
      ({ pipe, finding: { says } }) =>
        `${paint.red("trouble")}  ${paint.bold(harmless(pipe))}: ${harmless(says)}`,
    );
  const table = alignRows([HEAD.map((name) => paint.dim(name)), ...rows], SIDES);
  return `${[...table, ...(wrong.length === 0 ? [] : ["", ...wrong])].join("\n")}\n`;
}

function cellsOf({ seen }: PipeStatus, at: number, paint: Paint): string[] {
  if (seen === undefined) {
    return [paint.red("not known"), "", "", "", "", ""];
  }
  const { execution, lastLoadAt, rows, pending, waiting, oldestWaiting: oldest } = seen;
  return [
    execution === "RUNNING" ? paint.green(execution) : paint.red(harmless(execution)),
    lastLoadAt === undefined ? paint.dim("never") : showAgo(at - lastLoadAt),
    showCount(rows),
    ...[pending, waiting].map((count) =>
      count === 0 ? paint.dim("0") : paint.yellow(showCount(count)),
    ),
    oldest === undefined
      ? ""
      : `${harmless(oldest.file)} ${paint.dim(showAgo(at - oldest.modifiedAt))}`,
  ];
}
