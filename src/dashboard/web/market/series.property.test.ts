/** The candlestick chart throws on times out of order or twice; these never reach it. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Candle } from "../../../seams/feed.ts";
import { isBar, toBars } from "./series.ts";

const time = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  fc.constantFrom("2020-01-01", "2020-01-01 00:00:00", "2020-01-01T00:00:00Z", "soon", ""),
);
const price = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));
const rows = fc.array(fc.tuple(time, price, price, price, price));

test("times are finite, strictly rising, and a bar has all four prices", () => {
  fc.assert(
    fc.property(rows, (some) => {
      const bars = toBars(some);
      const times = bars.map((bar) => bar.time);
      expect(times.every(Number.isInteger)).toBe(true);
      expect(times).toEqual([...new Set(times)].toSorted((one, other) => one - other));
      for (const bar of bars.filter(isBar)) {
        expect([bar.open, bar.high, bar.low, bar.close].every(Number.isFinite)).toBe(true);
      }
    }),
  );
});

test("times without a zone are UTC, and the later row of one time wins", () => {
  const twice: Candle[] = [
    ["2020-01-02 00:00:00", 1, 1, 1, 1],
    ["2020-01-01", 2, 2, 2, 2],
    ["2020-01-02", 3, 3, 3, 3],
    ["2020-01-03", 4, null, 4, 4],
  ];
  const day = Date.UTC(2020, 0, 1) / 1000;
  expect(toBars(twice)).toEqual([
    { time: day, open: 2, high: 2, low: 2, close: 2 },
    { time: day + 86_400, open: 3, high: 3, low: 3, close: 3 },
    { time: day + 172_800 },
  ]);
});
