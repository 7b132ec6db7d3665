/** Which partition each processed record goes to, and what goes to the error output instead. Pure. */

import { parsePrefix } from "../../../../plan/prefix/parse-prefix.ts";
import { openConverter } from "../run/convert.ts";
import { folderProblem, type ObjectFacts, toLine } from "../run/make-objects.ts";
import { failure, type Processed } from "../run/process.ts";
import type { FailedItem, Item, SourceRecord } from "../run/records.ts";
import { type Keys, toPart } from "./part.ts";
import type { Routed } from "./waiting.ts";

/** Active partitions at a time; what comes after them goes to the error output. */
const PARTITIONS_MAX = 500;

/** `active` are the partitions that wait to be delivered; their number does not limit records of their own. */
export function route(
  records: readonly SourceRecord[],
  processed: Processed,
  { facts, active }: { readonly facts: ObjectFacts; readonly active: ReadonlyMap<string, number> },
): Routed[] {
  const { destination, now } = facts;
  const judge = openJudge(facts, active);
  const failed: FailedItem[] = [...processed.failed];
  const routed: Routed[] = [];
  for (const item of processed.items) {
    const verdict = judge(item);
    if ("part" in verdict) {
      const { arrivedAt } = item.source;
      routed.push({ kind: "data", part: verdict.part, arrivedAt, data: item.data });
    } else {
      failed.push("line" in verdict ? verdict : failure(item, now(), verdict));
    }
  }
  for (const each of failed) {
    routed.push({
      kind: "error",
      part: each.type,
      arrivedAt: each.arrivedAt,
      data: toLine(each),
    });
  }
  if (destination.backup !== undefined) {
    for (const { arrivedAt, data } of records) {
      routed.push({ kind: "backup", part: "", arrivedAt, data });
    }
  }
  return routed;
}

type Verdict = { readonly part: string } | Parameters<typeof failure>[2] | FailedItem;

function openJudge(
  facts: ObjectFacts,
  active: ReadonlyMap<string, number>,
): (item: Item) => Verdict {
  const { destination, now } = facts;
  const keys = keysOf(destination.output.prefix);
  const converter = destination.conversion && openConverter(destination.conversion);
  /** Of this intake, with what is wrong with their folders. */
  const known = new Map<string, string | undefined>();
  const begun = new Set<string>();
  return (item) => {
    const missing = keys.find(({ from, name }) => !item[from].has(name));
    if (missing !== undefined) {
      const message = `partition key ${missing.name} was not given`;
      return { code: "DynamicPartitioning.PartitionKeyNotFound", message };
    }
    const part = toPart(keys.map(({ from, name }) => [from, name, item[from].get(name) ?? ""]));
    if (!known.has(part)) {
      known.set(part, folderProblem(part, item.source.arrivedAt, facts));
    }
    const problem = known.get(part);
    if (problem !== undefined) {
      return { code: "DynamicPartitioning.InvalidPrefix", message: problem };
    }
    if (!active.has(part) && !begun.has(part) && active.size + begun.size >= PARTITIONS_MAX) {
      const message = `more than ${PARTITIONS_MAX} partitions are active`;
      const code = "DynamicPartitioning.ActivePartitionLimitExceeded";
      return { code, message, type: "activePartitionExceeded" };
    }
    const converted = converter?.convert(item, now());
    if (converted?.kind === "failed") {
      return converted.failed;
    }
    if (!active.has(part)) {
      begun.add(part);
    }
    return { part };
  };
}

function keysOf(prefix: string): Keys {
  const pieces = parsePrefix(prefix, "prefix");
  // The configuration was refused where a prefix does not parse.
  return typeof pieces === "string" ? [] : pieces.filter((piece) => piece.kind === "key");
}
