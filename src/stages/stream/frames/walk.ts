/** Reads a segment from its start and says where the log ends in it: by a clean end, by a tear, or by damage. Pure. */

import {
  FRAME_ALIGNMENT,
  FRAME_BYTES,
  frameFault,
  KIND,
  readHead,
  type FrameHead,
  type Region,
  type Stretch,
} from "./frame.ts";

/** What a log is after the newest whole append in a segment. */
interface Tail {
  /** Where the next frame goes, or where the seal stands. */
  readonly offset: number;
  readonly sealed: boolean;
  /** Where the write began that brought the end here: the only one that may be in memory alone. */
  readonly writtenFrom: number;
  /** The newest life that left anything in the segment, torn or whole. */
  readonly life: number;
  readonly acceptedAt: number;
  readonly sequences: readonly number[];
  readonly recordBytes: number;
}

export type Walked =
  | { readonly kind: "tail"; readonly tail: Tail }
  /** No append that was ever acknowledged stands in the segment. */
  | { readonly kind: "unused" }
  | { readonly kind: "damaged"; readonly offset: number; readonly cause: string };

interface Progress {
  offset: number;
  writtenFrom: number;
  life: number;
  acceptedAt: number;
  readonly sequences: number[];
  recordBytes: number;
}

/** Judges a whole segment; the region holds all of it from its first byte. The log has `shards` shards by now. */
export function walkSegment(region: Region, segment: Stretch, shards: number): Walked {
  const cause = frameFault(region, 0, segment);
  const head = readHead(region, 0);
  if (cause !== undefined || head.kind !== KIND.segment) {
    const beyond = searchBeyond(region, { offset: 0, life: 0 }, segment);
    return beyond.contradicted
      ? { kind: "damaged", offset: 0, cause: cause ?? "the segment has no head" }
      : { kind: "unused" };
  }
  const progress = openingOf(region, head, shards);
  const end = walkFrames(region, progress, segment);
  if (end.damage !== undefined) {
    return { kind: "damaged", offset: progress.offset, cause: end.damage };
  }
  if (end.sealed) {
    return { kind: "tail", tail: { ...progress, sealed: true } };
  }
  const beyond = searchBeyond(region, progress, segment);
  if (beyond.contradicted) {
    return { kind: "damaged", offset: end.stoppedAt, cause: end.cause };
  }
  return { kind: "tail", tail: { ...progress, sealed: false, life: beyond.life } };
}

function openingOf(region: Region, head: FrameHead, shards: number): Progress {
  const counters = FRAME_BYTES / 8;
  // Shards that are younger than the segment begin at 0.
  const known = region.doubles.subarray(counters + 1, counters + 1 + head.count);
  const sequences = Array.from({ length: shards }, (_, shard) => known[shard] ?? 0);
  return {
    offset: head.size,
    writtenFrom: 0,
    life: head.life,
    acceptedAt: head.acceptedAt,
    sequences,
    recordBytes: region.doubles[counters] ?? 0,
  };
}

interface Stop {
  readonly sealed: boolean;
  readonly stoppedAt: number;
  readonly cause: string;
  readonly damage: string | undefined;
}

/** Moves `progress` over every append that is there whole; an append is whole when its last frame is. */
function walkFrames(region: Region, progress: Progress, segment: Stretch): Stop {
  let at = progress.offset;
  let begun: FrameHead[] = [];
  const stop = (cause: string, more: Partial<Stop> = {}): Stop => ({
    sealed: false,
    stoppedAt: at,
    cause,
    damage: undefined,
    ...more,
  });
  for (;;) {
    const cause = frameFault(region, at, segment);
    if (cause !== undefined) {
      return stop(cause);
    }
    const head = readHead(region, at);
    // What an older life left behind a newer one's frames was never acknowledged.
    if (head.life < progress.life) {
      return stop("the frame is of an earlier life of the log");
    }
    if (head.kind === KIND.seal) {
      progress.writtenFrom = begun.length === 0 ? at - head.commitOffset : progress.writtenFrom;
      return stop("", { sealed: begun.length === 0 });
    }
    begun.push(head);
    at += head.size;
    if (head.rest === 0) {
      const damage = takeIn(progress, begun, at);
      if (damage !== undefined) {
        return stop(damage, { damage });
      }
      progress.writtenFrom = at - head.size - head.commitOffset;
      begun = [];
    }
  }
}

/** Adds a whole append to the counters; says what is wrong when its sequences do not go on from them. */
function takeIn(progress: Progress, frames: readonly FrameHead[], end: number): string | undefined {
  for (const head of frames) {
    const last = progress.sequences[head.shard];
    if (last === undefined || head.firstSequence !== last + 1) {
      return `shard ${head.shard} goes from sequence ${last} to ${head.firstSequence}`;
    }
    progress.sequences[head.shard] = last + head.count;
    progress.recordBytes += head.recordBytes - head.count;
    progress.acceptedAt = head.acceptedAt;
    progress.life = head.life;
  }
  progress.offset = end;
  return undefined;
}

/**
 * Looks behind the end for frames of this log. One of the very write that was cut off proves nothing: after a power
 * cut, later sectors of a write may be there without earlier ones. But one of a *later* write contradicts the end:
 * that write began only when everything before it was on disk and acknowledged, so something acknowledged is gone.
 */
function searchBeyond(
  region: Region,
  end: { readonly offset: number; readonly life: number },
  segment: Stretch,
): { readonly contradicted: boolean; readonly life: number } {
  const { words } = region;
  const { low, high } = segment.id;
  let { life } = end;
  const lastWord = (segment.end - FRAME_BYTES) / 4;
  const stride = FRAME_ALIGNMENT / 4;
  for (let word = end.offset / 4; word <= lastWord; word += stride) {
    // Three comparisons settle nearly every place: 64 MiB take some 20 ms.
    if (words[word + 2] !== low || words[word + 3] !== high) {
      continue;
    }
    const at = word * 4;
    if (frameFault(region, at, segment) !== undefined) {
      continue;
    }
    const head = readHead(region, at);
    if (head.life >= end.life && at - head.commitOffset > end.offset) {
      return { contradicted: true, life };
    }
    life = Math.max(life, head.life);
  }
  return { contradicted: false, life };
}
