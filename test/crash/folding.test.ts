/** Folding under kill -9 at every step: each manifest says what it said, and nothing else is left. */

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
import { liveVictim } from "./faults/victim.ts";

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

function live(step: string, after = 0): Promise<string> {
  return liveVictim("folding-victim.ts", folder, step, after, CUTS);
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
