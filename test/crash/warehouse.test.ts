/** The warehouse's process is killed again and again in the middle of loads and runs: nothing is lost, nothing twice. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defined } from "../../src/base/assert.ts";
import { systemClock } from "../../src/base/clock.ts";
import { loadPlan } from "../../src/plan/load-plan.ts";
import type { Cell } from "../../src/seams/query.ts";
import { openWarehouseProxy, type WarehouseProxy } from "../../src/runtime/warehouse/proxy.ts";
import { folderPlace, type Lake, openLake } from "../../src/stages/lake/index.ts";
import { makeCut } from "../../src/stages/warehouse/fixture.ts";

const PIPELINE = join(import.meta.dirname, "warehouse-pipeline");
const ROUNDS = 25;
const ROWS = 400;
const SHOPS = 700;

let folder: string;
let lake: Lake;
let house: WarehouseProxy;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-crash-"));
  await mkdir(join(folder, "lake"));
  lake = await openLake({ place: folderPlace(join(folder, "lake")), writes: true });
  const plan = await loadPlan(PIPELINE);
  house = await openWarehouseProxy({
    pipeline: plan.file,
    planHash: plan.hash,
    lake: folderPlace(join(folder, "lake")),
    warehouse: join(folder, "warehouse.duckdb"),
    clock: systemClock,
    log: () => {},
    longestWaitMs: 100,
  });
});

afterEach(async () => {
  await house[Symbol.asyncDispose]();
  await lake[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** One cut of rows about shops that come again and again; prices tell cut and line apart. */
async function publish(stream: string, cut: number): Promise<void> {
  const lines = Array.from({ length: ROWS }, (_row, line) => {
    const place = cut * ROWS + line;
    const at = new Date(Date.UTC(2026, 0, 1) + place * 10).toISOString();
    return `shop ${(place * 11) % SHOPS},${place / 4},${stream}.${place},0,${place},${at},`;
  });
  const text = ["shop,price,_event_id,_shard,_sequence,_accepted_at,_extra", ...lines, ""].join(
    "\n",
  );
  const made = makeCut({
    folder: join(folder, "made"),
    stream,
    cut,
    format: "csv",
    compression: "gzip",
    text,
    records: ROWS,
  });
  const object = defined(made.manifest.object, "the cut has an object");
  await lake.store.put(object.name, [
    await readFile(defined(made.objects.object, "it is on disk")),
  ]);
  await lake.announcements.publish(made.manifest);
  house.wake(stream, cut);
}

async function one(sql: string): Promise<readonly Cell[]> {
  return (await house.run(sql)).rows[0] ?? [];
}

const DIFFERENCE = `WITH every AS (
    SELECT shop, price, _accepted_at, _shard, _sequence, _load FROM sales
    UNION ALL SELECT shop, -price, _accepted_at, _shard, _sequence, _load FROM returns),
  fresh AS (SELECT shop, price FROM every
    QUALIFY row_number() OVER (PARTITION BY shop ORDER BY _accepted_at DESC, _shard DESC, _sequence DESC, _load DESC) = 1)
  SELECT (SELECT count(*) FROM (FROM fresh EXCEPT SELECT shop, price FROM latest)),
    (SELECT count(*) FROM (SELECT shop, price FROM latest EXCEPT FROM fresh)), (SELECT count(*) FROM latest)`;

describe("the warehouse's process, killed at random", () => {
  it(`loads every cut once and models as if made from scratch, after ${ROUNDS} kills`, async () => {
    let cut = 0;
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (let turn = 0; turn < 3; turn += 1) {
        cut += 1;
        await publish("sales", cut);
        await publish("returns", cut);
      }
      await sleep(Math.random() * 120);
      process.kill(defined(house.pid(), "the process is up"), "SIGKILL");
      await vi.waitFor(() => expect(house.state()).toEqual({ up: true, restarts: round }), 60_000);
    }
    expect(await house.drain(30_000)).toBe(true);
    const expected = cut * ROWS;
    for (const table of ["sales", "returns"]) {
      const places = `SELECT count(*), count(DISTINCT (_object, _line)), count(DISTINCT _sequence) FROM ${table}`;
      expect(await one(places)).toEqual([expected, expected, expected]);
      const loads = `SELECT count(*), sum("rows"), sum(records) FROM _loads WHERE stream = '${table}'`;
      expect(await one(loads)).toEqual([cut, expected, expected]);
      const disagree = `SELECT count(*) FROM _loads l WHERE l.stream = '${table}' AND l."rows" <>
        (SELECT count(*) FROM ${table} t WHERE t._load = l.load AND t._object = l.object)`;
      expect(await one(disagree)).toEqual([0]);
      expect(house.meter(table)).toMatchObject({
        cut,
        records: expected,
        rows: expected,
        setAside: 0,
      });
    }
    expect(await one("SELECT min(load), max(load), count(DISTINCT load) FROM _loads")).toEqual([
      1,
      2 * cut,
      2 * cut,
    ]);
    expect(await one(DIFFERENCE)).toEqual([0, 0, SHOPS]);
    expect(await one("SELECT shops, price = (SELECT sum(price) FROM latest) FROM totals")).toEqual([
      SHOPS,
      true,
    ]);
    const runs = `SELECT sum(rows_in), count(*) FILTER (rows_out <> inserted + updated + duplicates + set_aside)
      FROM row_counts WHERE model = 'latest'`;
    expect(await one(runs)).toEqual([2 * expected, 0]);
  });

  it("fails the queries that were under way, and answers new ones once it is up again", async () => {
    const slow = house.run(
      "SELECT sum(a.range * b.range % 7) FROM range(1000000) a, range(100000) b",
    );
    const refused = slow.catch((thrown: unknown) => thrown);
    await sleep(100);
    process.kill(defined(house.pid(), "the process is up"), "SIGKILL");
    expect(await refused).toMatchObject({ code: "WAREHOUSE_DOWN" });
    await vi.waitFor(async () => expect(await one("SELECT 1")).toEqual([1]), 10_000);
  });

  it("ends with its parent's word, and tells why it cannot start", async () => {
    const pid = defined(house.pid(), "the process is up");
    await house[Symbol.asyncDispose]();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    const plan = await loadPlan(PIPELINE);
    const other = openWarehouseProxy({
      pipeline: plan.file,
      planHash: "another",
      lake: folderPlace(join(folder, "lake")),
      warehouse: join(folder, "warehouse.duckdb"),
      clock: systemClock,
      log: () => {},
    });
    await expect(other).rejects.toMatchObject({
      code: "WAREHOUSE_DOWN",
      facts: { cause: expect.stringContaining("was changed since the start") },
    });
  });

  it("ends by itself when its parent is killed, in the middle of a query too", async () => {
    const parent = spawn(
      process.execPath,
      [join(import.meta.dirname, "warehouse-parent.ts"), folder],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const [said] = (await once(parent.stdout, "data")) as [Buffer];
    const orphan = Number(said.toString());
    expect(process.kill(orphan, 0)).toBe(true);
    await sleep(100);
    parent.kill("SIGKILL");
    await vi.waitFor(() => expect(() => process.kill(orphan, 0)).toThrow("ESRCH"), 5000);
  });

  it("shows an object that was damaged, holds only its stream up, and goes on once it is restored", async () => {
    await publish("sales", 1);
    expect(await house.drain(10_000)).toBe(true);
    const made = makeCut({
      folder: join(folder, "made"),
      stream: "sales",
      cut: 2,
      format: "csv",
      text: "shop\n",
      records: 1,
    });
    const object = defined(made.manifest.object, "the cut has an object");
    await lake.store.put(object.name, [Buffer.from("other")]);
    await lake.announcements.publish(made.manifest);
    await publish("returns", 1);
    expect(await house.drain(1500)).toBe(false);
    expect(house.meter("sales").trouble?.code).toBe("OBJECT_DAMAGED");
    expect(house.meter("returns")).toMatchObject({ cut: 1, trouble: undefined });
    expect(await one("SELECT count(*) FROM sales")).toEqual([ROWS]);
  });
});
