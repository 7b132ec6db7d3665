/** Folding under kill -9 at every step: each manifest says what it said, and nothing else is left. */

import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAnnouncements } from "../../src/stages/lake/announcements.ts";
import { openFolderStore } from "../../src/stages/lake/folder/store.ts";
import {
  announce,
  countIn,
  SMALL,
  STREAM,
  wrongFrom,
} from "../../src/stages/lake/folds/manifests.fixture.ts";

const CUTS = 70;
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-folding-crash-"));
  await using store = await openFolderStore({ folder, writes: true });
  await announce(openAnnouncements(store, SMALL), 1, CUTS);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** One life; resolves to what it printed when it was let live to the end, "" when it was killed. */
async function live(step: string, after = 0): Promise<string> {
  const script = join(import.meta.dirname, "folding-victim.ts");
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
  await using store = await openFolderStore({ folder, writes: true });
  const announcements = openAnnouncements(store, SMALL);
  expect(await announcements.newest(STREAM)).toBe(CUTS);
  expect(await wrongFrom(announcements, CUTS)).toEqual([]);
}

/** After a life that came to its end: folds of whole runs, the newest cuts by themselves, and no half-made thing. */
async function expectTidy(): Promise<void> {
  await expectWhole();
  await using store = await openFolderStore({ folder, writes: false });
  expect(await countIn(store)).toEqual({ singles: 10, folds: 3 });
  expect(await readdir(join(folder, ".tmp"))).toEqual([]);
}

describe("folding that is killed", () => {
  it.each([
    ["folded", 0],
    ["folded", 2],
    ["proved", 0],
    ["removing", 0],
    ["removing", 1],
    ["removing", 3],
    ["removed", 0],
    ["removed", 2],
  ])(
    "at step %s, time %i, leaves every manifest, and the next life ends the work",
    async (step, after) => {
      expect(await live(step, after)).toBe("");
      await expectWhole();
      expect(await live("never")).not.toBe("");
      await expectTidy();
    },
  );

  it("again and again at each step in turn comes to the same end", async () => {
    for (const step of ["folded", "folded", "proved", "removing", "removing", "removed"]) {
      expect(await live(step)).toBe("");
      await expectWhole();
    }
    expect(await live("never")).not.toBe("");
    await expectTidy();
  });
});
