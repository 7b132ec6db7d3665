/** Reads a whole log and compares what stands in it with what the log says of itself. */

import type { StreamReader } from "../../seams/consume.ts";
import type { Account } from "../account.ts";
import { show, type ShardTruth } from "./tiling.ts";

const READ_BYTES = 4_194_304;

export interface LogWalk {
  readonly stream: string;
  readonly reader: StreamReader;
  /** Asked after the walk: what retention removed meanwhile is not missing. */
  readonly truth: () => Promise<readonly ShardTruth[]>;
  readonly signal: AbortSignal | undefined;
}

/** Deep: every frame is read, so that its checksum is proved; sequences must be dense up to the log's own end. */
export async function walkLog(walk: LogWalk, account: Account): Promise<void> {
  const { stream, reader, signal } = walk;
  const begun = await walk.truth();
  const first = new Map<number, number>();
  const next = new Map<number, number>();
  const end = await reader.newest();
  let position = await reader.oldest();
  while (position !== end) {
    signal?.throwIfAborted();
    const frames = await reader.read(position, READ_BYTES);
    for (const { shard, firstSequence, count } of frames) {
      const due = next.get(shard) ?? firstSequence;
      lacks(account, stream, { shard, first: due, last: firstSequence - 1 });
      first.set(shard, first.get(shard) ?? firstSequence);
      next.set(shard, Math.max(due, firstSequence + count));
    }
    const last = frames.at(-1);
    if (last === undefined) {
      break;
    }
    position = last.next;
  }
  const oldest = new Map((await walk.truth()).map((shard) => [shard.shard, shard.first]));
  for (const { shard, first: from, last } of begun) {
    const retained = Math.max(from, oldest.get(shard) ?? from);
    const seen = first.get(shard) ?? last + 1;
    lacks(account, stream, { shard, first: retained, last: Math.min(seen - 1, last) });
    lacks(account, stream, { shard, first: next.get(shard) ?? last + 1, last });
  }
}

function lacks(
  account: Account,
  stream: string,
  gap: { readonly shard: number; readonly first: number; readonly last: number },
): void {
  if (gap.first <= gap.last) {
    account.missingPlaces(stream, [gap], `the log itself lacks ${show(gap)}`);
  }
}
