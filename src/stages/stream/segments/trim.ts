/** Retention: removes whole segments that are both old and delivered, oldest first. */

import type { Instant } from "../../../base/clock.ts";
import { segmentHeadBytes } from "../frames/fill.ts";
import { frameFault, readHead } from "../frames/frame.ts";
import type { Identity } from "../identity.ts";
import type { Segments } from "./segments.ts";
import { damage } from "./tail.ts";

export interface TrimLimits {
  /** Records accepted at or after this stay. */
  readonly before: Instant;
  /** What lies behind this offset stays. */
  readonly delivered: number;
  /** Called before a segment goes, with the offset that is the oldest from then on. */
  readonly leaving: (oldest: number) => void;
  readonly ended: () => boolean;
}

/** Resolves to how many segments went. Throws STREAM_CORRUPT. */
export async function trimSegments(
  segments: Segments,
  identity: Identity,
  limits: TrimLimits,
): Promise<number> {
  const { id, segmentBytes, shards } = identity;
  const last = Math.min(Math.floor(limits.delivered / segmentBytes), segments.last);
  let removed = 0;
  while (segments.first < last && !limits.ended()) {
    const next = segments.first + 1;
    // The next segment's head says when this one's newest records were accepted.
    const region = await segments.readStart(next, segmentHeadBytes(shards.length));
    const stretch = { id, base: next * segmentBytes, end: region.bytes.length };
    const cause = frameFault(region, 0, stretch);
    if (cause !== undefined) {
      throw damage(identity, { segment: next, offset: 0, cause });
    }
    if (readHead(region, 0).acceptedAt >= limits.before) {
      break;
    }
    limits.leaving(next * segmentBytes);
    await segments.dropFirst();
    removed += 1;
  }
  return removed;
}
