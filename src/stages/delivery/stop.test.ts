/** A delivery that is stopped while its lake fails and a whole batch waits: it ends, and begins again where it was. */

import { expect, test } from "vitest";
import { z } from "zod";
import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { toBatch } from "../../testing/conformance/append.ts";
import { openMemoryAnnouncements } from "../../testing/memory/announce.ts";
import { openMemoryLog } from "../../testing/memory/append.ts";
import { openMemoryReader } from "../../testing/memory/consume.ts";
import { openMemoryStore } from "../../testing/memory/store.ts";
import { sleep } from "../../runtime/sleep.ts";
import { planOne } from "./fixture.ts";
import { openCutJournal, openDelivery } from "./index.ts";

const RECORDS_PER_CUT = 3;

test("stops at once with two cuts stuck on their way and a third one full", async () => {
  const log = openMemoryLog();
  const store = openMemoryStore();
  let fails = true;
  const failing = {
    ...store,
    put: (...given: Parameters<typeof store.put>) =>
      fails
        ? Promise.reject(new Fault("LAKE_WRITE_FAILED", { name: given[0], cause: "away" }))
        : store.put(...given),
    get: (...given: Parameters<typeof store.get>) => store.get(...given),
    remove: (...given: Parameters<typeof store.remove>) => store.remove(...given),
  };
  const stream = planOne({
    schema: z.object({ name: z.string() }),
    deliver: { buffer: { records: RECORDS_PER_CUT, interval: "15m" } },
  });
  const records = Array.from({ length: 20 }, (_none, i) => JSON.stringify({ name: `n${i}` }));
  await log.append(toBatch(records));
  await using journal = openCutJournal(":memory:");
  const announcements = openMemoryAnnouncements();
  const open = (): ReturnType<typeof openDelivery> =>
    openDelivery({
      pipeline: "shop",
      planHash: "hash",
      stream,
      reader: openMemoryReader(log),
      store: failing,
      announcements,
      journal,
      clock: systemClock,
      random: Math.random,
      uuid: () => String(Math.random()).slice(2),
      sleep,
    });
  const first = open();
  await expect.poll(() => first.meter().trouble?.code).toBe("LAKE_WRITE_FAILED");
  await first[Symbol.asyncDispose]();
  fails = false;
  await using second = open();
  expect(await second.flush()).toBe(true);
  expect(second.meter()).toMatchObject({ records: 20, cuts: 7, pending: 0 });
});
