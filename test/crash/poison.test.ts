/** What no load can take is set aside, named and brought back; what comes after it is loaded meanwhile. */

import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { defined } from "../../src/base/assert.ts";
import type { Verification } from "../../src/seams/verify.ts";
import { RunningPipeline } from "../journey/running.ts";
import { Gatekeeper } from "./faults/gatekeeper.ts";

const PER_CUT = 40;
const LOOK = { timeout: 60_000, interval: 100 };

let running: RunningPipeline;
let gatekeeper: Gatekeeper;

beforeEach(async () => {
  running = new RunningPipeline("test/journey/held-pipeline");
  gatekeeper = new Gatekeeper(running.folder);
  running.env = gatekeeper.env;
  await running.start();
});

afterEach(async () => {
  await running[Symbol.asyncDispose]();
});

/** One cut: every shop's price is the cut's number, so that the model tells which cut was the newest. */
async function post(cut: number): Promise<void> {
  const lines = Array.from({ length: PER_CUT }, (_none, at) =>
    JSON.stringify({ id: `e-${cut}-${at}`, shop: `s${at}`, price: cut }),
  );
  const { status } = await running.post("/v1/streams/sales/events", lines.join("\n"));
  expect(status).toBe(202);
}

/** Cuts what waits, whether or not it can be loaded. */
async function cutNow(cut: number): Promise<void> {
  await vi.waitFor(async () => {
    await running.post("/v1/drain", JSON.stringify({ timeout_ms: 500 }));
    const { streams } = await running.status();
    expect(streams.find(({ name }) => name === "sales")?.delivery.cuts).toBe(cut);
  }, LOOK);
}

async function untilCut(cut: number): Promise<void> {
  await vi.waitFor(async () => {
    const { streams } = await running.status();
    expect(streams.find(({ name }) => name === "sales")?.warehouse.cut).toBe(cut);
  }, LOOK);
}

function wrongIn(out: string): Readonly<Record<string, string>> {
  const { findings } = JSON.parse(out) as Verification;
  const wrong = findings.filter(({ state }) => state !== "BALANCED");
  return Object.fromEntries(wrong.map(({ account, says }) => [account, says]));
}

const ALL = "select count(*) as n, count(distinct id) as ids from sales";

it("an object that was damaged before its load holds nothing up, is named everywhere, and comes back", async () => {
  await post(1);
  await running.drain();
  const house = defined(running.warehousePid, "the warehouse runs");
  process.kill(house, "SIGSTOP");
  await post(2);
  await cutNow(2);
  const objects = globSync("lake/sales/**/*.ndjson", { cwd: running.data });
  const found = objects.find((name) =>
    readFileSync(join(running.data, name), "utf8").includes("e-2-0"),
  );
  const object = defined(found, "the second cut has an object");
  writeFileSync(join(running.data, object), "not what it was\n");
  process.kill(house, "SIGCONT");
  await post(3);
  await cutNow(3);
  await untilCut(3);

  await vi.waitFor(async () => {
    expect(await running.rows("select count(*) as n, min(price) as p from latest")).toEqual([
      { n: PER_CUT, p: 3 },
    ]);
  }, LOOK);
  const name = object.slice("lake/".length);
  const { streams } = await running.status();
  expect(streams[0]?.warehouse).toMatchObject({
    rows: 2 * PER_CUT,
    records: 3 * PER_CUT,
    aside: [{ cut: 2, object: name, records: PER_CUT, code: "OBJECT_DAMAGED", attempts: 6 }],
    trouble: { code: "OBJECT_DAMAGED" },
  });
  expect(running.cli("status").out).toContain("1 object(s) with 40 record(s) are set aside");
  expect(running.cli("where", "e-2-0").out).toContain("its object is set aside");
  const drained = running.cli("drain");
  expect([drained.code, drained.out]).toEqual([1, expect.stringContaining("are not loaded")]);
  const verified = running.cli("verify", "--json");
  expect(verified.code).toBe(1);
  expect(wrongIn(verified.out)["sales: lake ↔ sales"]).toMatch(
    new RegExp(`40 missing: cut 2, ${name}, is set aside: .* is not what its manifest says`),
  );

  expect(await running.stop()).toBe(0);
  const replayed = running.alone("replay", "sales", "--data", running.data);
  expect(replayed.out).toContain("1 object(s) that were set aside are loaded");
  expect(replayed.code).toBe(0);
  expect(running.alone("verify", "--deep", "--data", running.data).out).toContain("BALANCED");
  await running.start();
  expect(await running.rows(ALL)).toEqual([{ n: 3 * PER_CUT, ids: 3 * PER_CUT }]);
  // What came late is older all the same: the newest of each shop stays.
  expect(await running.rows("select count(*) as n, min(price) as p from latest")).toEqual([
    { n: PER_CUT, p: 3 },
  ]);
  expect((await running.status()).streams[0]?.warehouse).not.toHaveProperty("aside");
});

it("an object on which the warehouse's process crashes is left alone after three times", async () => {
  await running.drain();
  const crash = { op: "sql", path: '^warehouse: INSERT INTO "sales"', when: "before" } as const;
  gatekeeper.arm({ ...crash, skip: 0, times: 3, does: "abort" });
  await post(1);
  await cutNow(1);
  await untilCut(1);
  await post(2);
  await cutNow(2);
  await untilCut(2);
  const { streams, warehouse } = await running.status();
  expect(warehouse).toEqual({ up: true, restarts: 3 });
  expect(streams[0]?.warehouse).toMatchObject({
    rows: PER_CUT,
    aside: [{ cut: 1, code: "LOAD_CRASHED", attempts: 3 }],
  });
  expect(running.cli("verify").out).toContain("is set aside");
  expect(await running.stop()).toBe(0);
  expect(running.alone("replay", "sales", "--data", running.data).code).toBe(0);
  expect(running.alone("verify", "--deep", "--data", running.data).out).toContain("BALANCED");
});

it("a start outlives a warehouse that dies before it is ready", async () => {
  await post(1);
  await running.drain();
  expect(await running.stop()).toBe(0);
  const early = { op: "sql", path: "^warehouse: CREATE TABLE", when: "before" } as const;
  const armed = gatekeeper.arm({ ...early, skip: 0, times: 3, does: "kill" });
  await running.start();
  expect(armed.where()).toHaveLength(3);
  await running.drain();
  expect(running.cli("verify", "--deep").out).toContain("BALANCED");
});
