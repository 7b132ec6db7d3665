/** Each named write fails or is slow while a client sends: what was answered is there once, and all goes on by itself. */

import { afterEach, beforeEach, expect, it } from "vitest";
import { pause, RunningPipeline } from "../journey/running.ts";
import { differences } from "./client/list.ts";
import { RunningClient } from "./client/running-client.ts";
import type { Deed, Order } from "./faults/gate.ts";
import { type Armed, Gatekeeper } from "./faults/gatekeeper.ts";
import { momentsOf, type Point, POINTS } from "./faults/points.ts";

const PATIENCE_MS = 120_000;
const LOOK_MS = 200;
/** Only some writes are syncs by their own name; those of the log wait for the disk as they are. */
const SLOW_MS = 2000;

let running: RunningPipeline;
let gatekeeper: Gatekeeper;
/** What lives that ended by themselves said last. */
let ends: string[];

beforeEach(() => {
  running = new RunningPipeline("test/crash/kill-pipeline");
  gatekeeper = new Gatekeeper(running.folder);
  running.env = gatekeeper.env;
  ends = [];
});

afterEach(async () => {
  await running[Symbol.asyncDispose]();
});

interface Named {
  readonly name: string;
  readonly armed: Armed;
}

/** Every point at once, each as often as it takes to fail again when it is tried again. */
function armAll(does: Deed): readonly Named[] {
  const points = Object.entries<Point>(POINTS);
  const orders = points.map(([, point]): Omit<Order, "id"> => {
    const when = does === "EIO" && momentsOf(point).includes("torn") ? "torn" : "before";
    const times = typeof does === "object" || point.first === true ? 1 : 2;
    return { op: point.op, path: point.path, when, skip: 0, times, does };
  });
  const armed = gatekeeper.armAll(orders);
  return armed.map((one, at) => ({ name: points[at]?.[0] ?? "", armed: one }));
}

/** Starts the pipeline again wherever it gave up, until every fault has happened. */
async function liveThrough(faults: readonly Named[]): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  const left = (): string[] =>
    faults.filter(({ armed }) => !armed.happened()).map(({ name }) => name);
  while (left().length > 0) {
    expect(performance.now() < until ? [] : left()).toEqual([]);
    if (!running.isUp) {
      ends.push(running.log);
      await running.kill();
      await running.begin();
    }
    await pause(LOOK_MS);
  }
}

it.each<readonly [string, Deed]>([
  ["finds the disk full", "ENOSPC"],
  ["fails in the middle", "EIO"],
  [`takes ${SLOW_MS} ms`, { waitMs: SLOW_MS }],
])("no write that %s loses or doubles anything", { timeout: 300_000 }, async (_how, does) => {
  const faults = armAll(does);
  await running.begin();
  await using client = new RunningClient(running.folder, running.url);
  await liveThrough(faults);
  gatekeeper.disarm();
  // A life that gave up said which file it was, and what to do.
  for (const end of ends) {
    expect(end).toMatch(/E(NOSPC|IO)/);
  }
  const list = await client.finish();
  expect(list.told.size).toBe(list.asked.size);
  expect(list.told.size).toBeGreaterThan(1000);
  await running.kill();
  await running.start("--no-sources");
  await running.drain(120_000);
  expect(await differences(running, list)).toEqual([]);
  const { code, out } = running.cli("verify", "--deep");
  expect([code, out]).toEqual([0, expect.stringContaining("BALANCED")]);
});
