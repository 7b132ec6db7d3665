/** When objects in the making are due, by numbers alone. */

import { describe, expect, it } from "vitest";
import { toInstant } from "../../../../base/clock.ts";
import { type Routed, type Times, WaitingObjects } from "./waiting.ts";

const LIMITS = {
  sizeBytes: 10,
  recordsMax: 4,
  ageMs: 1000,
  heldBytesMax: 60,
  batchBytesMax: 12,
};

function at(now: number, steady = 0): Times {
  return { now: toInstant(now), steady };
}

function routed(part: string, bytes: number, arrivedAt = 0): Routed {
  return { kind: "data", part, arrivedAt, data: Buffer.alloc(bytes) };
}

function open(): WaitingObjects {
  return new WaitingObjects([], LIMITS, at(0));
}

function dueParts(waiting: WaitingObjects, times: Times): string[] {
  return waiting.due(times).map(({ part }) => part);
}

describe("objects in the making", () => {
  it("are due at their own size, the record that fills them included", () => {
    const waiting = open();
    const rows = waiting.add(
      [routed("a", 6), routed("b", 1), routed("a", 6), routed("a", 1)],
      at(0),
    );
    expect(rows.map(({ object, part, data }) => [object, part, data.length])).toEqual([
      [1, "a", 2],
      [2, "b", 1],
      [3, "a", 1],
    ]);
    expect(waiting.due(at(0)).map(({ id, bytes }) => [id, bytes])).toEqual([[1, 12]]);
    expect(waiting.untilDueMs(at(0))).toBe(0);
  });

  it("are due at a number of records, however small", () => {
    const waiting = open();
    waiting.add(
      [1, 2, 3, 4].map(() => routed("a", 0)),
      at(0),
    );
    expect(dueParts(waiting, at(0))).toEqual(["a"]);
  });

  it("are due at their own age, from the arrival of the oldest", () => {
    const waiting = open();
    waiting.add([routed("a", 1, 500), routed("a", 1, 100), routed("b", 1, 600)], at(600));
    expect([dueParts(waiting, at(1099)), waiting.untilDueMs(at(1099))]).toEqual([[], 1]);
    expect(dueParts(waiting, at(1100))).toEqual(["a"]);
    waiting.remove([1]);
    expect(waiting.untilDueMs(at(1100))).toBe(500);
  });

  it("do not wait for ever where the wall clock is set back", () => {
    const waiting = open();
    waiting.add([routed("a", 1, 1_000_000)], at(1_000_000, 50));
    expect(dueParts(waiting, at(0, 1049))).toEqual([]);
    expect(dueParts(waiting, at(0, 1050))).toEqual(["a"]);
  });

  it("the largest is due when too much waits over all", () => {
    const waiting = open();
    waiting.add(
      ["a", "b", "c", "d", "e"].map((part) => routed(part, part === "c" ? 9 : 7)),
      at(0),
    );
    expect(waiting.heldBytes).toBe(57);
    expect(dueParts(waiting, at(0))).toEqual([]);
    waiting.add([routed("f", 0)], at(0));
    expect(dueParts(waiting, at(0))).toEqual(["c"]);
    waiting.remove([3]);
    expect([waiting.heldBytes, dueParts(waiting, at(0))]).toEqual([48, []]);
  });

  it("are made together up to a size, the first whatever its own", () => {
    const waiting = open();
    waiting.add([routed("a", 40), routed("b", 10), routed("c", 11)], at(0));
    expect(dueParts(waiting, at(0))).toEqual(["a"]);
    waiting.remove([1]);
    expect(dueParts(waiting, at(0))).toEqual(["b"]);
  });

  it("keep a partition active until the last of it is delivered, also after a restart", () => {
    const before = open();
    before.add([routed("a", 10), routed("a", 1)], at(0));
    const known = [1, 2].flatMap((id) => before.find(id) ?? []);
    const waiting = new WaitingObjects(known, LIMITS, at(0));
    expect(waiting.heldBytes).toBe(before.heldBytes);
    waiting.remove([1]);
    expect([...waiting.active]).toEqual([["a", 1]]);
    // What was open takes more.
    expect(waiting.add([routed("a", 1)], at(0)).map(({ object }) => object)).toEqual([2]);
    waiting.remove([2]);
    expect([...waiting.active.keys(), waiting.heldBytes]).toEqual([0]);
  });
});
