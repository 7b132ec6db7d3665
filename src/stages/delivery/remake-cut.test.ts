/** Objects made again from the log have the very bytes that were announced, or are not made. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { type Clock, toInstant } from "../../base/clock.ts";
import { defined } from "../../base/assert.ts";
import { toBatch } from "../../seams/append.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Announcements, Manifest, StoredPart } from "../../seams/announce.ts";
import type { StreamReader } from "../../seams/consume.ts";
import type { ObjectStore } from "../../seams/store.ts";
import { openMemoryAnnouncements } from "../../testing/memory/announce.ts";
import { type MemoryLog, openMemoryLog } from "../../testing/memory/append.ts";
import { openMemoryReader } from "../../testing/memory/consume.ts";
import { openMemoryStore } from "../../testing/memory/store.ts";
import { openDelivery } from "./delivery.ts";
import { planOne } from "./fixture.ts";
import { openCutJournal } from "./journal.ts";
import { type Remade, remakeParts } from "./remake-cut.ts";

interface Row {
  readonly name: string;
}

const CUT_RECORDS = 7;
const clock: Clock = { now: () => toInstant(Date.UTC(2026, 6, 13, 14)) };
let store: ObjectStore;
let announcements: Announcements;
let log: MemoryLog;
let reader: StreamReader;
let folder = "";

/** Every fifth event is dropped and every sixth fails; `mark` stands in each row. */
function planWith(mark: string): StreamPlan {
  const transform = ({ name }: Row): object | undefined => {
    if (Number(name) % 6 === 0) {
      throw new TypeError("a sixth");
    }
    return Number(name) % 5 === 0 ? undefined : { name: `${mark}${name}` };
  };
  const buffer = { interval: "15m", records: CUT_RECORDS };
  const deliver = { format: "csv", compression: "gzip", buffer, transform };
  return planOne<Row, object>({ schema: z.object({ name: z.string() }), deliver } as never);
}

beforeEach(async () => {
  store = openMemoryStore();
  announcements = openMemoryAnnouncements();
  log = openMemoryLog({ clock, shards: 2 });
  reader = openMemoryReader(log);
  folder = await mkdtemp(join(tmpdir(), "millrace-remake-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Appends events in frames of uneven size and delivers them all. */
async function deliverAll(stream: StreamPlan): Promise<readonly Manifest[]> {
  for (let next = 1; next <= 60; next += 11) {
    const lines = Array.from({ length: 11 }, (_none, at) => `{"name":"${next + at}"}`);
    await log.append(toBatch(lines));
  }
  await using journal = openCutJournal(join(folder, "delivery.sqlite"));
  let uuids = 0;
  await using delivery = openDelivery({
    pipeline: "shop",
    planHash: "hash",
    stream,
    reader,
    store,
    announcements,
    journal,
    clock,
    random: () => 0,
    uuid: () => `u${(uuids += 1)}`,
    sleep: () => turn(),
    announced: () => {},
  });
  expect(await delivery.flush()).toBe(true);
  const newest = await announcements.newest("prices");
  const cuts = Array.from({ length: newest }, (_none, at) => announcements.read("prices", at + 1));
  return (await Promise.all(cuts)).map((one) => defined(one, "cuts are dense"));
}

it("brings back every object, whichever part of whichever cut is gone", async () => {
  const stream = planWith("a");
  const manifests = await deliverAll(stream);
  expect(manifests.length).toBeGreaterThan(5);
  const means = { stream, reader, from: await reader.oldest(), store, poisoned: [] };
  const made: Remade[] = [];
  for (const manifest of manifests) {
    const parts = [manifest.object, manifest.failed].filter((part) => part !== undefined);
    expect(parts.length).toBeGreaterThan(0);
    const bytes = await readAll(parts);
    const [first] = parts;
    await store.remove(defined(first, "a cut has a part").name);
    made.push(await remakeParts(manifest, parts, means));
    expect(await readAll(parts)).toEqual(bytes);
  }
  expect(made.filter((one) => one !== "made")).toEqual([]);
});

it("stores nothing where the pipeline makes other bytes, or the log lacks records", async () => {
  const stream = planWith("a");
  const last = defined((await deliverAll(stream)).at(-1), "there are cuts");
  const parts = [defined(last.object, "the last cut has rows")];
  const from = await reader.oldest();
  await store.remove(defined(parts[0], "one part").name);
  const changed = { stream: planWith("b"), reader, from, store, poisoned: [] };
  expect(await remakeParts(last, parts, changed)).toBe("other");
  const late = { stream, reader, from: await reader.newest(), store, poisoned: [] };
  expect(await remakeParts(last, parts, late)).toBe("gone");
  expect(await readAll(parts)).toEqual([undefined]);
});

function readAll(parts: readonly StoredPart[]): Promise<readonly (Buffer | undefined)[]> {
  return Promise.all(parts.map(({ name }) => store.get(name)));
}
