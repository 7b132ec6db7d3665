/** History again, at its own pace or a faster one, on a clock that is held. */

import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { replaySource, type ReplaySourceOptions } from "../../../define/sources/replay.ts";
import { closeWorlds, openWorld, until, type World } from "../world.fixture.ts";
import { toDue } from "./pace.ts";
import { toTime } from "./times.ts";

closeWorlds();

const SECOND = 1000;
const schema = z.object({ at: z.string(), n: z.number() });

function replayWorld(lines: readonly string[], options: Partial<ReplaySourceOptions>): World {
  const own = { stream: "events", from: "in/*", time: "at", speed: 1, settle: "0ms" } as const;
  const source = replaySource({ ...own, ...options });
  const world = openWorld({
    name: "t",
    streams: { events: { schema } },
    sources: { past: source },
  });
  mkdirSync(join(world.folder, "in"));
  const path = join(world.folder, "in", "past.csv");
  writeFileSync(path, `at,n\n${lines.join("\n")}\n`);
  utimesSync(path, new Date("2020-01-01"), new Date("2020-01-01"));
  return world;
}

const LINES = [
  "2007-01-01T00:00:00,0",
  "2007-01-01T00:00:00,1",
  "2007-01-01T00:01:00,2",
  "2007-01-01T00:03:00,3",
];

/** Waits for a sleep, and how long it is. */
async function nextWait(world: World): Promise<number> {
  await until(() => world.time.waits.length > 0);
  return world.time.waits[0] ?? 0;
}

test.each([1, 60, 300])("at %ix a minute of history takes a minute's part", async (speed) => {
  const world = replayWorld(LINES, { speed });
  world.open();
  await until(() => world.records.length === 2);
  const minute = (60 * SECOND) / speed;
  expect(Math.abs((await nextWait(world)) - minute)).toBeLessThanOrEqual(1);
  world.time.advance(minute);
  await until(() => world.records.length === 3);
  expect(Math.abs((await nextWait(world)) - 2 * minute)).toBeLessThanOrEqual(1);
  world.time.advance(2 * minute);
  await until(() => world.records.length === 4);
});

test("as fast as it can be taken, nothing is waited for", async () => {
  const world = replayWorld(LINES, { speed: "max" });
  world.open();
  await until(() => world.records.length === 4);
  expect(world.time.waits).toEqual([]);
});

test("after a restart history goes on from the next record", async () => {
  const world = replayWorld(LINES, { speed: 1 });
  world.open();
  await until(() => world.records.length === 2);
  await nextWait(world);
  await world.stop();
  world.open();
  await until(() => world.records.length === 3);
  expect(world.records.map((record) => (JSON.parse(record) as { n: number }).n)).toEqual([0, 1, 2]);
});

test("a gap is no longer than the longest pause; what follows moves up; steps back are not waited for", () => {
  const now = { wall: 0, speed: 1, pauseMax: 1000 };
  const { pace } = toDue(undefined, 5_000, now);
  const gap = toDue(pace, 905_000, now);
  expect(gap.at).toBe(1000);
  expect(toDue(gap.pace, 905_500, { ...now, wall: 1000 }).at).toBe(1500);
  expect(toDue(gap.pace, 4_000, { ...now, wall: 1000 }).at).toBeLessThan(1000);
});

test.each([
  ["2007-01-01", Date.UTC(2007, 0, 1)],
  ["2007-01-01T05:00:00", Date.UTC(2007, 0, 1, 5)],
  ["2007-01-01 05:00", Date.UTC(2007, 0, 1, 5)],
  ["2007-01-01T05:00:00+02:00", Date.UTC(2007, 0, 1, 3)],
  ["1/15/2006", Date.UTC(2006, 0, 15)],
  ["2007", Date.UTC(2007, 0, 1)],
  [1_167_609_600, Date.UTC(2007, 0, 1)],
  ["1167609600000", Date.UTC(2007, 0, 1)],
  ["soon", undefined],
  [null, undefined],
])("%s is a time", (value, time) => {
  expect(toTime(value)).toBe(time);
});
