/** The clock on the wall is set by hours, forward and back, while a pipeline runs and between its lives. */

import { afterEach, beforeEach, expect, it } from "vitest";
import { RunningPipeline } from "../journey/running.ts";
import { WallClock } from "./faults/wall-clock.ts";

const COUNT = 20;
/** Each step: how far the clock is from the true time, in hours, and whether another life begins. */
const STEPS: readonly (readonly [hours: number, restart: boolean])[] = [
  [0, false],
  [7, false],
  [-5, false],
  [-5, true],
  [30, true],
  [0, false],
];

let running: RunningPipeline;
let clock: WallClock;

beforeEach(() => {
  running = new RunningPipeline("test/crash/kill-pipeline");
  clock = new WallClock(running);
});

afterEach(async () => {
  await running[Symbol.asyncDispose]();
});

async function post(order: string): Promise<{ status: number; duplicates: number }> {
  const lines = Array.from({ length: COUNT }, (_none, line) =>
    JSON.stringify({ order, line, amount: line + 0.5 }),
  );
  const { status, body } = await running.post("/v1/streams/orders/events", lines.join("\n"));
  const { records } = body as { records: { duplicate?: true }[] };
  return { status, duplicates: records.filter(({ duplicate }) => duplicate).length };
}

/** What a key that lives for three hours is answered. */
async function statusWith(key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const body = '{"page":"by key"}';
  const url = `${running.url}/v1/streams/visits/events`;
  return (await fetch(url, { method: "POST", headers, body })).status;
}

it("loses and doubles nothing, holds nothing up, and ends what ends by the clock", async () => {
  await running.start();
  const three = ["--scope", "ingest", "--expires", "3h"];
  const made = running.cli("keys", "create", "--name", "k", ...three, "--json");
  const { secret } = JSON.parse(made.out) as { secret: string };
  const seen: unknown[] = [];
  for (const [step, [hours, restart]] of STEPS.entries()) {
    if (restart) {
      await running.stop();
      await running.start();
    }
    await clock.set(hours);
    const fresh = await post(`o${step}`);
    const again = await post(`o${step}`);
    // By itself: what waits for an hour of the clock would not be there in time.
    await running.drain(60_000);
    seen.push([fresh, again.duplicates, await statusWith(secret)]);
  }
  const told = (status: number): unknown => [{ status: 202, duplicates: 0 }, COUNT, status];
  expect(seen).toEqual([told(202), told(401), told(202), told(202), told(401), told(202)]);
  const all = STEPS.length * COUNT;
  expect(
    await running.rows("select count(*) as n, count(distinct _event_id) as ids from orders"),
  ).toEqual([{ n: all, ids: all }]);
  const [ticks] = await running.rows("select count(*) as n, count(distinct tick) as t from ticks");
  expect(ticks?.["n"]).toBe(ticks?.["t"]);
  expect(ticks?.["n"]).toBeGreaterThan(0);
  await running.stop();
  await running.start("--no-sources");
  await running.drain();
  expect(running.cli("verify", "--deep").out).toContain("BALANCED");
});
