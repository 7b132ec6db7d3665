/** The cut that covers a record: cuts are dense and in the order of acceptance, so a few looks find it among millions. */

import type { Announcements, Manifest } from "../../seams/announce.ts";
import type { Place } from "./way.ts";

/** Cuts of one millisecond that are looked through after the first. */
const ALIKE_MAX = 64;

type Record = Pick<Place, "stream" | "shard" | "sequence" | "acceptedAt">;

/** Undefined while the record waits to be cut, and when its manifest is no longer there. */
export async function cutOf(
  announcements: Announcements,
  record: Record,
): Promise<Manifest | undefined> {
  const { stream, acceptedAt } = record;
  const newest = await announcements.newest(stream);
  let low = 1;
  let high = newest + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const manifest = await announcements.read(stream, middle);
    if (manifest === undefined || manifest.lastAcceptedAt < acceptedAt) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  for (let cut = low; cut <= Math.min(newest, low + ALIKE_MAX); cut += 1) {
    const manifest = await announcements.read(stream, cut);
    if (manifest === undefined || manifest.firstAcceptedAt > acceptedAt) {
      return undefined;
    }
    if (covers(manifest.ranges, record)) {
      return manifest;
    }
  }
  return undefined;
}

export function covers(
  ranges: Manifest["ranges"],
  { shard, sequence }: Pick<Place, "shard" | "sequence">,
): boolean {
  return ranges.some(
    (range) => range.shard === shard && range.first <= sequence && sequence <= range.last,
  );
}
