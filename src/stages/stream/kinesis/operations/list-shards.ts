/** ListShards: a stream's shards by a filter, a page at a time. */

import type { Kinesis } from "../operation.ts";
import type { LiveStream } from "../catalog/live-stream.ts";
import { invalidArgument } from "../faults.ts";
import { fromShardId, nameOf, type StreamRef } from "../names.ts";
import { openToken, sealToken } from "../describe/page-token.ts";
import { shownShards, toShard } from "../describe/shard-view.ts";
import { horizonOf } from "../describe/stream-view.ts";
import type { ShardRow } from "../../shards.ts";
import { operation } from "../operation.ts";

interface Filter {
  readonly Type: string;
  readonly ShardId?: string;
  readonly Timestamp?: number;
}

interface Input extends StreamRef {
  readonly NextToken?: string;
  readonly ExclusiveStartShardId?: string;
  readonly MaxResults?: number;
  readonly StreamCreationTimestamp?: number;
  readonly ShardFilter?: Filter;
}

const PAGE_MAX = 1000;

export const listShards = operation<Input>("ListShards", (kinesis, input) => {
  const { catalog, clock } = kinesis;
  const token = input.NextToken === undefined ? undefined : openPage(kinesis, input);
  const stream = catalog.find(token?.name ?? nameOf(input), input.StreamCreationTimestamp);
  const filter = token?.filter ?? input.ShardFilter ?? { Type: "FROM_TRIM_HORIZON" };
  checkFilter(filter);
  const after = token?.after ?? shardIn(input.ExclusiveStartShardId);
  const rows = filtered(stream, filter, clock.now()).filter(({ shard }) => shard > after);
  const page = rows.slice(0, Math.min(input.MaxResults ?? PAGE_MAX, PAGE_MAX));
  const last = page.at(-1)?.shard ?? after;
  return {
    Shards: page.map(toShard),
    NextToken:
      rows.length > page.length
        ? sealToken(kinesis, "ListShards", { name: stream.name, after: last, filter })
        : undefined,
  };
});

interface Page {
  readonly name: string;
  readonly after: number;
  readonly filter: Filter;
}

/** A token says which stream and where in it (API reference of ListShards; the wording as in aws-cli's issue 9635). */
const NOT_WITH_TOKEN = [
  "StreamName",
  "StreamARN",
  "StreamCreationTimestamp",
  "ExclusiveStartShardId",
] as const;

function openPage(kinesis: Kinesis, input: Input): Page {
  const other = NOT_WITH_TOKEN.find((member) => input[member] !== undefined);
  if (other !== undefined) {
    throw invalidArgument(`NextToken and ${other} cannot be provided together.`);
  }
  return openToken(kinesis, "ListShards", input.NextToken ?? "") as Page; // As it is sealed above.
}

function shardIn(id: string | undefined): number {
  return id === undefined ? -1 : (fromShardId(id) ?? -1);
}

/** A shard or a time goes with the types that are named after it, and with no other (API reference, ShardFilter). */
function checkFilter({ Type: type, ShardId, Timestamp }: Filter): void {
  for (const [member, given, wanted] of [
    ["Timestamp", Timestamp, type.endsWith("_TIMESTAMP")],
    ["ShardId", ShardId, type === "AFTER_SHARD_ID"],
  ] as const) {
    if ((given !== undefined) !== wanted) {
      const must = wanted ? "must" : "must not";
      throw invalidArgument(`${member} ${must} be provided with ShardFilter type ${type}.`);
    }
  }
}

function filtered(stream: LiveStream, filter: Filter, now: number): readonly ShardRow[] {
  const shown = shownShards(stream.log.shards, horizonOf(stream, now));
  const time = filter.Timestamp ?? 0;
  switch (filter.Type) {
    case "AT_LATEST":
      return shown.filter((row) => !row.closed);
    case "AFTER_SHARD_ID":
      return shown.filter(({ shard }) => shard > shardIn(filter.ShardId));
    case "AT_TIMESTAMP":
      return shown.filter((row) => (row.since ?? 0) <= time && (row.until ?? now + 1) > time);
    case "FROM_TIMESTAMP":
      return shown.filter((row) => (row.until ?? now + 1) > time);
    default:
      return shown;
  }
}
