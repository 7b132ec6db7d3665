/** Messages become events, and what a crash left is passed over while what somebody wished for is not. */

import { expect, test } from "vitest";
import { type KafkaMessage, toLine } from "./messages.ts";
import { durableUpTo, lagOf, placeName, toPlace } from "./offsets.ts";

const message: KafkaMessage = {
  topic: "prices",
  partition: 3,
  offset: 42n,
  timestamp: 1_767_225_600_000n,
  key: Buffer.from("Kumasi"),
  value: Buffer.from('{"n":1}'),
  headers: new Map([[Buffer.from("source"), Buffer.from("till")]]),
};
const ALL = {
  key: "k",
  headers: "h",
  topic: "t",
  partition: "p",
  offset: "o",
  timestamp: "at",
  tombstone: "gone",
};
const shape = { value: "json", parts: {}, tombstones: "skip" } as const;

test.each([
  ['{"n":1}', '{"n":1}'],
  ['{\n "n": 1\n}', '{  "n": 1 }'],
  ["", '""'],
  [" \n", '""'],
  ["[1]", "[1]"],
  ["{broken", "{broken"],
])("the JSON value %j is the event as it is", (value, line) => {
  expect(toLine({ ...message, value: Buffer.from(value) }, shape)).toBe(line);
});

test("parts are put into the event", () => {
  const parts = { ...shape, parts: ALL };
  const wanted = {
    k: "Kumasi",
    h: { source: "till" },
    t: "prices",
    p: 3,
    o: 42,
    at: "2026-01-01T00:00:00.000Z",
    gone: false,
  };
  expect(JSON.parse(toLine(message, parts) ?? "")).toEqual({ n: 1, ...wanted });
  const empty = toLine({ ...message, value: Buffer.from("{ }") }, parts);
  expect(JSON.parse(empty ?? "")).toEqual(wanted);
});

test("raw values are one field, as text or base64", () => {
  const raw = { ...message, value: Buffer.of(0xff, 0x41) };
  expect(toLine(raw, { ...shape, value: "base64" })).toBe('{"value":"/0E="}');
  const named = { ...shape, value: "text", parts: { value: "line", key: "k" } } as const;
  expect(toLine({ ...message, value: Buffer.from('a"b') }, named)).toBe(
    '{"line":"a\\"b","k":"Kumasi"}',
  );
});

test("tombstones are passed over, or events of their parts", () => {
  const tombstone = { ...message, value: null };
  expect(toLine(tombstone, shape)).toBeUndefined();
  const told = { ...shape, tombstones: "event", parts: { key: "k", tombstone: "gone" } } as const;
  expect(toLine(tombstone, told)).toBe('{"k":"Kumasi","gone":true}');
});

test("what is durable and not committed is passed over after a crash, and nothing else ever", () => {
  const known = { own: 100n, committed: 90n, end: 200n, gapMax: 20n };
  expect(durableUpTo(known)).toBe(100n);
  expect(durableUpTo({ ...known, committed: -1n, own: 15n })).toBe(15n);
  // The group was set back by its owner.
  expect(durableUpTo({ ...known, committed: 0n })).toBe(0n);
  // The group is further: somebody else read on.
  expect(durableUpTo({ ...known, committed: 150n })).toBe(0n);
  // The topic was made anew.
  expect(durableUpTo({ ...known, end: 5n })).toBe(0n);
});

test("a partition's name leads back to it", () => {
  expect(toPlace(placeName({ topic: "a.b-c_d", partition: 12 }))).toEqual({
    topic: "a.b-c_d",
    partition: 12,
  });
});

test("the lag is told only when it is known of every partition that is read here", () => {
  const ends = new Map([["a", [10n, 20n, 30n]]]);
  const at = new Map([
    ["a/0", 10n],
    ["a/1", 15n],
  ]);
  expect(lagOf({ own: ["a/0"], at, ends })).toBe(0n);
  expect(lagOf({ own: ["a/0", "a/1"], at, ends })).toBe(5n);
  // Never heard of, not there, made anew and shorter; and nothing to read at all.
  expect(lagOf({ own: ["a/0", "a/2"], at, ends })).toBeUndefined();
  expect(lagOf({ own: ["b/0"], at: new Map([["b/0", 0n]]), ends })).toBeUndefined();
  expect(lagOf({ own: ["a/0"], at: new Map([["a/0", 99n]]), ends })).toBe(0n);
  expect(lagOf({ own: [], at, ends })).toBeUndefined();
});
