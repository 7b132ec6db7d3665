/** The replay sends every record once, at its pace, and goes on where it was. */

import { expect, test } from "vitest";
import type { SourceBatch } from "millrace";
import { openGenerator } from "./generator.ts";
import { replay } from "./replay.ts";

const source = replay({
  stream: "prices",
  markets: 3,
  burstMonths: 100,
  burstPerSecond: 400,
  perSecond: 40,
});
const made = openGenerator({ markets: 3, dirt: true });
const whole = made.ndjson(0, made.records);

/** All batches from a checkpoint on, with the waits between them; no time passes. */
async function run(
  checkpoint: string | undefined,
  batchesMax = Infinity,
): Promise<{ batches: SourceBatch[]; waits: number[] }> {
  const batches: SourceBatch[] = [];
  const waits: number[] = [];
  const stop = new AbortController();
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms);
  };
  for await (const batch of source.read({ checkpoint, signal: stop.signal, sleep })) {
    batches.push(batch);
    if (batches.length >= batchesMax) {
      stop.abort();
    }
  }
  return { batches, waits };
}

test("sends the whole history with its two broken records, then ends", async () => {
  const { batches } = await run(undefined);
  expect(batches.map(({ body }) => String(body)).join("")).toBe(whole);
  expect(batches.at(-1)?.checkpoint).toBe(String(made.records));
  expect((await run(String(made.records))).batches).toEqual([]);
});

test("a burst first, then the pace", async () => {
  const { batches, waits } = await run(undefined);
  const sizes = batches.map(({ body }) => String(body).trimEnd().split("\n").length);
  expect(new Set(waits)).toEqual(new Set([250]));
  expect(sizes.slice(0, 3)).toEqual([100, 100, 100]);
  expect(sizes.slice(3, -1).every((size) => size === 10)).toBe(true);
});

test("goes on from any checkpoint as if it had never stopped", async () => {
  const first = await run(undefined, 5);
  const checkpoint = first.batches.at(-1)?.checkpoint;
  expect(checkpoint).toBe("320");
  const second = await run(checkpoint);
  const all = [...first.batches, ...second.batches];
  expect(all.map(({ body }) => String(body)).join("")).toBe(whole);
});

test.each(["-1", "1.5", "x", "999999999"])("checkpoint %s is refused", async (checkpoint) => {
  await expect(run(checkpoint)).rejects.toThrow(RangeError);
});
