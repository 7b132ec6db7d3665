/** A stop under load, and two starts on one data folder: exit codes, a bounded time, and nothing lost. */

import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pause, RunningPipeline } from "../journey/running.ts";
import { differences } from "./client/list.ts";
import { RunningClient } from "./client/running-client.ts";

/** Delivery and the warehouse have 15 s and 10 s to end; the rest is a busy machine's. */
const STOP_MS_MAX = 40_000;

let running: RunningPipeline;

beforeEach(() => {
  running = new RunningPipeline("test/crash/kill-pipeline");
});

afterEach(async () => {
  await running[Symbol.asyncDispose]();
});

it("ends with 0, in time, under a client that sends without end, and all of it is there", async () => {
  await running.start();
  await using client = new RunningClient(running.folder, running.url);
  for (let stop = 0; stop < 2; stop += 1) {
    const before = client.list().told.size;
    while (client.list().told.size < before + 400) {
      await pause(50);
    }
    const began = performance.now();
    expect(await running.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(STOP_MS_MAX);
    expect(running.log).toContain("Stopped cleanly");
    await running.start();
  }
  const list = await client.finish();
  expect(list.told.size).toBe(list.asked.size);
  await running.stop();
  await running.start("--no-sources");
  await running.drain(120_000);
  expect(await differences(running, list)).toEqual([]);
  expect(running.cli("verify", "--deep").out).toContain("BALANCED");
});

it("refuses a second start by the first one's id, and believes no id that a kill left behind", async () => {
  await running.start("--no-sources");
  const endpoint = join(running.data, "endpoint.json");
  const second = running.alone("start", running.pipeline, "--data", running.data, "--port", "0");
  expect([second.code, second.err]).toEqual([4, expect.stringContaining(`process ${running.pid}`)]);
  expect((await running.status()).pipeline).toBe("killed");
  const left = readFileSync(endpoint, "utf8");
  await running.kill();
  // The system has given the number to somebody else meanwhile: this test.
  writeFileSync(endpoint, JSON.stringify({ ...(JSON.parse(left) as object), pid: process.pid }));
  await running.start("--no-sources");
  expect(JSON.parse(readFileSync(endpoint, "utf8"))).toMatchObject({ pid: running.pid });
  expect(await running.stop()).toBe(0);
});

it("leaves its compiled code for the next start, also when it is killed", async () => {
  const compiled = join(running.folder, "compiled");
  running.env = { NODE_COMPILE_CACHE: compiled };
  await running.start("--no-sources");
  await running.kill();
  // What runs has hundreds of modules.
  expect(globSync("*/*", { cwd: compiled }).length).toBeGreaterThan(500);
});
