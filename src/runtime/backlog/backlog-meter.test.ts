/** Bytes on their way, from samples: nothing, all, large and small, and a bounded memory. */

import { expect, it } from "vitest";
import { BacklogMeter } from "./backlog-meter.ts";

it("is nothing before the first record, and when all have arrived", () => {
  const meter = new BacklogMeter();
  expect(meter.bytes({ records: 0, bytes: 0 }, 0)).toBe(0);
  expect(meter.bytes({ records: 10, bytes: 1000 }, 0)).toBe(1000);
  expect(meter.bytes({ records: 10, bytes: 1000 }, 10)).toBe(0);
});

it("knows large records from small ones", () => {
  const meter = new BacklogMeter();
  meter.bytes({ records: 100, bytes: 1000 }, 0);
  expect(meter.bytes({ records: 101, bytes: 1_001_000 }, 100)).toBe(1_000_000);
  expect(meter.bytes({ records: 101, bytes: 1_001_000 }, 50)).toBe(1_000_500);
});

it("takes the mean for what a former life accepted", () => {
  expect(new BacklogMeter().bytes({ records: 1000, bytes: 50_000 }, 400)).toBe(30_000);
});

it("holds a bounded number of samples however long nothing arrives", () => {
  const meter = new BacklogMeter();
  for (let records = 1; records <= 9000; records += 1) {
    meter.bytes({ records, bytes: records * 10 }, 0);
  }
  expect(meter.bytes({ records: 9000, bytes: 90_000 }, 5000)).toBe(40_000);
});
