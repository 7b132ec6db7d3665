/** Durations as people read them: whole where they are whole. */

import { expect, test } from "vitest";
import { showMs } from "./units.ts";

test.each([
  [0, "0 ms"],
  [250, "250 ms"],
  [1000, "1 s"],
  [1500, "1.5 s"],
  [60_000, "1 min"],
  [90_001, "2 min"],
  [3_600_000, "1 h"],
  [90_000, "90 s"],
  [7_560_000, "2.1 h"],
  [604_800_000, "7 d"],
  [604_800_001, "7.0 d"],
])("%d ms are %s", (ms, shown) => {
  expect(showMs(ms)).toBe(shown);
});
