/** What a bench measured, as a table, with the machine it was measured on. */

import { showBytes } from "../../base/units.ts";
import type { BenchResult } from "../../runtime/bench/bench.ts";
import { showCount, showCounted, showRate } from "./numbers.ts";
import type { Paint } from "./paint.ts";
import { alignRows } from "./table.ts";
import { harmless } from "./text.ts";

export interface Machine {
  readonly processors: number;
  readonly model: string;
  readonly memoryBytes: number;
  readonly node: string;
  readonly system: string;
}

interface About {
  readonly pipeline: string;
  readonly stream: string;
  readonly batch: number;
  readonly connections: number;
  readonly seconds: number;
  readonly machine: Machine;
}

export function showBench(result: BenchResult, about: About, paint: Paint): string {
  const { full, single, lag } = result;
  const { processors, model, memoryBytes, node, system } = about.machine;
  const fresh = full.accepted - full.duplicates;
  const rows = [
    ["start to first answer", `${showCount(result.startMs)} ms`, ""],
    [
      "durable",
      showRate(fresh / full.seconds),
      `batches of ${about.batch}, ${showCounted(about.connections, "connection")}`,
    ],
    ["", "", `p50 ${ms(full.p50)}, p99 ${ms(full.p99)} to the 202 of a batch`],
    ["queryable", showRate(result.queryablePerSecond), "from the first request to the last row"],
    ["one event", ms(single.p50), `p50 to its 202; p99 ${ms(single.p99)}`],
    ["lag", ms(lag.p50), `p50 from its 202 to its row, when not pressed; p99 ${ms(lag.p99)}`],
    ["memory", showBytes(result.memoryBytes), "the process that takes events in"],
  ].map(([name = "", value = "", note = ""]) => [`  ${name}`, paint.bold(value), paint.dim(note)]);
  return [
    `${paint.bold(about.pipeline)}, stream ${about.stream}, ${about.seconds} s a part`,
    paint.dim(
      harmless(`${processors} × ${model}, ${showBytes(memoryBytes)}, Node ${node}, ${system}`),
    ),
    "",
    ...alignRows(rows, ["left", "right", "left"]),
    "",
    ...oddities(result).map((line) => paint.yellow(line)),
    result.books === "BALANCED"
      ? paint.green("BALANCED: every event of it became a row, or was set aside.")
      : paint.red(`${result.books}: the figures count for nothing.`),
    "",
  ].join("\n");
}

function ms(value: number): string {
  return Number.isNaN(value) ? "unknown" : `${value < 10 ? value.toFixed(1) : showCount(value)} ms`;
}

/** What makes figures look better or worse than they are. */
function oddities({ full, single }: BenchResult): string[] {
  const count = (name: "duplicates" | "rejected" | "busy" | "failed"): number =>
    full[name] + single[name];
  const first = full.first ?? single.first;
  return [
    ...(count("duplicates") > 0
      ? [`${showCounted(count("duplicates"), "event")} known already, and not counted: ids repeat.`]
      : []),
    ...(count("rejected") > 0
      ? [`${showCounted(count("rejected"), "event")} set aside: ${harmless(first ?? "")}`]
      : []),
    ...(count("busy") > 0
      ? [`${showCounted(count("busy"), "answer")} of 429: the pipeline had all it takes.`]
      : []),
    ...(count("failed") > 0
      ? [`${showCounted(count("failed"), "request")} failed: ${harmless(first ?? "")}`]
      : []),
  ];
}
