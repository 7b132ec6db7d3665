/** Compaction under kill -9 at every step: each object keeps its name and bytes, and nothing else is left. */

import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fillLake, lostFrom, openTestLake } from "../../src/stages/lake/packs/lake.fixture.ts";

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

/** One life; resolves to what it printed when it was let live to the end, "" when it was killed. */
async function live(step: string, after = 0): Promise<string> {
  const script = join(import.meta.dirname, "compaction-victim.ts");
  const args = [script, folder, step, String(after), String(CUTS)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const printed = text(child.stdout);
  const exit = new Promise<number | null>((resolve) => {
    child.on("close", (code) => resolve(code));
  });
  expect([0, null]).toContain(await exit);
  return await printed;
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
