/** Finds records by sequence or by time: first the segment, by the counters in the segments' heads, then the frame. */

import { FRAME_BYTES, KIND, readHead } from "./frame.ts";
import type { Identity } from "../identity.ts";
import { damage } from "../segments/tail.ts";
import type { Found, Window } from "./window.ts";

const LOOK_BYTES = 4_194_304;

/** The frame that holds a record; undefined when no frame does. It stands in the window until the next look. */
export async function findBySequence(
  window: Window,
  identity: Identity,
  place: { readonly shard: number; readonly sequence: number },
): Promise<Found | undefined> {
  const { shard, sequence } = place;
  // The table may have grown since it was read: a shard that it does not know is looked for all the same.
  if (!Number.isSafeInteger(sequence) || sequence < 1) {
    return undefined;
  }
  // The newest segment that begins before the record does.
  const segment = await lastSegment(window, identity, (head) => (head.last[shard] ?? 0) < sequence);
  if (segment === undefined) {
    return undefined;
  }
  let at = segment * identity.segmentBytes;
  const end = Math.min(at + identity.segmentBytes, window.durable);
  while (at < end) {
    const look = await window.look(at, LOOK_BYTES);
    for (const found of look.found) {
      const { head } = found;
      if (head.shard === shard && head.firstSequence + head.count > sequence) {
        return head.firstSequence <= sequence ? found : undefined;
      }
    }
    at = look.next;
  }
  return undefined;
}

/** Position of the first frame accepted at or after `time`, or the end of the log. */
export async function findByTime(
  window: Window,
  identity: Identity,
  time: number,
): Promise<number> {
  // Times never run backwards in a log, so this segment or the one after it holds the first such frame.
  const segment = await lastSegment(window, identity, (head) => head.acceptedAt < time);
  let at = segment === undefined ? window.oldest : segment * identity.segmentBytes;
  while (at < window.durable) {
    const look = await window.look(at, LOOK_BYTES);
    const found = look.found.find(({ head }) => head.acceptedAt >= time);
    if (found !== undefined) {
      return at + found.at;
    }
    at = look.next;
  }
  return window.durable;
}

/** The sequence that each shard's oldest retained record has or would have, by shard. */
export async function firstSequences(
  window: Window,
  identity: Identity,
): Promise<readonly number[]> {
  const { oldest, durable } = window;
  if (oldest >= durable) {
    return identity.shards.map(() => 1);
  }
  const opening = await openingOf(window, identity, Math.floor(oldest / identity.segmentBytes));
  return identity.shards.map((_shard, index) => (opening.last[index] ?? 0) + 1);
}

/** What the log was when a segment began. */
interface Opening {
  readonly acceptedAt: number;
  /** Last sequence before the segment, by shard. */
  readonly last: Float64Array;
}

/** The newest segment whose opening passes; openings only grow, so a few are enough to look at. */
async function lastSegment(
  window: Window,
  identity: Identity,
  passes: (opening: Opening) => boolean,
): Promise<number | undefined> {
  const { segmentBytes } = identity;
  let low = Math.floor(window.oldest / segmentBytes);
  let high = Math.floor((window.durable - 1) / segmentBytes);
  if (high < low || !passes(await openingOf(window, identity, low))) {
    return undefined;
  }
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (passes(await openingOf(window, identity, middle))) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

async function openingOf(window: Window, identity: Identity, segment: number): Promise<Opening> {
  await window.look(segment * identity.segmentBytes, FRAME_BYTES);
  const head = readHead(window.region, 0);
  if (head.kind !== KIND.segment) {
    throw damage(identity, { segment, offset: 0, cause: "the segment has no head" });
  }
  const counters = FRAME_BYTES / 8;
  // A copy: the next look overwrites the window.
  const last = window.region.doubles.slice(counters + 1, counters + 1 + head.count);
  return { acceptedAt: head.acceptedAt, last };
}
