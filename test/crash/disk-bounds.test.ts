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
