/** The live feed under a clock that the tests move. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Fault } from "../base/faults.ts";
import type { TailEvent } from "../seams/feed.ts";
import type { PipelineStatus } from "../seams/status.ts";
import { FEED, Feed } from "./feed.ts";
import type { DashboardOptions } from "./options.ts";

interface World {
  rows: number;
  up: boolean;
  statusReads: number;
  letterReads: number;
  letterFault: Fault | undefined;
  events: TailEvent[];
}

let world: World;

beforeEach(() => {
  vi.useFakeTimers();
  world = { rows: 1, up: true, statusReads: 0, letterReads: 0, letterFault: undefined, events: [] };
});

afterEach(() => {
  vi.useRealTimers();
});

/** Only what the feed looks at is there. */
function status(): PipelineStatus {
  world.statusReads += 1;
  const letters = { name: "dead_letters", warehouse: { rows: world.rows, cut: world.rows } };
  const shown = { pipeline: "p", warehouse: { up: world.up, restarts: 0 }, streams: [letters] };
  return shown as unknown as PipelineStatus;
}

function newFeed(): Feed {
  const options: DashboardOptions = {
    plan: { name: "p", dashboard: { charts: [] }, streams: [] },
    query: { run: () => Promise.reject(new Fault("NOT_RUNNING")), async *stream() {} },
    webFolder: "/nowhere",
    status,
    newestDeadLetters: () => {
      world.letterReads += 1;
      return world.letterFault === undefined
        ? Promise.resolve({ total: world.rows, letters: [] })
        : Promise.reject(world.letterFault);
    },
    tail: () => Promise.resolve(world.events),
  };
  return new Feed(options);
}

interface Client {
  readonly leave: AbortController;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
}

function join(feed: Feed): Client {
  const leave = new AbortController();
  const response = feed.open(new Request("http://millrace.test/v1/feed", { signal: leave.signal }));
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const reader = response.body?.getReader();
  return { leave, reader: reader as ReadableStreamDefaultReader<Uint8Array> };
}

/** The next `count` frames, without their data where only the name matters. */
async function hear({ reader }: Client, count: number): Promise<string[]> {
  const heard: string[] = [];
  while (heard.length < count) {
    const { value, done } = await reader.read();
    if (done) {
      return [...heard, "end"];
    }
    heard.push(new TextDecoder().decode(value));
  }
  return heard;
}

async function seconds(count: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(count * FEED.everyMs);
}

test("a client hears the status at once, then once a second, and letters only when they changed", async () => {
  const feed = newFeed();
  const client = join(feed);
  const [first, letters] = await hear(client, 2);
  expect(first).toMatch(/^event: status\ndata: \{"pipeline":"p".*\}\n\n$/);
  expect(letters).toBe('event: dead-letters\ndata: {"total":1,"letters":[]}\n\n');
  await seconds(6);
  expect((await hear(client, 6)).every((frame) => frame.startsWith("event: status"))).toBe(true);
  expect(world.letterReads).toBe(1);
  world.rows = 2;
  await seconds(3);
  const frames = await hear(client, 4);
  expect(frames.filter((frame) => frame.includes('"total":2'))).toHaveLength(1);
  client.leave.abort();
});

test("one reading serves all clients, and nothing is read when nobody looks", async () => {
  const feed = newFeed();
  const [one, two] = [join(feed), join(feed)];
  await seconds(1);
  expect(world.statusReads).toBe(3);
  one.leave.abort();
  expect(feed.clients).toBe(1);
  expect(await hear(one, 9)).toContain("end");
  await two.reader.cancel();
  expect(feed.clients).toBe(0);
  await seconds(5);
  expect(world.statusReads).toBe(3);
  expect(vi.getTimerCount()).toBe(0);
});

test("a request that is over already gets nothing and holds no place", () => {
  const feed = newFeed();
  const signal = AbortSignal.abort();
  feed.open(new Request("http://millrace.test/v1/feed", { signal }));
  expect(feed.clients).toBe(0);
});

test("clients are bounded", () => {
  const feed = newFeed();
  const clients = Array.from({ length: FEED.clientsMax }, () => join(feed));
  expect(() => join(feed)).toThrow(expect.objectContaining({ code: "FEED_FULL" }));
  clients.forEach(({ leave }) => leave.abort());
  expect(feed.clients).toBe(0);
});

test("a client that does not read misses readings, keeps little waiting, and is let go", async () => {
  const feed = newFeed();
  join(feed);
  const quick = join(feed);
  world.events = Array.from({ length: 10 }, (_, index) => ({
    stream: "prices",
    id: `${index}`,
    acceptedAt: 0 as TailEvent["acceptedAt"],
    text: "x".repeat(9000),
  }));
  const reading = hear(quick, Number.POSITIVE_INFINITY);
  await seconds(60);
  expect(feed.clients).toBe(1);
  quick.leave.abort();
  const heard = await reading;
  expect(heard.filter((frame) => frame.startsWith("event: tail"))).toHaveLength(60);
  const longest = Math.max(...heard.map((frame) => frame.length));
  expect(longest).toBeLessThan(FEED.tailEventsMax * (FEED.tailCharsMax + 100));
});

test("letters that cannot be read are asked for again, and the feed goes on", async () => {
  world.letterFault = new Fault("WAREHOUSE_DOWN", { cause: "line\nbroken" });
  const feed = newFeed();
  const client = join(feed);
  const [, comment] = await hear(client, 2);
  expect(comment).toBe(": dead letters: The warehouse is not answering: line broken\n\n");
  world.letterFault = undefined;
  await seconds(2);
  const frames = await hear(client, 3);
  expect(frames.some((frame) => frame.startsWith("event: dead-letters"))).toBe(true);
  client.leave.abort();
});

test("a warehouse that is down is not asked for letters, and silence is filled with comments", async () => {
  world.up = false;
  const feed = newFeed();
  const client = join(feed);
  await seconds(FEED.heartbeatTicks);
  expect(world.letterReads).toBe(0);
  const frames = await hear(client, FEED.heartbeatTicks + 2);
  expect(frames.at(-1)).toBe(": still here\n\n");
  client.leave.abort();
});
