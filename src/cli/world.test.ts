/** Signals and sleeping as the system gives them. */

import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { toInstant } from "../base/clock.ts";
import { hearStopSignals, systemWorld } from "./world.ts";

test("one Ctrl-C that arrives twice is one wish, a later one is another", () => {
  const signals = new EventEmitter();
  let now = 0;
  let wishes = 0;
  const heard = hearStopSignals(() => void (wishes += 1), {
    signals,
    clock: { now: () => toInstant(now) },
  });
  signals.emit("SIGINT");
  now = 20;
  signals.emit("SIGINT");
  expect(wishes).toBe(1);
  now = 1000;
  signals.emit("SIGTERM");
  expect(wishes).toBe(2);
  heard[Symbol.dispose]();
  now = 2000;
  signals.emit("SIGINT");
  expect(wishes).toBe(2);
  expect(signals.listenerCount("SIGINT")).toBe(0);
});

test("a sleep ends at once when its signal is aborted", async () => {
  const { sleep } = systemWorld();
  const stop = new AbortController();
  const asleep = sleep(600_000, stop.signal);
  stop.abort();
  await expect(asleep).resolves.toBeUndefined();
  await expect(sleep(600_000, stop.signal)).resolves.toBeUndefined();
});
