/** Waits grow, end growing, and are spread. */

import { expect, test } from "vitest";
import { DOOR_WAITS, RESTART_WAITS, waitMs } from "./wait.ts";

test("a wait doubles with every attempt, up to the longest", () => {
  const waits = [1, 2, 3, 8, 9, 1000].map((attempts) => waitMs(attempts, DOOR_WAITS, () => 1));
  expect(waits).toEqual([100, 200, 400, 12_800, 15_000, 15_000]);
  expect(waitMs(1000, RESTART_WAITS, () => 1)).toBe(300_000);
});

test("a wait is spread over its upper half", () => {
  expect(waitMs(1, RESTART_WAITS, () => 0)).toBe(500);
  expect(waitMs(1, RESTART_WAITS, () => 0.5)).toBe(750);
});
