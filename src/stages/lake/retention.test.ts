/** Objects go when they are old and loaded, packs with their last member; a mark tells, and a killed life is caught up. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import type { Lake } from "./open-lake.ts";
import { Compactor } from "./packs/compactor.ts";
import { BEGUN, fillLake, HOUR_MS, lostFrom, openTestLake, STREAM } from "./packs/lake.fixture.ts";
import { forgottenCut, Retention, type RetentionOptions } from "./retention.ts";

const CUTS = 130;
const now = toInstant(BEGUN + CUTS * 60_000);

let folder: string;
let lake: Lake;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-retention-"));
  lake = await openTestLake(folder);
  await fillLake(lake, 1, CUTS);
});

afterEach(async () => {
  await lake[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function forget(
  retentionMs: number,
  loaded = CUTS,
  onStep: NonNullable<RetentionOptions["onStep"]> = () => {},
): Promise<void> {
  const { inner: store, shelf, announcements } = lake;
  const retention = new Retention({
    store,
    shelf,
    announcements,
    clock: { now: () => now },
    onStep,
  });
  while (await retention.turn(STREAM, loaded, retentionMs)) {
    // More is done at once.
  }
}

async function names(prefix: string): Promise<readonly string[]> {
  return await Array.fromAsync(lake.inner.list(prefix), ({ name }) => name);
}

it("keeps everything for ever unless told otherwise", async () => {
  await forget(0);
  expect(await forgottenCut(lake.inner, STREAM)).toBe(0);
  expect(await lostFrom(lake, 1, CUTS)).toEqual([]);
});

it("removes what is older, keeps the manifests, and says up to where", async () => {
  await forget(HOUR_MS);
  expect(await forgottenCut(lake.inner, STREAM)).toBe(69);
  expect(await names("prices/")).toHaveLength(CUTS - 69);
  expect(await names("_manifests/")).toHaveLength(CUTS);
  expect(await lostFrom(lake, 70, CUTS)).toEqual([]);
  expect(await names("_forgotten/")).toHaveLength(1);
});

it("never removes what is not loaded", async () => {
  await forget(1, 20);
  expect(await forgottenCut(lake.inner, STREAM)).toBe(20);
  expect(await lostFrom(lake, 21, CUTS)).toEqual([]);
});

it("removes a pack with its last member, and its index with it", async () => {
  const { inner: store, shelf, announcements } = lake;
  const compactor = new Compactor({ store, shelf, announcements, clock: { now: () => now } });
  await compactor.turn(STREAM, CUTS, { compaction: "on", target: 1_048_576, after: HOUR_MS });
  await forget(HOUR_MS);
  // Cuts 60 to 69 are forgotten and lie in a pack whose other members are not.
  expect(await names("compacted/prices/")).toHaveLength(1);
  expect(await names("_packs/prices/")).toHaveLength(1);
  expect(await lostFrom(lake, 70, CUTS)).toEqual([]);
  await forget(1);
  expect([...(await names("compacted/")), ...(await names("_packs/prices/"))]).toEqual([]);
});

it.each(["marked", "removing"] as const)("killed when %s, it is caught up with", async (step) => {
  const killed = forget(HOUR_MS, CUTS, (at) => {
    if (at === step) {
      throw new Fault("INTERNAL", { cause: "killed" });
    }
  });
  await expect(killed).rejects.toThrow("killed");
  expect(await forgottenCut(lake.inner, STREAM)).toBe(69);
  await forget(HOUR_MS);
  expect(await names("prices/")).toHaveLength(CUTS - 69);
  expect(await lostFrom(lake, 70, CUTS)).toEqual([]);
});
