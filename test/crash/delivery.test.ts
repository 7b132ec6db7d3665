/** Delivery under kill -9 at every step: each record of the log is announced exactly once, and nothing else is there. */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeadLetter } from "../../src/base/dead-letter.ts";
import type { StoredPart } from "../../src/seams/announce.ts";
import { type Lake, openLake } from "../../src/stages/lake/index.ts";

const RECORDS_A_LIFE = 1000;

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-delivery-crash-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Death {
  readonly step?: string;
  readonly afterCuts?: number;
  readonly afterMs?: number;
}

/** One life; resolves to what it printed when it was let live to the end, "" when it was killed. */
async function live(round: number, death: Death): Promise<string> {
  const script = join(import.meta.dirname, "delivery-victim.ts");
  const { step = "never", afterCuts = 0, afterMs } = death;
  const child = spawn(process.execPath, [script, folder, `${round}`, step, `${afterCuts}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const printed = text(child.stdout);
  const exit = new Promise<number | null>((resolve) => {
    child.on("close", (code) => resolve(code));
  });
  if (afterMs !== undefined) {
    await pause(afterMs);
    child.kill("SIGKILL");
  }
  expect([0, null]).toContain(await exit);
  return await printed;
}

/** Place of each record as announced: rows and failed records by their lineage, dropped ones by their ranges. */
async function placesAnnounced(lake: Lake): Promise<{ places: string[]; names: string[] }> {
  const places: string[] = [];
  const names: string[] = [];
  const newest = await lake.announcements.newest("prices");
  for (let cut = 1; cut <= newest; cut += 1) {
    const manifest = await lake.announcements.read("prices", cut);
    const rows = await linesOf(lake, manifest?.object);
    const letters = await linesOf(lake, manifest?.failed);
    const ranges = manifest?.dropped ?? [];
    const dropped = ranges.flatMap(({ shard, first, last }) =>
      Array.from({ length: last - first + 1 }, (_, i) => `${shard}.${first + i}`),
    );
    const set = letters.map((line) => (JSON.parse(line) as DeadLetter).id.slice("prices.".length));
    const stored = rows.slice(1).map((line) => line.split(",").slice(3, 5).join("."));
    expect(stored.length + set.length + dropped.length).toBe(manifest?.records);
    places.push(...stored, ...set, ...dropped);
    names.push(
      ...[manifest?.object?.name, manifest?.failed?.name].filter((name) => name !== undefined),
    );
  }
  return { places, names };
}

async function linesOf(lake: Lake, part: StoredPart | undefined): Promise<string[]> {
  if (part === undefined) {
    return [];
  }
  const bytes = await lake.store.get(part.name);
  expect(
    createHash("sha256")
      .update(bytes ?? "")
      .digest("hex"),
  ).toBe(part.sha256);
  return bytes?.toString().trim().split("\n") ?? [];
}

/** Every record of every life exactly once, every object announced, nothing half-written. */
async function expectWhole(lives: number, printed: string): Promise<void> {
  await using lake = await openLake({ folder: join(folder, "lake"), writes: false });
  const { places, names } = await placesAnnounced(lake);
  const records = lives * RECORDS_A_LIFE;
  expect(places.length).toBe(records);
  expect(new Set(places).size).toBe(records);
  const told = JSON.parse(printed) as Record<string, number | null>;
  const tenth = records / 10;
  expect(told).toEqual({ records, failed: tenth, dropped: tenth, trouble: null });
  const stored = await Array.fromAsync(lake.store.list(""), ({ name }) => name);
  const objects = stored.filter((name) => !name.startsWith("_manifests/"));
  expect(objects.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    names.toSorted((a, b) => (a < b ? -1 : 1)),
  );
  expect(await readdir(join(folder, "lake", ".tmp"))).toEqual([]);
}

describe("delivery that is killed", () => {
  it.each(["planned", "failed", "object", "announced", "marked"])(
    "at step %s of the first, third and sixth cut of a life delivers everything once",
    async (step) => {
      const lives = [0, 2, 5];
      for (const [round, afterCuts] of lives.entries()) {
        expect(await live(round, { step, afterCuts })).toBe("");
      }
      await expectWhole(lives.length + 1, await live(lives.length, {}));
    },
  );

  it("twice in a row while it takes up what the first death left delivers everything once", async () => {
    expect(await live(0, { step: "planned", afterCuts: 1 })).toBe("");
    expect(await live(1, { step: "failed", afterCuts: 0 })).toBe("");
    expect(await live(2, { step: "object", afterCuts: 0 })).toBe("");
    expect(await live(3, { step: "announced", afterCuts: 0 })).toBe("");
    await expectWhole(5, await live(4, {}));
  });
});
