/** Waiting records grow old whatever becomes of the wall clock. */

import { expect, it } from "vitest";
import { toInstant } from "../../../base/clock.ts";
import { NOTHING, type Pending, step } from "../cut.ts";
import { SteadyAge } from "./steady-age.ts";

const HOUR = 3_600_000;
const LIMITS = { recordsMax: 100, bytesMax: 1000, ageMsMax: 60_000 };
const pending: Pending = { records: 3, bytes: 30, oldestAt: toInstant(100 * HOUR) };

function open(): { age: SteadyAge; at: { wall: number; steady: number }; cut: () => unknown } {
  const at = { wall: 100 * HOUR, steady: 5 };
  const age = new SteadyAge({ now: () => toInstant(at.wall) }, () => at.steady);
  const cut = (): unknown => step(pending, { kind: "tick", at: age.now(pending) }, LIMITS).cut;
  return { age, at, cut };
}

it("by the wall clock while it goes as it should", () => {
  const { age, at, cut } = open();
  expect(age.now(NOTHING)).toBe(100 * HOUR);
  at.wall += 59_999;
  expect(cut()).toBeUndefined();
  at.wall += 1;
  expect(cut()).toBe("age");
});

it("by how long they have waited when it was set back by hours", () => {
  const { at, cut } = open();
  expect(cut()).toBeUndefined();
  at.wall -= 5 * HOUR;
  at.steady += 59_999;
  expect(cut()).toBeUndefined();
  at.steady += 1;
  expect(cut()).toBe("age");
});

it("at once when it was set forward, and from the beginning for what comes next", () => {
  const { age, at, cut } = open();
  at.wall += 7 * HOUR;
  expect(cut()).toBe("age");
  at.steady += HOUR;
  at.wall = 100 * HOUR;
  const next: Pending = { ...pending, oldestAt: toInstant(107 * HOUR) };
  expect(age.now(next)).toBe(107 * HOUR);
});
