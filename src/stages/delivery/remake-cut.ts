/** Makes objects of an announced cut again, byte for byte, from the records that the log still holds. */

import { setTimeout as pause } from "node:timers/promises";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Manifest, ShardRange, StoredPart } from "../../seams/announce.ts";
import type { Frame, Position, StreamReader } from "../../seams/consume.ts";
import type { ObjectName, ObjectStore } from "../../seams/store.ts";
import { BlockPool } from "./encode/byte-sink.ts";
import { type Encoded, openEncoder } from "./encode/encoder.ts";
import { openFeeder, type Stretch } from "./feeder.ts";
import { openGuard, type PoisonedRecord } from "./poison/guard.ts";
import { prepareCut, sameContent } from "./prepare-cut.ts";

export interface RemakeMeans {
  readonly stream: StreamPlan;
  readonly reader: StreamReader;
  /** Where to begin to look for the cut's records. */
  readonly from: Position;
  readonly store: ObjectStore;
  /** Records that the cuts' own encoder passed over. */
  readonly poisoned: readonly PoisonedRecord[];
}

/**
 * `made`: the objects are stored. `gone`: the log has not all of the cut's records behind `from`. `other`: the pipeline as
 * it is now makes other bytes of them; nothing was stored then.
 */
export type Remade = "made" | "gone" | "other";

const READ_BYTES = 4_194_304;
const POOL_BYTES = 67_108_864;

/** Stores `parts` of a manifest anew in place of what is under their names. Only bytes of the manifest's hash are stored. */
export async function remakeParts(
  manifest: Manifest,
  parts: readonly StoredPart[],
  means: RemakeMeans,
): Promise<Remade> {
  const found = await encodeRanges(manifest, means, new BlockPool(POOL_BYTES));
  if (found === undefined) {
    return "gone";
  }
  const { encoded } = found;
  try {
    const prepared = await prepareAgain(encoded, means.stream, manifest);
    if (!sameContent(prepared.manifest, manifest)) {
      return "other";
    }
    for (const part of parts) {
      await means.store.remove(part.name);
      const chunks = part === manifest.object ? prepared.object : prepared.failed;
      await means.store.put(part.name, chunks);
    }
    return "made";
  } finally {
    encoded.release();
  }
}

function prepareAgain(
  encoded: Encoded,
  stream: StreamPlan,
  manifest: Manifest,
): ReturnType<typeof prepareCut> {
  const { planHash, cut, cutAt } = manifest;
  return prepareCut(encoded, { stream, planHash, cut, cutAt, names: namesOf(manifest) });
}

/** What the log's records of a cut become today. */
export interface RemadeCut {
  /** Its parts have the names of the announced ones; bytes, hashes and counts are of what was made now. */
  readonly manifest: Manifest;
  readonly object: Buffer;
  readonly failed: Buffer;
}

export interface Remaker {
  /**
   * Makes a cut again without storing it; undefined when the log has no longer all of its records. Cuts in ascending
   * order cost one walk through the log. Throws STREAM_CORRUPT.
   */
  remake(manifest: Manifest): Promise<RemadeCut | undefined>;
}

export function openRemaker(means: Pick<RemakeMeans, "stream" | "reader" | "poisoned">): Remaker {
  const { stream, reader } = means;
  const pool = new BlockPool(POOL_BYTES);
  let at: Position | undefined;
  let last = 0;
  return {
    async remake(manifest) {
      const from = at === undefined || manifest.cut <= last ? await reader.oldest() : at;
      const found = await encodeRanges(manifest, { ...means, from }, pool);
      if (found === undefined) {
        return undefined;
      }
      const { encoded, position } = found;
      try {
        const made = await prepareAgain(encoded, stream, manifest);
        [at, last] = [position, manifest.cut];
        const [object, failed] = [Buffer.concat(made.object), Buffer.concat(made.failed)];
        return { manifest: made.manifest, object, failed };
      } finally {
        encoded.release();
      }
    },
  };
}

/** A part that the manifest lacks takes the other's name, and is then not the same content. */
function namesOf({ object, failed }: Manifest): { object: ObjectName; failed: ObjectName } {
  const name = object?.name ?? failed?.name ?? ("" as ObjectName);
  return { object: object?.name ?? name, failed: failed?.name ?? name };
}

/** The records of a cut stand in the log in the order in which they were cut. */
async function encodeRanges(
  manifest: Manifest,
  { stream, reader, from, poisoned }: Omit<RemakeMeans, "store">,
  pool: BlockPool,
): Promise<{ readonly encoded: Encoded; readonly position: Position } | undefined> {
  const batch = openEncoder(stream, pool, openGuard({ poisoned })).open();
  await using feeder = openFeeder({ stream, sleep, signal: new AbortController().signal });
  let left = manifest.records;
  let position = from;
  try {
    for (let next = from; left > 0;) {
      const frames = await reader.read(next, READ_BYTES);
      for (const frame of frames) {
        const added = await addWithin(frame, manifest.ranges, (stretch) =>
          feeder.feed(batch, stretch),
        );
        left -= added;
        // The next cut may begin in the middle of the frame in which this one ends.
        position = added > 0 ? frame.position : position;
        next = frame.next;
      }
      if (frames.length === 0) {
        batch.release();
        return undefined;
      }
    }
  } catch (thrown) {
    batch.release();
    throw thrown;
  }
  return { encoded: batch.finish(), position };
}

/** Adds a frame's records that lie in `ranges`; how many. */
async function addWithin(
  frame: Frame,
  ranges: readonly ShardRange[],
  add: (stretch: Stretch) => Promise<void> | undefined,
): Promise<number> {
  let added = 0;
  for (const { shard, first, last } of ranges) {
    const from = Math.max(0, first - frame.firstSequence);
    const to = Math.min(frame.count, last - frame.firstSequence + 1);
    if (shard === frame.shard && from < to) {
      await add({ frame, from, to });
      added += to - from;
    }
  }
  return added;
}

async function sleep(ms: number): Promise<void> {
  await pause(ms);
}
