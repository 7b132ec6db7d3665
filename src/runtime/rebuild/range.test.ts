/** Which cuts a span touches. */

import { expect, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import type { Manifest } from "../../seams/announce.ts";
import { type Bound, isWithin } from "./range.ts";

const time = (at: number): Bound => ({ kind: "time", at: toInstant(at) });
const place = (shard: number, sequence: number): Bound => ({ kind: "place", shard, sequence });

/** Sequences 11 to 20 of shard 0 and 5 to 6 of shard 2, accepted from 100 to 200. */
const manifest = {
  ranges: [
    { shard: 0, first: 11, last: 20 },
    { shard: 2, first: 5, last: 6 },
  ],
  firstAcceptedAt: toInstant(100),
  lastAcceptedAt: toInstant(200),
} as unknown as Manifest;

test.each<[from: Bound | undefined, to: Bound | undefined, within: boolean]>([
  [undefined, undefined, true],
  [time(200), undefined, true],
  [time(201), undefined, false],
  [undefined, time(100), true],
  [undefined, time(99), false],
  [place(0, 20), undefined, true],
  [place(0, 21), undefined, false],
  [undefined, place(0, 11), true],
  [undefined, place(0, 10), false],
  [place(2, 6), place(0, 11), true],
  [place(1, 1), undefined, false],
  [place(0, 1), time(99), false],
])("from %j to %j: %j", (from, to, within) => {
  expect(isWithin(manifest, { from, to })).toBe(within);
});
