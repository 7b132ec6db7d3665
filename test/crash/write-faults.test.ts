/** Every write of a running pipeline fails, is cut short or takes seconds: refused is said, accepted arrives, once. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RunningPipeline } from "../journey/running.ts";
import { differences } from "./client/list.ts";
import { RunningClient } from "./client/running-client.ts";
import type { Order } from "./faults/gate.ts";
import { type Armed, Gatekeeper } from "./faults/gatekeeper.ts";
import { type Point, POINTS } from "./faults/points.ts";

/** All points of a wave come by within a few rounds of delivery, loading and packing. */
const LOOK = { timeout: 60_000, interval: 100 };
const SLOW_MS = 2500;

let running: RunningPipeline;
let gatekeeper: Gatekeeper;

beforeEach(() => {
  running = new RunningPipeline("test/crash/kill-pipeline");
  gatekeeper = new Gatekeeper(running.folder);
  running.env = gatekeeper.env;
});

afterEach(async () => {
  await running[Symbol.asyncDispose]();
});

type Named = readonly [name: string, point: Point];
const ALL: readonly Named[] = Object.entries<Point>(POINTS);
/** Written at a start and not again; what only a new folder has comes first. */
const AT_START = ALL.filter(
  ([name, point]) => point.first === true || /^data folder|object's folder/.test(name),
).toSorted(([, a], [, b]) => Number(b.first ?? false) - Number(a.first ?? false));
const IN_LIFE = ALL.filter((one) => !AT_START.includes(one));
const WRITES = IN_LIFE.filter(([, { op }]) => op === "write");
/** A commit of the log is a write that is on disk when it returns. */
const SYNCS = IN_LIFE.filter(([name, { op }]) => op === "sync" || /^log: |ended$/.test(name));

type Wish = Omit<Order, "id">;
type Fault = Pick<Order, "when" | "does" | "times">;

function wish([, { op, path }]: Named, fault: Fault): Wish {
  return { op, path, skip: 0, ...fault };
}

/** What goes wrong side by side; of one write it goes wrong one after the other. */
const WAVES: Readonly<Record<string, readonly (readonly [Named, Fault])[]>> = {
  "nothing is written": IN_LIFE.map((one, at) => [
    one,
    { when: "before", does: at % 2 === 0 ? "ENOSPC" : "EIO", times: 1 },
  ]),
  // It is there for whoever reads it, and perhaps not on the disk.
  "it is written, and the disk says that it is not": IN_LIFE.map((one) => [
    one,
    { when: "after", does: "EIO", times: 1 },
  ]),
  "half is written, or late": [
    ...WRITES.map((one): [Named, Fault] => [one, { when: "torn", does: { waitMs: 0 }, times: 3 }]),
    ...WRITES.map((one): [Named, Fault] => [one, { when: "torn", does: "ENOSPC", times: 1 }]),
    ...SYNCS.map((one): [Named, Fault] => [
      one,
      { when: "before", does: { waitMs: SLOW_MS }, times: 1 },
    ]),
  ],
};

/** What has not come by yet. */
function waiting(faults: readonly (readonly [Named, Fault])[], armed: readonly Armed[]): string[] {
  return faults.filter((_none, at) => armed[at]?.happened() !== true).map(([[name]]) => name);
}

/** The client is answered again, and nothing is in trouble any more. */
async function untilWell(client: RunningClient): Promise<void> {
  const before = client.list().told.size;
  await vi.waitFor(async () => {
    expect(client.list().told.size).toBeGreaterThan(before + 100);
    const { streams } = await running.status();
    const troubles = streams.flatMap(({ stream, delivery, warehouse }) =>
      [stream.trouble, delivery.trouble, warehouse.trouble].filter(Boolean),
    );
    expect(troubles).toEqual([]);
  }, LOOK);
}

it(
  "goes on by itself after each, and has every accepted event once",
  { timeout: 600_000 },
  async () => {
    await running.start();
    await using client = new RunningClient(running.folder, running.url);
    for (const [says, faults] of Object.entries(WAVES)) {
      const armed = gatekeeper.armAll(faults.map(([one, fault]) => wish(one, fault)));
      await vi.waitFor(() => expect([says, waiting(faults, armed)]).toEqual([says, []]), LOOK);
      gatekeeper.disarm();
      await untilWell(client);
    }
    const { pid } = running;
    const list = await client.finish();
    expect(list.told.size).toBe(list.asked.size);
    await running.stop();
    expect(running.log).toContain("Stopped cleanly");
    await running.start("--no-sources");
    expect(running.pid).not.toBe(pid);
    await running.drain(120_000);
    expect(await differences(running, list)).toEqual([]);
    expect(running.cli("verify", "--deep").out).toContain("BALANCED");
  },
);

/** What a start that met the fault came to: it is up, or it has ended and said what to do. */
async function outcomeOf(fault: Armed): Promise<"up" | "told" | "silent" | "not met"> {
  const before = running.log.length;
  const said = (): string => running.log.slice(before);
  await running.begin();
  await vi.waitUntil(() => !running.isUp || said().includes("up in"), LOOK);
  // Only the first event needs a segment.
  const up = running.isUp;
  await (up ? post() : undefined);
  const met = fault.happened();
  await running.kill();
  const told = /ENOSPC/.test(said()) && /next +\S/.test(said());
  return !met ? "not met" : up ? "up" : told ? "told" : "silent";
}

async function post(): Promise<{ readonly status: number; readonly error: unknown }> {
  const event = JSON.stringify({ order: crypto.randomUUID(), line: 0, amount: 1 });
  const { status, body } = await running.post("/v1/streams/orders/events", event);
  return { status, error: (body as { error?: unknown }).error };
}

it("starts, or says what to do, when what a start writes finds no room", async () => {
  const outcomes: Record<string, string> = {};
  for (const one of AT_START) {
    const fault = gatekeeper.arm(wish(one, { when: "before", does: "ENOSPC", times: 1 }));
    outcomes[one[0]] = await outcomeOf(fault);
    gatekeeper.disarm();
  }
  expect(outcomes).toEqual({
    "data folder: who it belongs to": "told",
    "data folder: its address": "told",
    "data folder: what it was started with": "told",
    "log: identity": "told",
    "log: identity in place": "told",
    "log: new segment": "up",
    "delivery: object's folder": "told",
  });
  await running.start("--no-sources");
  expect(await post()).toEqual({ status: 202, error: undefined });
  const records: Point = POINTS["log: records"];
  gatekeeper.arm(wish(["", records], { when: "torn", does: "EIO", times: 1 }));
  expect(await post()).toEqual({
    status: 503,
    error: expect.objectContaining({
      code: "STREAM_WRITE_FAILED",
      message: expect.stringContaining("EIO"),
      remedy: expect.stringMatching(/\S/),
    }),
  });
  await vi.waitFor(async () => expect(await post()).toMatchObject({ status: 202 }), LOOK);
  await running.drain();
  expect(running.cli("verify", "--deep").out).toContain("BALANCED");
});
