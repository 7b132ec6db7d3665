/** What is behind the door stands still: events are taken in up to the bound, then refused, and all arrive afterwards. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { defined } from "../../src/base/assert.ts";
import { RunningPipeline } from "../journey/running.ts";
import { Gatekeeper } from "./faults/gatekeeper.ts";

const MIB = 1_048_576;
const BOUND = 4 * MIB;
/** What comes in between two looks at the backlog may go past the bound. */
const PAST_MAX = 16 * MIB;
const RSS_GROWTH_MAX = 160 * MIB;
const BATCH = 50;
const TEXT = "x".repeat(1000);
const LOOK = { timeout: 30_000, interval: 100 };

let running: RunningPipeline;
let gatekeeper: Gatekeeper;
let sent: string[];

beforeEach(() => {
  running = new RunningPipeline("test/crash/narrow-pipeline");
  gatekeeper = new Gatekeeper(running.folder);
  running.env = gatekeeper.env;
  sent = [];
});

afterEach(async () => {
  await running[Symbol.asyncDispose]();
});

/** Posts a batch; undefined when it was taken, else what the door said. */
async function post(): Promise<{ status: number; retryAfter: string; error: unknown } | undefined> {
  const ids = Array.from({ length: BATCH }, (_none, i) => `n${sent.length + i}`);
  const answer = await fetch(`${running.url}/v1/streams/notes/events`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: ids.map((id) => JSON.stringify({ id, text: TEXT })).join("\n"),
  });
  if (answer.status === 202) {
    sent.push(...ids);
    return undefined;
  }
  const { error } = (await answer.json()) as { error: unknown };
  return { status: answer.status, retryAfter: answer.headers.get("retry-after") ?? "", error };
}

async function postUntilRefused(): Promise<NonNullable<Awaited<ReturnType<typeof post>>>> {
  for (;;) {
    const refusal = await post();
    if (refusal !== undefined) {
      return refusal;
    }
    expect(sent.length * TEXT.length).toBeLessThan(PAST_MAX);
  }
}

async function expectShut(stuck: RegExp): Promise<void> {
  const before = (await running.status()).memoryBytes;
  const { status, retryAfter, error } = await postUntilRefused();
  expect([status, retryAfter]).toEqual([429, "5"]);
  expect(error).toMatchObject({ code: "BACKLOG_FULL", retry: true });
  // What was under way at first comes to rest, and then it is clear what stands still.
  await vi.waitFor(async () => {
    const { message } = ((await post())?.error ?? {}) as { message?: string };
    expect(message).toMatch(stuck);
  }, LOOK);
  expect(sent.length * TEXT.length).toBeGreaterThan(BOUND * 0.8);
  const { memoryBytes, streams } = await running.status();
  expect(memoryBytes - before).toBeLessThan(RSS_GROWTH_MAX);
  const { trouble } = defined(streams[0], "notes is the first").stream;
  expect(trouble).toMatchObject({ code: "BACKLOG_FULL" });
  const ready = await fetch(`${running.url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({
    ready: false,
    shut: [{ stream: "notes", code: "BACKLOG_FULL" }],
  });
  expect(running.cli("status").out).toMatch(/notes, stream.*on their way/);
  // A neighbour's door stays open.
  const other = JSON.stringify({ id: "other", text: "" });
  expect((await running.post("/v1/streams/others/events", other)).status).toBe(202);
}

/** The door opens by itself, and what was taken in is there, once; what the books say then. */
async function untilAllArrives(): Promise<string> {
  await vi.waitFor(async () => expect(await post()).toBeUndefined(), LOOK);
  await running.drain();
  const [found] = await running.rows(
    "select count(*) as rows, count(distinct id) as ids from notes",
  );
  expect(found).toEqual({ rows: sent.length, ids: sent.length });
  expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
  return running.cli("verify", "--deep").out;
}

it("refuses when the warehouse stands still, and catches up when it goes on", async () => {
  await running.start();
  const pid = defined(running.warehousePid, "the warehouse runs");
  process.kill(pid, "SIGSTOP");
  await expectShut(/Stuck: the warehouse does not keep up, or does not answer/);
  process.kill(pid, "SIGCONT");
  expect(await untilAllArrives()).toContain("BALANCED");
});

it("refuses when the lake answers with errors, and catches up when it takes objects again", async () => {
  await running.start();
  const lake = { op: "write", path: "/lake/.tmp/", when: "before", skip: 0 } as const;
  const armed = gatekeeper.arm({ ...lake, times: 500, does: "EIO" });
  await expectShut(/Stuck: delivery: .*EIO/);
  expect(armed.happened()).toBe(true);
  gatekeeper.disarm();
  expect(await untilAllArrives()).toContain("BALANCED");
});
