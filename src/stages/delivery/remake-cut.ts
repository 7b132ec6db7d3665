/** Makes objects of an announced cut again, byte for byte, from the records that the log still holds. */

import type { StreamPlan } from "../../plan/plan.ts";
import type { Manifest, ShardRange, StoredPart } from "../../seams/announce.ts";
import type { Frame, Position, StreamReader } from "../../seams/consume.ts";
import type { ObjectName, ObjectStore } from "../../seams/store.ts";
import { BlockPool } from "./encode/byte-sink.ts";
import { type Batch, type Encoded, openEncoder } from "./encode/encoder.ts";
import { prepareCut, sameContent } from "./prepare-cut.ts";

export interface RemakeMeans {
  readonly stream: StreamPlan;
  readonly reader: StreamReader;
  /** Where to begin to look for the cut's records. */
  readonly from: Position;
  readonly store: ObjectStore;
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
  const encoded = await encodeRanges(manifest, means);
  if (encoded === undefined) {
    return "gone";
  }
  try {
    const prepared = await prepareCut(encoded, {
      stream: means.stream,
      planHash: manifest.planHash,
      cut: manifest.cut,
      cutAt: manifest.cutAt,
      names: namesOf(manifest),
    });
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

/** A part that the manifest lacks takes the other's name, and is then not the same content. */
function namesOf({ object, failed }: Manifest): { object: ObjectName; failed: ObjectName } {
  const name = object?.name ?? failed?.name ?? ("" as ObjectName);
  return { object: object?.name ?? name, failed: failed?.name ?? name };
}

/** The records of a cut stand in the log in the order in which they were cut. */
async function encodeRanges(
  manifest: Manifest,
  { stream, reader, from }: RemakeMeans,
): Promise<Encoded | undefined> {
  const batch = openEncoder(stream, new BlockPool(POOL_BYTES)).open();
  let left = manifest.records;
  for (let position = from; left > 0;) {
    const frames = await reader.read(position, READ_BYTES);
    for (const frame of frames) {
      left -= addWithin(frame, manifest.ranges, batch);
      position = frame.next;
    }
    if (frames.length === 0) {
      batch.release();
      return undefined;
    }
  }
  return batch.finish();
}

/** Adds a frame's records that lie in `ranges`; how many. */
function addWithin(frame: Frame, ranges: readonly ShardRange[], batch: Batch): number {
  let added = 0;
  for (const { shard, first, last } of ranges) {
    const from = Math.max(0, first - frame.firstSequence);
    const to = Math.min(frame.count, last - frame.firstSequence + 1);
    if (shard === frame.shard && from < to) {
      batch.add(frame, from, to);
      added += to - from;
    }
  }
  return added;
}
