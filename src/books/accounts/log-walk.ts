/** Reads a whole log and compares what stands in it with what the log says of itself. */

import { Fault } from "../../base/faults.ts";
import type { Frame, Position, StreamReader } from "../../seams/consume.ts";
import type { Account } from "../account.ts";
import { show, type ShardTruth } from "./tiling.ts";

const READ_BYTES = 4_194_304;

/** A reader that can go on behind damage, where its log knows how. */
export interface BooksReader extends StreamReader {
  pastDamage?(from: Position): Promise<Position>;
}

export interface LogWalk {
  readonly stream: string;
  readonly reader: BooksReader;
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
  const damages: string[] = [];
  const of: Lacking = { account, stream, damages };
  while (position !== end) {
    signal?.throwIfAborted();
    const found = await readOn(reader, position);
    if ("damage" in found) {
      damages.push(found.damage);
      position = found.past;
      continue;
    }
    const { frames } = found;
    for (const { shard, firstSequence, count } of frames) {
      const due = next.get(shard) ?? firstSequence;
      lacks(of, { shard, first: due, last: firstSequence - 1 });
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
    lacks(of, { shard, first: retained, last: Math.min(seen - 1, last) });
    lacks(of, { shard, first: next.get(shard) ?? last + 1, last });
  }
  // Damage to what holds no records takes none away, and is told all the same.
  if (damages.length > 0 && account.isWhole) {
    damages.forEach((damage) => account.unread(damage));
  }
}

/** Frames from a position on, or the damage there and where to go on behind it. */
async function readOn(
  reader: BooksReader,
  from: Position,
): Promise<
  { readonly frames: readonly Frame[] } | { readonly damage: string; readonly past: Position }
> {
  try {
    return { frames: await reader.read(from, READ_BYTES) };
  } catch (thrown) {
    if (
      !(thrown instanceof Fault) ||
      thrown.code !== "STREAM_CORRUPT" ||
      reader.pastDamage === undefined
    ) {
      throw thrown;
    }
    const past = await reader.pastDamage(from);
    if (past === from) {
      throw thrown;
    }
    return { damage: thrown.message.replace(/\.$/, ""), past };
  }
}

interface Lacking {
  readonly account: Account;
  readonly stream: string;
  /** What was found damaged, for the remark. */
  readonly damages: readonly string[];
}

function lacks(
  { account, stream, damages }: Lacking,
  gap: { readonly shard: number; readonly first: number; readonly last: number },
): void {
  if (gap.first <= gap.last) {
    const why = damages.length === 0 ? "" : `: ${damages.at(-1)}`;
    account.missingPlaces(stream, [gap], `the log itself lacks ${show(gap)}${why}`);
  }
}
