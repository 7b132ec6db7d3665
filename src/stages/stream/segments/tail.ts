/** Finds where a log ends when it is opened, or opened again after a write that failed. */

import { Fault } from "../../../base/faults.ts";
import type { WritePoint } from "../frames/fill.ts";
import { FRAME_BYTES } from "../frames/frame.ts";
import type { Identity } from "../identity.ts";
import { segmentName, type Segments } from "./segments.ts";
import { walkSegment } from "../frames/walk.ts";

/** The point to write on from. Only the newest segment is read: its head carries the counters of all before it. */
export async function findTail(segments: Segments, identity: Identity): Promise<WritePoint> {
  const shards = identity.shards.length;
  while (segments.last > 0) {
    const segment = segments.last;
    const region = await segments.readWhole(segment);
    const base = segment * identity.segmentBytes;
    const stretch = { id: identity.id, base, end: identity.segmentBytes };
    const walked = walkSegment(region, stretch, shards);
    if (walked.kind === "damaged") {
      throw damage(identity, { segment, offset: walked.offset, cause: walked.cause });
    }
    if (walked.kind === "tail") {
      const { writtenFrom, ...tail } = walked.tail;
      const to = tail.offset + (tail.sealed ? FRAME_BYTES : 0);
      await segments.writeAgain(segment, region, { from: writtenFrom, to });
      return {
        ...tail,
        segment,
        life: tail.life + 1,
        sequences: Float64Array.from(tail.sequences),
      };
    }
    // A segment is begun only when the one before it is sealed, so that one must still be here.
    if (segment === segments.first && segment > 1) {
      throw damage(identity, { segment, offset: 0, cause: "the segment's head is gone" });
    }
    await segments.dropLast();
  }
  const sequences = new Float64Array(shards);
  const offset = identity.segmentBytes;
  return { segment: 0, offset, sealed: true, life: 1, acceptedAt: 0, sequences, recordBytes: 0 };
}

/** Position in the log where a point stands. A log without segments ends where the first one will begin. */
export function positionOf(point: WritePoint, segmentBytes: number): number {
  return point.segment * segmentBytes + point.offset;
}

export function damage(
  identity: Identity,
  found: { readonly segment: number; readonly offset: number; readonly cause: string },
): Fault {
  const { offset, cause } = found;
  const segment = segmentName(found.segment);
  return new Fault("STREAM_CORRUPT", { stream: identity.stream, segment, offset, cause });
}
