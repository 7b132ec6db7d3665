/** Small objects are put together and stay what they were; what is damaged, large or new is left alone. */

import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Instant, toInstant } from "../../../base/clock.ts";
import type { ObjectName } from "../../../base/object-name.ts";
import type { Lake } from "../open-lake.ts";
import { Compactor, type LakeSettings } from "./compactor.ts";
import { BEGUN, fillLake, HOUR_MS, lostFrom, openTestLake, STREAM } from "./lake.fixture.ts";

const SETTINGS: LakeSettings = { compaction: "on", target: 1_048_576, after: HOUR_MS };
const CUTS = 130;

let folder: string;
let lake: Lake;
let now: Instant;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-packs-"));
  lake = await openTestLake(folder);
  now = toInstant(BEGUN + CUTS * 60_000);
  await fillLake(lake, 1, CUTS);
});

afterEach(async () => {
  await lake[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function compact(loaded = CUTS, settings = SETTINGS): Promise<Compactor> {
  const { inner: store, shelf, announcements } = lake;
  const compactor = new Compactor({ store, shelf, announcements, clock: { now: () => now } });
  while (await compactor.turn(STREAM, loaded, settings)) {
    // More is done at once.
  }
  return compactor;
}

async function names(prefix: string): Promise<readonly string[]> {
  return await Array.fromAsync(lake.inner.list(prefix), ({ name }) => name);
}

it("leaves one object per closed hour, and the open hour as it is", async () => {
  const compactor = await compact();
  expect(await names("prices/")).toHaveLength(11);
  expect(await names("compacted/")).toEqual([
    "compacted/errors/2026/07/13/14/000000000005-000000000055-prices.ndjson",
    "compacted/errors/2026/07/13/15/000000000060-000000000115-prices.ndjson",
    "compacted/prices/2026/07/13/14/000000000001-000000000059-prices.csv.gz",
    "compacted/prices/2026/07/13/15/000000000060-000000000119-prices.csv.gz",
  ]);
  expect(compactor.meter()).toMatchObject({ packs: 4, objects: 119 + 23 });
  expect(await lostFrom(lake, 1, CUTS)).toEqual([]);
});

it("packs the open hour too once nothing came for long enough, and never what is not loaded", async () => {
  now = toInstant(now + 2 * HOUR_MS);
  await compact(125);
  expect(await names("prices/")).toHaveLength(5);
  expect(await lostFrom(lake, 1, CUTS)).toEqual([]);
});

it("makes packs that others read as one object with one header", async () => {
  await compact();
  const [, , first = ""] = await names("compacted/");
  const lines = gunzipSync(await readFile(join(folder, first)))
    .toString()
    .trim()
    .split("\n");
  expect(lines.filter((line) => line.startsWith("price"))).toHaveLength(1);
  expect(lines[1]).toBe("1,e1");
  expect(lines.at(-1)).toBe("59,e59");
});

it("lends a packed object as a file and takes it back", async () => {
  await compact();
  const name = "prices/2026/07/13/14/000003.csv.gz" as ObjectName;
  const local = await lake.store.fetch(name);
  expect(gunzipSync(await readFile(local.path)).toString()).toBe(
    `price,_event_id\n${"3,e3\n".repeat(3)}`,
  );
  await local[Symbol.asyncDispose]();
  await expect(readFile(local.path)).rejects.toMatchObject({ code: "ENOENT" });
});

it("goes on where it was in the next life, reading nothing twice", async () => {
  await compact(100);
  await fillLake(lake, CUTS + 1, CUTS + 60);
  const again = await compact(CUTS + 60);
  expect(again.meter().packs).toBeGreaterThan(0);
  expect(await lostFrom(lake, 1, CUTS + 60)).toEqual([]);
  expect(await names("_packed/")).toHaveLength(1);
});

it("leaves a folder alone in which an object is not what its manifest says", async () => {
  await writeFile(join(folder, "prices/2026/07/13/14/000007.csv.gz"), "edited");
  await compact();
  expect((await names("compacted/prices/")).map((name) => name.slice(28, 30))).toEqual(["15"]);
  expect(await lostFrom(lake, 1, CUTS)).toEqual(["prices/2026/07/13/14/000007.csv.gz"]);
});

it("tells of members whose bytes a pack that was cut short has lost, by their size", async () => {
  await compact();
  const [, , first = ""] = await names("compacted/");
  await truncate(join(folder, first), 400);
  const lost = await lostFrom(lake, 1, CUTS);
  expect(lost.length).toBeGreaterThan(40);
  expect(lost).not.toContain("prices/2026/07/13/14/000001.csv.gz");
});

it("lets an object that was made again take the place of its packed bytes", async () => {
  await compact();
  const name = "prices/2026/07/13/14/000003.csv.gz" as ObjectName;
  await lake.store.remove(name);
  expect(await lake.store.put(name, [Buffer.from("made again")])).toBe("stored");
  expect(String(await lake.store.get(name))).toBe("made again");
});

it.each([
  ["off", { ...SETTINGS, compaction: "off" as const }],
  ["of objects that are large already", { ...SETTINGS, target: 20 }],
])("does nothing when it is %s", async (_what, settings) => {
  await compact(CUTS, settings);
  expect(await names("compacted/")).toEqual([]);
});
