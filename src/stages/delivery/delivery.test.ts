/** The whole of delivery over memory: what is announced, what a restart repeats, what trouble looks like. */

import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Clock, toInstant } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { toBatch } from "../../seams/append.ts";
import type { ObjectName } from "../../base/object-name.ts";
import type { Announcements } from "../../seams/announce.ts";
import type { ObjectStore } from "../../seams/store.ts";
import { openMemoryAnnouncements } from "../../testing/memory/announce.ts";
import { type MemoryLog, openMemoryLog } from "../../testing/memory/append.ts";
import { openMemoryReader } from "../../testing/memory/consume.ts";
import { openMemoryStore } from "../../testing/memory/store.ts";
import { type Delivery, type DeliveryOptions, openDelivery } from "./delivery.ts";
import { planOne } from "./fixture.ts";
import { type CutJournal, openCutJournal } from "./journal.ts";

type Row = { name: string };
type Deliver = NonNullable<Parameters<typeof planOne<Row, unknown>>[0]["deliver"]>;
const schema = z.object({ name: z.string() });

let folder: string;
let log: MemoryLog;
let store: ObjectStore;
let announcements: Announcements;
let journal: CutJournal;
let now: number;
let told: string[];
let uuids: number;
const clock: Clock = { now: () => toInstant(now) };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-delivery-"));
  journal = openCutJournal(join(folder, "delivery.sqlite"));
  store = openMemoryStore();
  announcements = openMemoryAnnouncements();
  now = Date.UTC(2026, 6, 13, 14);
  log = openMemoryLog({ clock, shards: 2 });
  told = [];
  uuids = 0;
});

afterEach(async () => {
  await journal[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function open(deliver: Deliver = {}, more: Partial<DeliveryOptions> = {}): Delivery {
  const buffer = { interval: "15m", ...deliver.buffer } as const;
  return openDelivery({
    pipeline: "shop",
    planHash: "hash",
    stream: planOne<Row, unknown>({
      schema,
      deliver: { format: "csv", ...deliver, buffer },
    } as never),
    reader: openMemoryReader(log),
    store,
    announcements,
    journal,
    clock,
    random: () => 0,
    uuid: () => `u${(uuids += 1)}`,
    sleep: () => turn(),
    announced: (stream, cut) => told.push(`${stream} ${cut}`),
    ...more,
  });
}

let appended = 0;
async function append(count: number): Promise<void> {
  const lines = Array.from({ length: count }, () => `{"name":"n${(appended += 1)}"}`);
  await log.append(toBatch(lines));
}

/** Shard and sequence of every announced row, in order of the objects. */
async function rows(): Promise<string[]> {
  const found: string[] = [];
  for (let cut = 1; cut <= (await announcements.newest("prices")); cut += 1) {
    const object = (await announcements.read("prices", cut))?.object;
    const bytes = object === undefined ? Buffer.alloc(0) : await store.get(object.name);
    const lines = bytes?.toString().trim().split("\n").slice(1) ?? [];
    const sha256 = createHash("sha256")
      .update(bytes ?? "")
      .digest("hex");
    expect([sha256, lines.length]).toEqual([object?.sha256 ?? sha256, object?.records ?? 0]);
    found.push(...lines.map((line) => line.split(",").slice(2, 4).join(".")));
  }
  return found;
}

function everyRow(): string[] {
  return log.frames.flatMap(({ shard, firstSequence, records }) =>
    records.map((_record, index) => `${shard}.${firstSequence + index}`),
  );
}

async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 10_000 && !holds(); turns += 1) {
    await turn();
  }
  expect(holds()).toBe(true);
}

describe("delivery", () => {
  it("delivers every record once, in cuts of the size asked for, also inside a frame", async () => {
    await append(25);
    await append(7);
    await using delivery = open({ buffer: { records: 10 } });
    expect(await delivery.flush()).toBe(true);
    await append(3);
    expect(await delivery.flush()).toBe(true);
    expect(await rows()).toEqual(everyRow());
    const sizes = await Promise.all(
      [1, 2, 3, 4, 5].map(async (cut) => (await announcements.read("prices", cut))?.records),
    );
    expect(sizes).toEqual([10, 10, 10, 2, 3]);
    expect(told).toEqual([1, 2, 3, 4, 5].map((cut) => `prices ${cut}`));
    expect(delivery.meter()).toMatchObject({
      cuts: 5,
      records: 35,
      pending: 0,
      trouble: undefined,
    });
    expect(delivery.delivered()).toBe(await openMemoryReader(log).newest());
  });

  it("has nothing to flush where nothing came", async () => {
    await using delivery = open();
    expect(await delivery.flush()).toBe(true);
    expect(await announcements.newest("prices")).toBe(0);
  });

  it("cuts what has grown old, by the clock it is given", async () => {
    await using delivery = open({ buffer: { interval: "60s" } });
    await append(3);
    await until(() => delivery.meter().pending === 3);
    now += 59_999;
    await append(1);
    await until(() => delivery.meter().pending === 4);
    expect(told).toEqual([]);
    now += 1;
    await append(1);
    await until(() => told.length === 1);
    expect(await rows()).toEqual(everyRow());
  });

  it("announces a cut without an object where every record was dropped or failed", async () => {
    appended = 0;
    await append(8);
    await using delivery = open({ transform: dropOrThrow });
    expect(await delivery.flush()).toBe(true);
    const manifest = await announcements.read("prices", 1);
    expect(manifest?.object).toBeUndefined();
    const failed = manifest?.failed?.records ?? 0;
    const { dropped, records } = delivery.meter();
    expect(failed).toBeGreaterThan(0);
    expect(dropped + failed).toBe(records);
    expect(manifest?.failed?.name).toMatch(
      /^errors\/prices\/processing-failed\/2026\/07\/13\/14\//,
    );
    const letters = await store.get(manifest?.failed?.name ?? ("" as ObjectName));
    expect(letters?.toString().trim().split("\n").length).toBe(failed);
  });

  it("tries a failing lake again for ever, showing it, and loses nothing", async () => {
    let left = 7;
    const failing: ObjectStore = {
      ...bound(store),
      put: async (name, chunks) => {
        left -= 1;
        if (left > 0) {
          throw new Fault("LAKE_WRITE_FAILED", { name, cause: "no space left on device" });
        }
        return await store.put(name, chunks);
      },
    };
    const seen: (string | undefined)[] = [];
    await append(5);
    await using delivery = open(
      {},
      {
        store: failing,
        sleep: async () => {
          seen.push(delivery.meter().trouble?.code);
          expect(delivery.meter().pending).toBe(5);
          await turn();
        },
      },
    );
    expect(await delivery.flush()).toBe(true);
    expect(seen).toEqual(Array.from({ length: 6 }, () => "LAKE_WRITE_FAILED"));
    expect(delivery.meter()).toMatchObject({ trouble: undefined, records: 5, pending: 0 });
    expect(await rows()).toEqual(everyRow());
  });

  it("stops at once while the lake fails, and ends the cut in its next life", async () => {
    await append(5);
    const waiting = Promise.withResolvers<void>();
    const sleep: DeliveryOptions["sleep"] = async (_ms, signal) => {
      waiting.resolve();
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve());
      });
    };
    {
      await using delivery = open({}, { store: { ...bound(store), put: refusePut }, sleep });
      const flushed = delivery.flush();
      await waiting.promise;
      await delivery[Symbol.asyncDispose]();
      expect(await flushed).toBe(false);
    }
    await using delivery = open();
    expect(await delivery.flush()).toBe(true);
    expect(await rows()).toEqual(everyRow());
    expect(delivery.meter()).toMatchObject({ cuts: 1, records: 5 });
  });

  it("does not go on with a lake that is not the journal's", async () => {
    await append(2);
    {
      await using delivery = open();
      expect(await delivery.flush()).toBe(true);
    }
    announcements = openMemoryAnnouncements();
    await append(2);
    await using delivery = open();
    await until(() => delivery.meter().trouble !== undefined);
    expect(delivery.meter().trouble?.message).toContain("the lake has 0 cuts");
    expect(await announcements.newest("prices")).toBe(0);
  });
});

describe("a cut that was planned", () => {
  const STEPS = ["planned", "failed", "object", "announced", "marked"] as const;
  it.each(STEPS)("is brought to the same end after a death at %s", async (step) => {
    appended = 0;
    await append(12);
    await dieAt(step, { transform: refuseThrees });
    await append(4);
    await using delivery = open({ transform: refuseThrees });
    expect(await delivery.flush()).toBe(true);
    const failed = new Set(["1.3", "0.1"]);
    const all = everyRow();
    expect((await rows()).toSorted()).toEqual(all.filter((row) => !failed.has(row)).toSorted());
    expect(delivery.meter()).toMatchObject({ records: 16, failed: 2, trouble: undefined });
    const stored = await Array.fromAsync(store.list(""));
    expect(stored.length).toBe(4);
  });

  it.each(["planned", "failed", "object"] as const)(
    "leaves nothing twice when the transform gives other rows after a death at %s",
    async (step) => {
      appended = 0;
      await append(12);
      let life = 0;
      const moody = ({ name }: Row): Row => {
        if (name.endsWith(String(life))) {
          throw new TypeError("not in this life");
        }
        return { name: `${name} of life ${life}` };
      };
      await dieAt(step, { transform: moody });
      life = 5;
      await using delivery = open({ transform: moody });
      expect(await delivery.flush()).toBe(true);
      expect(await announcements.newest("prices")).toBe(1);
      const manifest = await announcements.read("prices", 1);
      const { object, failed } = manifest ?? {};
      expect((object?.records ?? 0) + (failed?.records ?? 0)).toBe(12);
      const found = await rows();
      expect(new Set(found).size).toBe(object?.records);
      const stored = await Array.fromAsync(store.list(""), ({ name }) => name);
      expect(stored.toSorted()).toEqual([failed?.name, object?.name]);
    },
  );

  it("is planned anew under new names where the format was changed meanwhile", async () => {
    await append(6);
    await dieAt("planned", { format: "csv", compression: "gzip" });
    await using delivery = open({ format: "csv" });
    expect(await delivery.flush()).toBe(true);
    const manifest = await announcements.read("prices", 1);
    expect(manifest?.object).toMatchObject({ compression: "none" });
    expect(manifest?.object?.name.endsWith(".csv")).toBe(true);
    expect(await rows()).toEqual(everyRow());
  });
});

function bound(of: ObjectStore): ObjectStore {
  return {
    put: (name, chunks) => of.put(name, chunks),
    get: (name) => of.get(name),
    fetch: (name) => of.fetch(name),
    list: (prefix, after) => of.list(prefix, after),
    remove: (name) => of.remove(name),
    [Symbol.asyncDispose]: async () => {},
  };
}

function boundAnnouncements(): Announcements {
  return {
    publish: (manifest) => announcements.publish(manifest),
    read: (stream, cut) => announcements.read(stream, cut),
    newest: (stream) => announcements.newest(stream),
  };
}

function boundJournal(): CutJournal {
  return {
    resume: (stream) => journal.resume(stream),
    plan: (cut) => journal.plan(cut),
    markStored: (cut) => journal.markStored(cut),
    [Symbol.asyncDispose]: async () => {},
  };
}

function refuseThrees({ name }: Row): Row {
  if (name.endsWith("3")) {
    throw new TypeError("no threes");
  }
  return { name };
}

function dropOrThrow({ name }: Row): undefined {
  if (name.endsWith("2")) {
    throw new TypeError("no twos");
  }
}

async function refusePut(name: ObjectName): Promise<"stored"> {
  throw new Fault("LAKE_WRITE_FAILED", { name, cause: "gone" });
}

/** Delivers until a step, at which everything that follows fails, as if the process had ended there. */
async function dieAt(step: string, deliver: Deliver): Promise<void> {
  let dead = false;
  const live = <T>(seam: T): T => {
    if (dead) {
      throw new Fault("LAKE_WRITE_FAILED", { name: "", cause: "dead" });
    }
    return seam;
  };
  const died = Promise.withResolvers<void>();
  await using delivery = open(deliver, {
    store: {
      ...bound(store),
      put: async (name, chunks) => await live(store).put(name, chunks),
      get: async (name) => await live(store).get(name),
    },
    announcements: {
      ...boundAnnouncements(),
      publish: async (manifest) => live(announcements).publish(manifest),
    },
    journal: {
      ...boundJournal(),
      plan: (cut) => live(journal).plan(cut),
      markStored: (cut) => live(journal).markStored(cut),
    },
    onStep: (at) => {
      if (at === step) {
        dead = true;
        died.resolve();
      }
    },
    sleep: () => turn(),
  });
  void delivery.flush();
  await died.promise;
  await delivery[Symbol.asyncDispose]();
}
