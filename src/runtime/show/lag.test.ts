/** The lag that status shows. */

import { expect, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { LagMeter } from "./lag.ts";

test("lag is the age of the oldest record that has not arrived", () => {
  const meter = new LagMeter();
  meter.note(toInstant(100), 10);
  meter.note(toInstant(200), 20);
  meter.note(toInstant(300), 30);
  expect(meter.lagMs(toInstant(1000), 0)).toBe(900);
  expect(meter.lagMs(toInstant(1000), 10)).toBe(800);
  expect(meter.lagMs(toInstant(1000), 29)).toBe(700);
  expect(meter.lagMs(toInstant(1000), 30)).toBe(0);
});

test("nothing new makes no lag, and thinning keeps the oldest", () => {
  const meter = new LagMeter();
  expect(meter.lagMs(toInstant(5), 0)).toBe(0);
  for (let index = 1; index <= 20_000; index += 1) {
    meter.note(toInstant(index), index);
  }
  expect(meter.lagMs(toInstant(20_000), 0)).toBe(19_999);
});
