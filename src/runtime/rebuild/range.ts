/** Which part of a stream a replay means: bounds by time or by place, both ends included. Pure. */

import type { Instant } from "../../base/clock.ts";
import type { Manifest } from "../../seams/announce.ts";

export type Bound =
  | { readonly kind: "time"; readonly at: Instant }
  | { readonly kind: "place"; readonly shard: number; readonly sequence: number };

export interface Span {
  readonly from: Bound | undefined;
  readonly to: Bound | undefined;
}

/** Whether a cut holds any record of the span; a cut is mended whole or not at all. */
export function isWithin(manifest: Manifest, { from, to }: Span): boolean {
  return reaches(manifest, from, "from") && reaches(manifest, to, "to");
}

/** A place bounds its own shard, and leaves the others out. */
function reaches(
  { ranges, firstAcceptedAt, lastAcceptedAt }: Manifest,
  bound: Bound | undefined,
  end: keyof Span,
): boolean {
  if (bound === undefined) {
    return true;
  }
  if (bound.kind === "time") {
    return end === "from" ? lastAcceptedAt >= bound.at : firstAcceptedAt <= bound.at;
  }
  const { shard, sequence } = bound;
  return ranges.some(
    (range) =>
      range.shard === shard && (end === "from" ? range.last >= sequence : range.first <= sequence),
  );
}
