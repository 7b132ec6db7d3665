/** Trying again: how long it waits, what it tells, and when it stops. */

import { describe, expect, it } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import type { Trouble } from "../../seams/meter.ts";
import { backoffMs, retrying } from "./retry.ts";

const clock = { now: () => toInstant(1000) };

function failingTimes(times: number): () => Promise<string> {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) {
      throw new Fault("LAKE_WRITE_FAILED", { name: "x", cause: "full" });
    }
    return "done";
  };
}

describe("backoffMs", () => {
  it("doubles from a tenth of a second and never passes fifteen seconds", () => {
    expect([1, 2, 3, 8, 9, 1000].map(backoffMs)).toEqual([100, 200, 400, 12_800, 15_000, 15_000]);
  });
});

describe("retrying", () => {
  it("tells of each failure, waits longer each time, and clears up at the end", async () => {
    const told: (Trouble | undefined)[] = [];
    const waits: number[] = [];
    const result = await retrying(failingTimes(3), {
      clock,
      signal: new AbortController().signal,
      sleep: async (ms) => void waits.push(ms),
      tell: (trouble) => told.push(trouble),
    });
    expect(result).toBe("done");
    expect(waits).toEqual([100, 200, 400]);
    expect(told.map((trouble) => trouble?.attempts)).toEqual([1, 2, 3, undefined]);
    expect(told[0]).toMatchObject({ code: "LAKE_WRITE_FAILED", since: 1000 });
  });

  it("gives up only when it is stopped", async () => {
    const stop = new AbortController();
    let attempts = 0;
    const result = await retrying(failingTimes(Infinity), {
      clock,
      signal: stop.signal,
      sleep: async () => {
        attempts += 1;
        if (attempts === 50) {
          stop.abort();
        }
      },
      tell: () => {},
    });
    expect(result).toBeUndefined();
    expect(attempts).toBe(50);
  });
});
