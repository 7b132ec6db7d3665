/** A plan as text: its streams with what each promises, its models, its hash. */

import { showBytes, showMs } from "../../base/units.ts";
import { isEngineStream } from "../../base/record.ts";
import type { Derived, Plan, StreamPlan } from "../../plan/plan.ts";
import type { Paint } from "../show/paint.ts";
import { showCount, showCounted } from "../show/numbers.ts";
import { alignRows } from "../show/table.ts";
import { harmless } from "../show/text.ts";

export function showLocal(plan: Plan, paint: Paint): string {
  const streams = plan.streams.filter(({ name }) => !isEngineStream(name));
  const sources = Object.entries(plan.sources).map(
    ([name, { stream, title }]) =>
      `  ${harmless(name)} → ${harmless(stream)}  ${paint.dim(harmless(title))}`,
  );
  return [
    `${paint.bold(harmless(plan.name))}  ${paint.dim(`plan ${plan.hash}`)}`,
    paint.dim(harmless(plan.file)),
    ...streams.flatMap((stream) => ["", ...showStream(stream, paint)]),
    ...(sources.length === 0 ? [] : ["", paint.bold("sources"), ...sources]),
    ...(plan.models === undefined
      ? []
      : ["", `${paint.bold("models")}  ${harmless(plan.models.folder)}`]),
    "",
  ].join("\n");
}

function showStream(stream: StreamPlan, paint: Paint): string[] {
  const { deliver, drift } = stream;
  const { buffer } = deliver;
  const facts: readonly (readonly [string, string])[] = [
    ["fields", `${stream.fields.length}, schema ${stream.schemaVersion}`],
    ["key", showDerived(stream.key, "none: no order among events")],
    ["id", showDerived(stream.id, "assigned at the door")],
    ["log", `${showCounted(stream.shards, "shard")}, kept ${showMs(stream.retention)}`],
    [
      "objects",
      `${deliver.format}, ${deliver.compression}, under ${harmless(deliver.prefix)}, ` +
        `cut at ${showBytes(buffer.size)}, ${showMs(buffer.interval)} or ${showCount(buffer.records)} records`,
    ],
    ["drift", `new field: ${drift.newField}, changed type: ${drift.typeChange}`],
    ["table", `${harmless(stream.table)}, ${stream.row.length} columns`],
  ];
  const rows = facts.map(([name, says]) => [`  ${paint.dim(name)}`, says]);
  return [paint.bold(harmless(stream.name)), ...alignRows(rows, ["left", "left"])];
}

function showDerived(derived: Derived | undefined, none: string): string {
  if (derived === undefined) {
    return none;
  }
  return derived.kind === "fields" ? derived.fields.map(harmless).join(" | ") : "a function";
}
