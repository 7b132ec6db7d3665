/** The loader over a lake and announcements in memory and the real engine. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { z } from "zod";
import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { ObjectName, ObjectStore } from "../../seams/store.ts";
import { openMemoryAnnouncements } from "../../testing/memory/announce.ts";
import { openMemoryStore } from "../../testing/memory/store.ts";
import { openWarehouse } from "./duckdb/open.ts";
import type { Warehouse } from "./warehouse.ts";
import { csvOf, type MadeCut, makeCut } from "./fixture.ts";
import { type Loader, type LoaderOptions, startLoader } from "./loader.ts";

const shape = { schema: z.object({ a: z.int() }) };
/** On a busy machine a load takes its time. */
const LOOK = { timeout: 15_000 };
const plan = planPipeline({ name: "t", streams: { one: shape, two: shape } }, "p.ts");

let folder: string;
let store: ObjectStore;
let house: Warehouse;
let loader: Loader;
const announcements = openMemoryAnnouncements;
let announced: ReturnType<typeof announcements>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-loader-"));
  store = openMemoryStore();
  announced = announcements();
  // The memory store's local files are where it says; the engine may read the system's temporary folder here.
  house = await openWarehouse({ readable: [folder, tmpdir()] });
  await house.ensure(plan);
  loader = begin();
});

/** The retries of a cut that is refused take some three seconds with `first` of 100. */
function begin(given: Partial<LoaderOptions> = {}): Loader {
  return startLoader({
    plan,
    warehouse: house,
    store,
    announcements: announced,
    clock: systemClock,
    pollMs: 20,
    retryMs: { first: 100, max: 1000 },
    onChange: () => {},
    ...given,
  });
}

async function beginAgain(given: Partial<LoaderOptions>): Promise<void> {
  await loader[Symbol.asyncDispose]();
  loader = begin(given);
}

afterEach(async () => {
  await loader[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function cutOf(stream: string, cut: number): MadeCut {
  const text = csvOf("a", [String(cut)], cut);
  return makeCut({ folder, stream, cut, format: "csv", text, records: 1 });
}

async function keep({ manifest, objects }: MadeCut): Promise<void> {
  const bytes = await readFile(objects.object ?? "");
  await store.put(manifest.object?.name ?? ("none" as ObjectName), [bytes]);
}

async function publish(made: MadeCut): Promise<void> {
  await keep(made);
  await announced.publish(made.manifest);
  loader.wake(made.manifest.stream, made.manifest.cut);
}

async function sums(): Promise<unknown> {
  const { rows } = await house.query.run(
    "SELECT (SELECT coalesce(sum(a), 0) FROM one), (SELECT coalesce(sum(a), 0) FROM two)",
  );
  return rows[0];
}

it("loads every announced cut of every stream, in order", async () => {
  for (let cut = 1; cut <= 4; cut += 1) {
    await publish(cutOf("one", cut));
    await publish(cutOf("two", cut));
  }
  await vi.waitFor(async () => expect(loader.hasPassed(await loader.newest())).toBe(true), LOOK);
  expect(await sums()).toEqual([10, 10]);
  const { rows } = await house.query.run(
    "SELECT bool_and(ordered) FROM (SELECT cut > lag(cut, 1, 0) OVER (PARTITION BY stream ORDER BY load) AS ordered FROM _loads)",
  );
  expect(rows).toEqual([[true]]);
  expect(loader.meter("one")).toMatchObject({ cut: 4, records: 4, rows: 4, trouble: undefined });
});

it("finds cuts that nobody woke it for", async () => {
  const made = cutOf("one", 1);
  await keep(made);
  await announced.publish(made.manifest);
  await vi.waitFor(() => expect(loader.meter("one").cut).toBe(1), LOOK);
});

it("shows a stream's trouble, lets others go on, and goes on itself once it is mended", async () => {
  const lost = cutOf("one", 1);
  await announced.publish(lost.manifest);
  loader.wake("one", 1);
  await vi.waitFor(() => expect(loader.meter("one").trouble?.attempts).toBeGreaterThan(1), LOOK);
  expect(loader.meter("one").trouble?.code).toBe("OBJECT_MISSING");
  await publish(cutOf("two", 1));
  await vi.waitFor(() => expect(loader.meter("two").cut).toBe(1), LOOK);
  const newest = await loader.newest();
  expect(newest.get("one")).toBe(1);
  expect(loader.hasPassed(newest)).toBe(false);
  expect(loader.hasPassed(new Map([["one", 0]]))).toBe(true);
  await keep(lost);
  await vi.waitFor(
    () => expect(loader.meter("one")).toMatchObject({ cut: 1, trouble: undefined }),
    LOOK,
  );
  expect(await sums()).toEqual([1, 1]);
});

const QUICK = { retryMs: { first: 1, max: 5 } };

async function announce({ manifest }: MadeCut): Promise<void> {
  await announced.publish(manifest);
  loader.wake(manifest.stream, manifest.cut);
}

it("sets a cut aside that cannot be loaded, with its reason, and loads the later ones", async () => {
  await beginAgain(QUICK);
  await publish(cutOf("one", 1));
  await announce(cutOf("one", 2));
  await publish(cutOf("one", 3));
  await vi.waitFor(() => expect(loader.meter("one").cut).toBe(3), LOOK);
  expect(await sums()).toEqual([4, 0]);
  const { aside, trouble, records, rows } = loader.meter("one");
  expect({ records, rows }).toEqual({ records: 3, rows: 2 });
  expect(aside).toMatchObject([
    { cut: 2, object: "one/y=2026/2.csv", records: 1, code: "OBJECT_MISSING", attempts: 6 },
  ]);
  expect(trouble?.message).toContain("1 object(s) with 1 record(s) are set aside");
  expect(trouble?.message).toContain("millrace replay one");
  expect(loader.hasPassed(await loader.newest())).toBe(true);
});

it("loads what was set aside as the newest load once it is whole, with the next start", async () => {
  await beginAgain(QUICK);
  const lost = cutOf("one", 1);
  await announce(lost);
  await publish(cutOf("one", 2));
  await vi.waitFor(() => expect(loader.meter("one").cut).toBe(2), LOOK);
  await keep(lost);
  await beginAgain(QUICK);
  await vi.waitFor(() => expect(loader.meter("one").aside).toBeUndefined(), LOOK);
  expect(await sums()).toEqual([3, 0]);
  expect(loader.meter("one")).toMatchObject({ cut: 2, records: 2, rows: 2, trouble: undefined });
  const { rows } = await house.query.run("SELECT cut, load FROM _loads ORDER BY load");
  expect(rows).toEqual([
    [2, 1],
    [1, 2],
  ]);
});

it("sets aside what the table refuses, and not what the machine does", async () => {
  await beginAgain(QUICK);
  const given = house.load.bind(house);
  let failures = 0;
  house.load = async (stream, manifest, objects) => {
    if (manifest.cut === 1 && failures < 20) {
      failures += 1;
      throw new Fault("LOAD_FAILED", { object: "o", table: "one", cause: "IO Error: no space" });
    }
    if (manifest.cut === 2) {
      const cause = "Constraint Error: NOT NULL constraint failed";
      throw new Fault("LOAD_REFUSED", { object: "o", table: "one", cause });
    }
    return await given(stream, manifest, objects);
  };
  for (let cut = 1; cut <= 3; cut += 1) {
    await publish(cutOf("one", cut));
  }
  await vi.waitFor(() => expect(loader.meter("one").cut).toBe(3), LOOK);
  expect(failures).toBe(20);
  expect(loader.meter("one").aside?.map(({ cut, code }) => [cut, code])).toEqual([
    [2, "LOAD_REFUSED"],
  ]);
  expect(await sums()).toEqual([4, 0]);
});

it("does not touch the cut on which its process ended again and again, and remembers that", async () => {
  const loading: unknown[] = [];
  const deadly = { stream: "one", cut: 1, cause: "SIGABRT", attempts: 3 };
  await beginAgain({ ...QUICK, deadly, onLoading: (cut) => loading.push(cut) });
  await publish(cutOf("one", 1));
  await publish(cutOf("one", 2));
  await vi.waitFor(() => expect(loader.meter("one").rows).toBe(1), LOOK);
  expect(loader.meter("one").aside).toMatchObject([{ code: "LOAD_CRASHED", attempts: 3 }]);
  expect(loading).toEqual([{ stream: "one", cut: 2 }, undefined]);
  // Nor with the next start, though its object is whole.
  await beginAgain(QUICK);
  await publish(cutOf("one", 3));
  await vi.waitFor(() => expect(loader.meter("one").cut).toBe(3), LOOK);
  expect(loader.meter("one").aside).toHaveLength(1);
});

it(
  "waits where so many cuts cannot be loaded that it is no single one",
  { timeout: 90_000 },
  async () => {
    await beginAgain(QUICK);
    for (let cut = 1; cut <= 102; cut += 1) {
      await announced.publish(cutOf("one", cut).manifest);
    }
    loader.wake("one", 102);
    await vi.waitFor(() => expect(loader.meter("one").trouble?.attempts).toBeGreaterThan(8), {
      timeout: 80_000,
    });
    expect(loader.meter("one").aside).toHaveLength(100);
    const newest = await loader.newest();
    expect(newest.get("one")).toBe(102);
    expect(loader.hasPassed(newest)).toBe(false);
    expect(loader.hasPassed(new Map([["one", 100]]))).toBe(true);
  },
);
