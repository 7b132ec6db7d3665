/** A whole answer is read no faster than its client reads, and whoever goes gives the place back. */

import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { streamRows } from "./whole.ts";

const HELD_MAX = 4;

/** Chunks without end, and how many were taken. */
function openSource() {
  const state = { taken: 0, returned: false, ended: 0 };
  async function* chunks(): AsyncGenerator<string> {
    try {
      for (;;) {
        state.taken += 1;
        yield `row ${state.taken}\n`;
        await nextTurn();
      }
    } finally {
      state.returned = true;
    }
  }
  return { state, chunks: chunks(), ended: () => void (state.ended += 1) };
}

async function* given(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

async function* broken(): AsyncGenerator<string> {
  yield* ["a,b\n", "1,2\n"];
  await nextTurn();
  throw new TypeError("the engine is gone");
}

test("what a client has not read is not read ahead of it", async () => {
  const { state, chunks, ended } = openSource();
  const { body, empty } = await streamRows(chunks, "ndjson", ended);
  expect(empty).toBe(false);
  const reader = body.getReader();
  for (let read = 1; read <= 50; read += 1) {
    await reader.read();
    for (let turn = 0; turn < 20; turn += 1) {
      await nextTurn();
    }
    expect(state.taken - read).toBeLessThanOrEqual(HELD_MAX);
  }
  await reader.cancel();
  expect(state).toMatchObject({ returned: true, ended: 1 });
});

test("what fails on the way is a broken stream, and the place is given back", async () => {
  const ended: string[] = [];
  const { body, empty } = await streamRows(broken(), "csv", () => void ended.push("ended"));
  expect(empty).toBe(false);
  await expect(new Response(body).text()).rejects.toThrow("the engine is gone");
  expect(ended).toEqual(["ended"]);
});

test("CSV of a header alone is empty, and so is no line at all", async () => {
  expect((await streamRows(given("a,b\n"), "csv", () => {})).empty).toBe(true);
  expect((await streamRows(given(), "ndjson", () => {})).empty).toBe(true);
  expect((await streamRows(given("a,b\n", "1,2\n"), "csv", () => {})).empty).toBe(false);
});
