/** rebuild and replay hand their options on and say what came of it, in text and in exit codes. */

import { resolve } from "node:path";
import { expect, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import type { Rebuilt, RebuildOptions } from "../../runtime/rebuild/rebuild.ts";
import type { Replayed, ReplayOptions } from "../../runtime/rebuild/replay.ts";
import type { Doors } from "../doors.ts";
import { closedDoors, runCommand, scriptedWorld } from "../scripted-world.ts";

const made: Rebuilt = {
  cuts: 1200,
  records: 60_000,
  rows: 59_000,
  setAside: 10,
  models: 3,
  swapped: true,
  before: "/d/warehouse.duckdb.before",
  verification: undefined,
  tookMs: 1500,
};

function rebuilding(rebuilt: Rebuilt): Doors & { readonly given: RebuildOptions[] } {
  const given: RebuildOptions[] = [];
  const rebuildWarehouse = (options: RebuildOptions): Promise<Rebuilt> => {
    given.push(options);
    options.tell("500 objects loaded");
    return Promise.resolve(rebuilt);
  };
  return { ...closedDoors, rebuild: () => Promise.resolve({ rebuildWarehouse }), given };
}

test("rebuild says what it made and where the old one is", async () => {
  const doors = rebuilding(made);
  const { code, out, err } = await runCommand(["rebuild"], scriptedWorld(), doors);
  expect(code).toBe(0);
  expect(out).toContain("59,000 row(s) of 1,200 object(s)");
  expect(out).toContain("The old one is /d/warehouse.duckdb.before");
  expect(err).toBe("500 objects loaded\n");
  expect(doors.given[0]).toMatchObject({
    data: resolve(".millrace"),
    pipeline: undefined,
    verify: false,
    yes: false,
  });
});

test("rebuild ends with 1 and the differences where it did not swap", async () => {
  const finding = {
    state: "SHORT",
    account: "raw: lake ↔ live",
    says: "2 missing: raw lacks row(s) of the lake.",
    expected: 9,
    found: 7,
    ids: ["a", "b"],
  } as const;
  const verification = {
    state: "SHORT",
    at: toInstant(0),
    tookMs: 5,
    findings: [finding],
  } as const;
  const doors = rebuilding({ ...made, swapped: false, before: undefined, verification });
  const argv = ["rebuild", "--verify", "--data", "/d", "--pipeline", "/p"];
  const { code, out } = await runCommand(argv, scriptedWorld(), doors);
  expect(code).toBe(1);
  expect(out).toContain("raw: lake ↔ live: a b");
  expect(out).toContain("Nothing was changed.");
  expect(doors.given[0]).toMatchObject({ data: "/d", pipeline: "/p", verify: true, yes: false });
  const json = await runCommand([...argv, "--yes", "--json"], scriptedWorld(), doors);
  expect(JSON.parse(json.out)).toMatchObject({ swapped: false, verification: { state: "SHORT" } });
  expect(doors.given[1]).toMatchObject({ yes: true });
});

const replayed: Replayed = {
  stream: "prices",
  cuts: 4,
  records: 4000,
  objects: ["prices/a.csv"],
  rows: 12,
  loaded: 1,
  models: 2,
  unable: [],
  tookMs: 20,
};

function replaying(answer: Replayed): Doors & { readonly given: ReplayOptions[] } {
  const given: ReplayOptions[] = [];
  const replayStream = (options: ReplayOptions): Promise<Replayed> => {
    given.push(options);
    return Promise.resolve(answer);
  };
  return { ...closedDoors, replay: () => Promise.resolve({ replayStream }), given };
}

test("replay reads its bounds as times and as places", async () => {
  const doors = replaying(replayed);
  const argv = ["replay", "prices", "--from", "2:17", "--to", "2026-03-01T10:00Z", "--data", "/d"];
  const { code, out } = await runCommand(argv, scriptedWorld(), doors);
  expect(code).toBe(0);
  expect(out).toContain("1 object(s) made again, 12 row(s) put back, 2 model(s) made anew.");
  expect(out).toContain("1 object(s) that were set aside are loaded.");
  expect(doors.given).toEqual([
    {
      data: "/d",
      pipeline: undefined,
      stream: "prices",
      from: { kind: "place", shard: 2, sequence: 17 },
      to: { kind: "time", at: Date.UTC(2026, 2, 1, 10) },
    },
  ]);
});

test("replay ends with 1 and the reason where something could not be brought back", async () => {
  const unable = Array.from({ length: 12 }, (_none, at) => {
    return { cut: at + 1, object: "o", why: "the log no longer holds all of its records" };
  });
  const doors = replaying({ ...replayed, unable });
  const { code, out } = await runCommand(["replay", "prices"], scriptedWorld(), doors);
  expect(code).toBe(1);
  expect(out).toContain("✗ cut 1 o: the log no longer holds");
  expect(out).toContain("and 2 more");
});

test.each(["yesterday", "2:", "-1:5", "2026-13-01", "7"])(
  "the bound %s is refused",
  async (text) => {
    const { code, err } = await runCommand(["replay", "prices", "--from", text]);
    expect(code).toBe(2);
    expect(err).toContain("SHARD:SEQUENCE");
  },
);
