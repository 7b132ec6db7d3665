/** An Idempotency-Key as clients send it, and the ids that come of it. */

import { expect, test } from "vitest";
import type { Verdict } from "../../../seams/check.ts";
import { idStrings } from "./arrival.ts";
import { nameRecords, toIdempotencyKey } from "./name-records.ts";

test.each([
  [undefined, undefined],
  ["abc", "abc"],
  ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', "8e03978e-40d5-43dd-bc93-6894a57f9324"],
  ["a:b/c=~!", "a:b/c=~!"],
  ["x".repeat(200), "x".repeat(200)],
])("the header %j is the key %j", (header, key) => {
  expect(toIdempotencyKey(header)).toBe(key);
});

test.each(["", '""', "a b", "ä", "x".repeat(201), "one, two", "\u0000"])(
  "the header %j is refused",
  (header) => {
    expect(() => toIdempotencyKey(header)).toThrow(
      expect.objectContaining({ code: "IDEMPOTENCY_KEY_INVALID" }),
    );
  },
);

const batch = {
  count: 2,
  bytes: Buffer.from("{}\n{}"),
  starts: Uint32Array.of(0, 3),
  ends: Uint32Array.of(2, 5),
  hashes: undefined,
  ids: undefined,
  keys: undefined,
};
const verdict: Verdict = {
  count: 2,
  accepted: batch,
  members: undefined,
  rejected: [],
  ids: undefined,
};

test("a key and the places in the request make ids, which are kept beside the records", () => {
  const named = nameRecords({ ...verdict, members: Uint32Array.of(1, 4) }, "k");
  expect(named.batch.ids).toEqual(["k:1", "k:4"]);
  expect(named.texts()).toEqual(["k:1", "k:4"]);
  expect(named.ids && idStrings(named.ids, 2)).toEqual(["k:1", "k:4"]);
  expect(named.keyed).toBe(true);
});

test("ids of the definition come before the key's, and without either the log assigns", () => {
  const ids = { bytes: Buffer.from("abcü"), ends: Uint32Array.of(1, 5) };
  const named = nameRecords({ ...verdict, ids }, "k");
  expect([named.keyed, named.texts(), named.batch.ids]).toEqual([false, ["a", "bcü"], undefined]);
  const assigned = nameRecords(verdict, undefined);
  expect([assigned.ids, assigned.texts()]).toEqual([undefined, undefined]);
});
