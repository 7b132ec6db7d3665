/** What processes that end leave behind, one after the other, until one record is to blame, and no other ever is. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { judgeTrail, readTrail, Trail } from "./trail.ts";

const PLAN = "a plan";
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-trail-"));
  path = join(folder, "trail.json");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A process that takes records of one shard in order, from the first to that on which it ends. */
function live(first: number, last: number, stream = "jobs"): ReturnType<typeof judgeTrail> {
  const judged = judgeTrail(readTrail(path, PLAN));
  const trail = new Trail({ path, plan: PLAN, suspect: judged.suspect });
  for (let sequence = first; sequence <= last; sequence += 1) {
    trail.step(stream, 3, sequence);
  }
  return judged;
}

it("finds the record on which processes end within four of them", () => {
  const lives = Array.from({ length: 5 }, () => live(1, 700));
  expect(
    lives.map(
      ({ suspect }) => suspect && [suspect.ranges[0]?.from, suspect.ranges[0]?.to, suspect.deaths],
    ),
  ).toEqual([undefined, [513, 768, 0], [700, 700, 1], [700, 700, 2], undefined]);
  expect(lives.at(-1)?.poison).toEqual({
    stream: "jobs",
    shard: 3,
    sequence: 700,
    says: expect.stringContaining("3 processes ended"),
  });
});

it("finds it among the records of several shards, whose frames come in turns", () => {
  const lives = Array.from({ length: 5 }, () => {
    const judged = judgeTrail(readTrail(path, PLAN));
    const trail = new Trail({ path, plan: PLAN, suspect: judged.suspect });
    for (let sequence = 1; sequence <= 300; sequence += 1) {
      for (let shard = 0; shard < (sequence === 300 ? 2 : 4); shard += 1) {
        trail.step("jobs", shard, sequence);
      }
      trail.leave();
    }
    trail.step("jobs", 2, 300);
    return judged;
  });
  expect(lives.map(({ suspect }) => suspect?.ranges.length)).toEqual([
    undefined,
    4,
    1,
    1,
    undefined,
  ]);
  expect(lives.at(-1)?.poison).toMatchObject({ stream: "jobs", shard: 2, sequence: 300 });
});

it("blames no record for processes that end on others each time, or on none", () => {
  for (const last of [700, 690, 710, 705, 700, 699, 700, 702]) {
    expect(live(1, last).poison).toBeUndefined();
  }
  for (let life = 0; life < 5; life += 1) {
    const { poison, suspect } = judgeTrail(readTrail(path, PLAN));
    expect(poison).toBeUndefined();
    const trail = new Trail({ path, plan: PLAN, suspect });
    trail.step("jobs", 3, 702);
    trail.leave();
  }
});

it("forgets what another definition did, and what ended as it should", () => {
  live(1, 700);
  expect(readTrail(path, "another plan")).toBeUndefined();
  expect(readTrail(path, PLAN)).toMatchObject({ stream: "jobs", ranges: [{ from: 513, to: 768 }] });
  new Trail({ path, plan: PLAN, suspect: undefined })[Symbol.dispose]();
  expect(existsSync(path)).toBe(false);
});

it("knows nothing from a note that is not whole, and goes on without room for one", () => {
  for (const text of ["", "{", '{"plan":"a plan","stream":"jobs"}', "null", "7"]) {
    writeFileSync(path, text);
    expect(judgeTrail(readTrail(path, PLAN))).toEqual({ poison: undefined, suspect: undefined });
  }
  const trail = new Trail({ path: join(folder, "no", "such"), plan: PLAN, suspect: undefined });
  trail.step("jobs", 0, 1);
  trail[Symbol.dispose]();
  expect(existsSync(join(folder, "no"))).toBe(false);
});
