/** The loader over a lake and announcements in memory and the real engine. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { z } from "zod";
import { systemClock } from "../../base/clock.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { ObjectName, ObjectStore } from "../../seams/store.ts";
import { openMemoryAnnouncements } from "../../testing/memory/announce.ts";
import { openMemoryStore } from "../../testing/memory/store.ts";
import { openWarehouse } from "./duckdb/open.ts";
import type { Warehouse } from "./warehouse.ts";
import { csvOf, type MadeCut, makeCut } from "./fixture.ts";
import { type Loader, startLoader } from "./loader.ts";

const shape = { schema: z.object({ a: z.int() }) };
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
  loader = startLoader({
    plan,
    warehouse: house,
    store,
    announcements: announced,
    clock: systemClock,
    pollMs: 20,
    retryMs: { first: 1, max: 5 },
    onChange: () => {},
  });
});

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
  await vi.waitFor(async () => expect(await loader.behind()).toEqual([]));
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
  await vi.waitFor(() => expect(loader.meter("one").cut).toBe(1));
});

it("shows a stream's trouble, lets others go on, and goes on itself once it is mended", async () => {
  const lost = cutOf("one", 1);
  await announced.publish(lost.manifest);
  loader.wake("one", 1);
  await vi.waitFor(() => expect(loader.meter("one").trouble?.attempts).toBeGreaterThan(1));
  expect(loader.meter("one").trouble?.code).toBe("OBJECT_MISSING");
  await publish(cutOf("two", 1));
  await vi.waitFor(() => expect(loader.meter("two").cut).toBe(1));
  expect(await loader.behind()).toEqual([{ stream: "one", cut: 0, newest: 1 }]);
  await keep(lost);
  await vi.waitFor(() => expect(loader.meter("one")).toMatchObject({ cut: 1, trouble: undefined }));
  expect(await sums()).toEqual([1, 1]);
});
