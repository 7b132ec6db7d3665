/** Compaction under kill -9 at every step: each object keeps its name and bytes, and nothing else is left. */

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fillLake, lostFrom, openTestLake } from "../../src/stages/lake/packs/lake.fixture.ts";
import { liveVictim } from "./faults/victim.ts";

const CUTS = 130;
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-compaction-crash-"));
  await using lake = await openTestLake(folder);
  await fillLake(lake, 1, CUTS);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function live(step: string, after = 0): Promise<string> {
  return liveVictim("compaction-victim.ts", folder, step, after, CUTS);
}

async function expectWhole(): Promise<void> {
  await using lake = await openTestLake(folder);
  expect(await lostFrom(lake, 1, CUTS)).toEqual([]);
}

/** After a life that came to its end: packs, their indexes, the open hour, one mark, and no half-made thing. */
async function expectTidy(): Promise<void> {
  await expectWhole();
  await using lake = await openTestLake(folder);
  const names = await Array.fromAsync(lake.inner.list(""), ({ name }) => name);
  const count = (prefix: string): number => names.filter((name) => name.startsWith(prefix)).length;
  expect([count("prices/"), count("errors/"), count("compacted/")]).toEqual([11, 3, 4]);
  expect([count("_packs/prices/"), count("_packs/errors/")]).toEqual([2, 2]);
  expect([count("_packed/"), await readdir(join(folder, ".tmp"))]).toEqual([1, []]);
}

describe("compaction that is killed", () => {
  it.each([
    ["packed", 0],
    ["packed", 2],
    ["told", 0],
    ["removing", 0],
    ["removing", 30],
    ["removed", 0],
    ["noted", 0],
  ])(
    "at step %s, time %i, leaves every object whole, and the next life ends the work",
    async (step, after) => {
      expect(await live(step, after)).toBe("");
      await expectWhole();
      expect(await live("never")).not.toBe("");
      await expectTidy();
    },
  );

  it("again and again at each step in turn comes to the same end", async () => {
    for (const step of ["packed", "told", "removing", "packed", "removed", "told", "noted"]) {
      await live(step);
      await expectWhole();
    }
    expect(await live("never")).not.toBe("");
    await expectTidy();
  });
});
