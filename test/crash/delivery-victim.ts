/** A process to be killed: appends to a log, delivers from it, and kills itself at a named step of a cut. */

import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { systemClock } from "../../src/base/clock.ts";
import { planOne } from "../../src/stages/delivery/fixture.ts";
import { openCutJournal, openDelivery } from "../../src/stages/delivery/index.ts";
import { folderPlace, openLake } from "../../src/stages/lake/index.ts";
import { openStream, openStreamReader } from "../../src/stages/stream/index.ts";
import { toBatch } from "../../src/testing/conformance/append.ts";

const [folder = "", round = "", step = "", afterCuts = ""] = process.argv.slice(2);
const BATCHES = 20;
const SHARDS = 3;

const path = join(folder, "log");
const made = { folder: path, stream: "prices", shards: SHARDS };
await using log = await openStream({ ...made, clock: systemClock, random: randomBytes });
for (let batch = 0; batch < BATCHES; batch += 1) {
  const records = Array.from({ length: 50 }, (_, i) =>
    JSON.stringify({ name: `${round}.${batch}.${i}`, size: i }),
  );
  const hashes = records.map((_, i) => (i / records.length) * 2 ** 32);
  await log.append(toBatch(records, { hashes }));
}

const stream = planOne({
  schema: z.object({ name: z.string(), size: z.int() }),
  deliver: {
    format: "csv",
    buffer: { records: 130, interval: "15m" },
    transform: (event) => {
      if (event.size % 10 === 3) {
        return undefined;
      }
      if (event.size % 10 === 7) {
        throw new TypeError("no sevens");
      }
      return event;
    },
  },
});

let cuts = 0;
await using lake = await openLake({ place: folderPlace(join(folder, "lake")), writes: true });
await using journal = openCutJournal(join(folder, "delivery.sqlite"));
await using reader = await openStreamReader({ ...made, shared: log.shared });
await using delivery = openDelivery({
  pipeline: "shop",
  planHash: "hash",
  stream,
  reader,
  store: lake.store,
  announcements: lake.announcements,
  journal,
  clock: systemClock,
  random: Math.random,
  uuid: randomUUID,
  sleep: async (ms) => await pause(ms),
  onStep: (at) => {
    cuts += at === step ? 1 : 0;
    if (cuts > Number(afterCuts)) {
      process.kill(process.pid, "SIGKILL");
    }
  },
});
await delivery.flush();
const { records, failed, dropped, trouble } = delivery.meter();
console.log(JSON.stringify({ records, failed, dropped, trouble: trouble ?? null }));
