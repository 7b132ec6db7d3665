/** Counts become rates, and what cannot be known stays unknown. */

import { expect, test } from "vitest";
import type { PipelineStatus } from "../../../seams/status.ts";
import {
  addStatus,
  NO_HISTORY,
  rateOf,
  spanMs,
  toSlots,
  WINDOW_MS,
  type History,
} from "./history.ts";

const START = 1_000_000;

/** A status with `records` kept by one stream, `seconds` after the start. */
function statusAt(seconds: number, records: number, startedAt = START): PipelineStatus {
  const stream = {
    name: "prices",
    stream: { records },
    delivery: { records, cuts: 1 },
    warehouse: { records, rows: records },
    onTheirWay: 5,
    lagMs: 100 + seconds,
  };
  const letters = { ...stream, name: "dead_letters", lagMs: 7 };
  const shown = {
    startedAt,
    now: START + seconds * 1000,
    gateway: { requests: seconds, accepted: records },
    models: [{ rows: records * 2 }],
    streams: [stream, letters],
  };
  return shown as unknown as PipelineStatus;
}

function after(...statuses: PipelineStatus[]): History {
  return statuses.reduce(addStatus, NO_HISTORY);
}

test("a rate is what was counted between two readings", () => {
  const history = after(statusAt(0, 100), statusAt(2, 500));
  expect(rateOf(history, "stream")).toBe(200);
  expect(rateOf(history, "models")).toBe(400);
  expect(rateOf(history, "gateway")).toBe(1);
  expect(rateOf(history, "in:prices")).toBe(200);
});

test("the dead letters' stream counts for itself, not for the journey", () => {
  const history = after(statusAt(0, 0), statusAt(1, 10));
  expect(rateOf(history, "stream")).toBe(10);
  expect(rateOf(history, "in:dead_letters")).toBe(10);
});

test("the first reading has no rate", () => {
  const history = after(statusAt(0, 1_000_000));
  expect(history.samples[0]?.rates).toBeUndefined();
  expect(rateOf(history, "stream")).toBe(0);
});

test("after a gap or another start the line breaks instead of leaping", () => {
  const gap = after(statusAt(0, 0), statusAt(9, 900));
  expect(gap.samples.at(-1)?.rates).toBeUndefined();
  const restarted = after(statusAt(5, 100), statusAt(6, 90_000, START + 5500));
  expect(restarted.samples.at(-1)?.rates).toBeUndefined();
});

test("a counter that falls gives no negative rate", () => {
  expect(rateOf(after(statusAt(0, 100), statusAt(1, 40)), "stream")).toBe(0);
});

test("a reading of the same or an earlier moment changes nothing", () => {
  const history = after(statusAt(3, 100));
  expect(addStatus(history, statusAt(3, 200))).toBe(history);
  expect(addStatus(history, statusAt(2, 200))).toBe(history);
});

test("only the window is kept, however long the page is open", () => {
  const hour = Array.from({ length: 3600 }, (_, second) => statusAt(second, second * 10));
  const history = after(...hour);
  expect(history.samples.length).toBeLessThanOrEqual(320);
  expect(spanMs(history)).toBe(WINDOW_MS);
  expect(spanMs(after(statusAt(0, 0)))).toBe(60_000);
});

test("lag is the worst of all streams, what is on its way the sum", () => {
  const [sample] = after(statusAt(50, 1)).samples;
  expect(sample).toMatchObject({ lagMs: 150, onTheirWay: 10 });
});

test("slots are means, newest first", () => {
  const history = after(statusAt(0, 0), statusAt(1, 10), statusAt(2, 40), statusAt(3, 40));
  const slots = toSlots(history, 2000);
  expect(slots.map(({ accepted }) => accepted)).toEqual([15, 10]);
  expect(slots.map(({ from }) => from)).toEqual([START + 2000, START]);
});
