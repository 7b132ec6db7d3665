/** The client against doors that fail as networks do: nothing lost, nothing twice, nothing without a bound. */

import { expect, test } from "vitest";
import { type ClientOptions, type KeptTexts, openClient } from "./index.ts";

interface Event {
  readonly n: number;
}

class Kept implements KeptTexts {
  readonly texts = new Map<string, string>();
  getItem(name: string): string | null {
    return this.texts.get(name) ?? null;
  }
  setItem(name: string, text: string): void {
    this.texts.set(name, text);
  }
  removeItem(name: string): void {
    this.texts.delete(name);
  }
}

/** A door that answers in turn, the last answer for ever; it counts an event once per key, as the gateway does. */
function openDoor(...statuses: (number | "lost")[]): {
  fetch: typeof fetch;
  keys: string[];
  got: number[];
} {
  const [keys, got]: [string[], number[]] = [[], []];
  const seen = new Set<string>();
  const answer: typeof fetch = (_url, init) => {
    const key = new Headers(init?.headers).get("idempotency-key") ?? "";
    const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 202;
    keys.push(key);
    const stored = status === "lost" || status < 300;
    if (stored && !seen.has(key)) {
      seen.add(key);
      got.push(
        ...(init as { body: string }).body.split("\n").map((line) => (JSON.parse(line) as Event).n),
      );
    }
    return status === "lost"
      ? Promise.reject(new TypeError("the line broke"))
      : Promise.resolve(Response.json({ records: [], error: { code: "X" } }, { status }));
  };
  return { fetch: answer, keys, got };
}

function open(more: Partial<ClientOptions<Event>>): ReturnType<typeof openClient<Event>> {
  return openClient<Event>({ url: "http://x", stream: "s", waitMs: 60_000, ...more });
}

test("events go in batches, in order", async () => {
  const door = openDoor(202);
  const client = open({ fetch: door.fetch, batchRecords: 3 });
  Array.from({ length: 7 }, (_, n) => client.send({ n }));
  await client.close();
  expect(door.got).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(new Set(door.keys).size).toBe(door.keys.length);
  expect(client.waiting).toBe(0);
});

test.each([503, 429, 408, "lost"] as const)(
  "after %s the same batch goes again under its key",
  async (bad) => {
    const door = openDoor(bad, 202);
    const client = open({ fetch: door.fetch });
    client.send({ n: 1 });
    await client.flush();
    expect(client.waiting).toBe(1);
    client.send({ n: 2 });
    await client.flush();
    await client.close();
    expect(door.keys[0]).toBe(door.keys[1]);
    expect(door.got).toEqual([1, 2]);
  },
);

test("what waits is there in the next life, under the same key", async () => {
  const keep = new Kept();
  const door = openDoor("lost", 202);
  const first = open({ fetch: door.fetch, keep });
  first.send({ n: 1 });
  await first.flush();
  const second = open({ fetch: door.fetch, keep });
  expect(second.waiting).toBe(1);
  await second.close();
  expect(door.keys[0]).toBe(door.keys[1]);
  expect(door.got).toEqual([1]);
  expect(keep.texts.size).toBe(0);
  await first.close();
});

test("the buffer has a bound, and what does not fit is told", async () => {
  const dropped: Event[] = [];
  const client = open({
    fetch: openDoor(503).fetch,
    bufferChars: 20,
    onDropped: (one) => dropped.push(one),
  });
  const taken = [1, 2, 3, 4].map((n) => client.send({ n }));
  expect(taken).toEqual([true, true, false, false]);
  expect(dropped).toEqual([{ n: 3 }, { n: 4 }]);
  await client.close();
});

test("an answer that no retry mends is told, and the events wait", async () => {
  const faults: string[] = [];
  const door = openDoor(401, 202);
  const client = open({
    fetch: door.fetch,
    onFault: (status, code) => faults.push(`${status} ${code}`),
  });
  client.send({ n: 1 });
  await client.flush();
  expect(faults).toEqual(["401 X"]);
  expect(client.waiting).toBe(1);
  await client.close();
  expect(door.got).toEqual([1]);
});

test("what kept texts hold that is no buffer of ours is begun anew", async () => {
  const keep = new Kept();
  keep.setItem("millrace http://x s", "{broken");
  const client = open({ fetch: openDoor(202).fetch, keep });
  expect(client.waiting).toBe(0);
  await client.close();
});
