/** A process to be killed: appends numbered records to a log and prints what was acknowledged, line by line. */

import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { systemClock } from "../../src/base/clock.ts";
import { openStream } from "../../src/stages/stream/index.ts";
import { toBatch } from "../../src/testing/conformance/append.ts";

const [folder = "", segmentBytes = "", round = ""] = process.argv.slice(2);

const stream = await openStream({
  folder,
  stream: "events",
  shards: 3,
  clock: systemClock,
  random: randomBytes,
  segmentBytes: Number(segmentBytes),
});

/** Appends for ever; each batch of 1 to 20 records is one line `round.lane.batch count` per record inside. */
async function append(lane: number): Promise<void> {
  for (let batch = 0; ; batch += 1) {
    const count = 1 + ((batch * 7 + lane) % 20);
    const name = `${round}.${lane}.${batch}`;
    const records = Array.from({ length: count }, (_, i) => `${name}.${i}.${"x".repeat(i * 9)}`);
    const hashes = records.map((_, i) => (((i * 5 + lane) % 7) / 7) * 2 ** 32);
    const { shards, sequences } = await stream.append(toBatch(records, { hashes }));
    // Straight to the pipe: what the parent reads was acknowledged, whatever happens to this process next.
    writeSync(1, `${name} ${count} ${[...shards].join(",")} ${[...sequences].join(",")}\n`);
  }
}

await Promise.all([append(0), append(1), append(2), append(3)]);
