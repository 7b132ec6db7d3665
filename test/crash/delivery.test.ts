/** Delivery under kill -9 at every step: each record of the log is announced exactly once, and nothing else is there. */

import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import type { DeadLetter } from "../../src/base/dead-letter.ts";
import type { StoredPart } from "../../src/seams/announce.ts";
import { folderPlace, type Lake, openLake } from "../../src/stages/lake/index.ts";
import { openStream, openStreamReader } from "../../src/stages/stream/index.ts";
import { readAll } from "../../src/testing/conformance/append.ts";

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

/** Place of each record that the log holds. */
async function placesLogged(): Promise<string[]> {
  const where = { folder: join(folder, "log"), stream: "prices" };
  const made = { shards: 3, clock: systemClock, random: randomBytes };
  await using log = await openStream({ ...where, ...made });
  await using reader = await openStreamReader({ ...where, shared: log.shared });
  return (await readAll(reader)).map(({ shard, sequence }) => `${shard}.${sequence}`);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
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

/** Every record of the log exactly once, every object announced, nothing half-written. */
async function expectWhole(printed: string): Promise<number> {
  await using lake = await openLake({ place: folderPlace(join(folder, "lake")), writes: false });
  const { places, names } = await placesAnnounced(lake);
  const logged = await placesLogged();
  const records = logged.length;
  expect(places.toSorted(byText)).toEqual(logged.toSorted(byText));
  const told = JSON.parse(printed) as Record<string, number | null>;
  const tenth = records / 10;
  expect(told).toEqual({ records, failed: tenth, dropped: tenth, trouble: null });
  const stored = await Array.fromAsync(lake.store.list(""), ({ name }) => name);
  const objects = stored.filter((name) => !name.startsWith("_manifests/"));
  expect(objects.toSorted(byText)).toEqual(names.toSorted(byText));
  expect(await readdir(join(folder, "lake", ".tmp"))).toEqual([]);
  return records;
}

describe("delivery that is killed", () => {
  it.each(["planned", "failed", "object", "announced", "marked"])(
    "at step %s of the first, third and sixth cut of a life delivers everything once",
    async (step) => {
      const lives = [0, 2, 5];
      for (const [round, afterCuts] of lives.entries()) {
        expect(await live(round, { step, afterCuts })).toBe("");
      }
      const records = await expectWhole(await live(lives.length, {}));
      expect(records).toBe((lives.length + 1) * RECORDS_A_LIFE);
    },
  );

  it("twice in a row while it takes up what the first death left delivers everything once", async () => {
    expect(await live(0, { step: "planned", afterCuts: 1 })).toBe("");
    expect(await live(1, { step: "failed", afterCuts: 0 })).toBe("");
    expect(await live(2, { step: "object", afterCuts: 0 })).toBe("");
    expect(await live(3, { step: "announced", afterCuts: 0 })).toBe("");
    expect(await expectWhole(await live(4, {}))).toBe(5 * RECORDS_A_LIFE);
  });

  it("at any moment, again and again, delivers everything once", async () => {
    for (let round = 0; round < 12; round += 1) {
      await live(round, { afterMs: 200 + Math.floor(Math.random() * 500) });
    }
    const records = await expectWhole(await live(12, {}));
    expect(records).toBeGreaterThanOrEqual(RECORDS_A_LIFE);
  });
});
