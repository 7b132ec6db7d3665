/** What a data folder holds after hundreds of cuts: each kind of file has an owner, and stays within its bound. */

import { globSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { defined } from "../../src/base/assert.ts";
import { systemClock } from "../../src/base/clock.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { readDiskUse } from "../../src/runtime/upkeep/disk-use.ts";
import { RunningPipeline } from "../journey/running.ts";
import { RunningClient } from "./client/running-client.ts";
import { preloads } from "./faults/gatekeeper.ts";
import { WallClock } from "./faults/wall-clock.ts";

const LOOK = { timeout: 90_000, interval: 200 };
const CUTS = 150;
/** Orders, visits, ticks, dead letters and their moves. */
const STREAMS = 5;
const MIB = 1_048_576;
/** Of the lake, a stream's newest objects may lie by themselves: a pack needs two. */
const LOOSE_MAX = 3 * STREAMS;

let running: RunningPipeline;

beforeEach(() => {
  running = new RunningPipeline("test/crash/kill-pipeline");
});

afterEach(async () => {
  await running[Symbol.asyncDispose]();
});

async function cuts(): Promise<number> {
  const { streams } = await running.status();
  return streams.reduce((sum, { delivery }) => sum + delivery.cuts, 0);
}

async function use(): Promise<Readonly<Record<string, { bytes: number; files: number }>>> {
  const { parts } = await readDiskUse(running.data, systemClock.now());
  return Object.fromEntries(parts.map(({ name, bytes, files }) => [name, { bytes, files }]));
}

function emptyFolders(): readonly string[] {
  return globSync("lake/**/*", { cwd: running.data }).filter((path) => {
    const whole = join(running.data, path);
    return statSync(whole).isDirectory() && readdirSync(whole).length === 0;
  });
}

it("stays within its bounds, and says of each part what it takes", async () => {
  await running.start();
  {
    await using client = new RunningClient(running.folder, running.url);
    await vi.waitFor(async () => expect(await cuts()).toBeGreaterThan(CUTS), LOOK);
    await client.finish();
  }
  await running.stop();
  await running.start("--no-sources");
  await running.drain();
  const made = await cuts();
  await vi.waitFor(async () => {
    expect((await use())["objects"]?.files ?? 0).toBeLessThanOrEqual(LOOSE_MAX);
  }, LOOK);
  const found = await use();
  const files = (part: string): number => found[part]?.files ?? 0;
  const bytes = (part: string): number => found[part]?.bytes ?? 0;
  // One in use and two held ready, and what tells what the log is.
  expect(bytes("stream")).toBeLessThanOrEqual(STREAMS * (3 * LIMITS.segmentBytes + MIB));
  expect(files("stream")).toBeLessThanOrEqual(STREAMS * 4);
  expect(files("manifests")).toBeLessThanOrEqual(made);
  expect(files("manifests")).toBeGreaterThan(CUTS);
  expect(files("packs")).toBeLessThan(made / 2);
  expect(files("lake temporary")).toBe(0);
  // The newest 64 cuts of each stream, and the pages of a log that is folded in at a thousand of them.
  expect(bytes("delivery journal")).toBeLessThanOrEqual(8 * MIB);
  expect(bytes("sources") + bytes("kinesis") + bytes("delivery streams")).toBeLessThan(15 * MIB);
  expect(bytes("other")).toBeLessThan(MIB);
  expect(emptyFolders()).toEqual([]);
  const { disk } = await vi.waitFor(async () => {
    const status = await running.status();
    expect(status.disk).toBeDefined();
    return status;
  }, LOOK);
  const told = defined(disk, "it was just waited for").parts.map(({ name }) => name);
  expect(told).toEqual(expect.arrayContaining(["stream", "packs", "manifests", "warehouse"]));
  expect(running.cli("verify", "--deep").out).toContain("BALANCED");
});

/** As `faults/small.ts` has it. */
const SMALL = { segmentBytes: 65_536, run: 8, kept: 16 };
/** One in use, two held ready, and what tells what the log is. */
const LOG_FILES = 4;
/** Each a cut of two streams: enough for folds of both, and for five segments. */
const ROUNDS = 40;
const LINES = 8;
const WIDE = "w".repeat(1000);

function segments(streams: string): number {
  return globSync(`stream/${streams}/*.segment`, { cwd: running.data }).length;
}

it("forgets what is delivered and old, and folds what it was, within its bounds", async () => {
  const clock = new WallClock(running);
  running.env = { ...running.env, NODE_OPTIONS: preloads("clock", "small") };
  await running.start();
  const lines = (make: (line: number) => object): string =>
    Array.from({ length: LINES }, (_none, line) => JSON.stringify(make(line))).join("\n");
  for (let round = 0; round < ROUNDS; round += 1) {
    const orders = lines((line) => ({ order: String(round), line, amount: line + 0.5 }));
    const visits = lines((line) => ({ page: `${round} ${line} ${WIDE}` }));
    expect((await running.post("/v1/streams/orders/events", orders)).status).toBe(202);
    expect((await running.post("/v1/streams/visits/events", visits)).status).toBe(202);
    await running.drain();
  }
  await running.stop();
  expect(segments("visits")).toBeGreaterThan(4);
  // Older than any record may become before it is forgotten.
  clock.write(1);
  await running.start("--no-sources");
  await running.drain();
  await vi.waitFor(async () => {
    const found = await use();
    expect(segments("*")).toBeLessThanOrEqual(STREAMS);
    expect(found["stream"]?.files).toBeLessThanOrEqual(STREAMS * LOG_FILES);
    expect(found["stream"]?.bytes).toBeLessThanOrEqual(STREAMS * LOG_FILES * SMALL.segmentBytes);
    const folds = Math.ceil((await cuts()) / SMALL.run);
    const singles = STREAMS * (SMALL.kept + SMALL.run);
    expect(found["manifests"]?.files).toBeLessThanOrEqual(singles + folds);
  }, LOOK);
  const counts = "select (select count(*) from orders) o, (select count(*) from visits) v";
  expect(await running.rows(counts)).toEqual([{ o: ROUNDS * LINES, v: ROUNDS * LINES }]);
  expect(running.cli("verify", "--deep").out).toContain("BALANCED");
});
