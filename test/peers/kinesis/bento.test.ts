/** Bento, unmodified, produces and consumes 100,000 records through a kill and a reshard. */

import { expect, test } from "vitest";
import { BENTO_BATCH, startBentoConsumer, startBentoProducer } from "./foreign/bento.ts";
import { Movers, StreamName } from "./foreign/movers.ts";

const RECORDS = 100_000;
/** Come after them, twice as many as fill the last batch of each of four shards. */
const MORE = 2 * 4 * BENTO_BATCH;
/** Slow enough that the kill and the reshard come while records come in. */
const PER_SECOND = 5000;
/** On a machine that is busy with other things too; alone it takes a minute and a half. */
const TEST_MS = 900_000;
const WAIT = { timeout: TEST_MS / 2, interval: 500 };

test(
  "two Bentos, one killed, two shards split into four: none lost",
  async () => {
    await using movers = await Movers.open(2);
    const { folder, running, leases, opened } = movers;
    const places = { folder, kinesis: running.url, dynamodb: leases.url };
    opened.use(startBentoConsumer(places, StreamName, "first"));
    const second = opened.use(startBentoConsumer(places, StreamName, "second"));
    const all = (): number => movers.given("first", "second").records.size;
    const wanted = new Set(Array.from({ length: RECORDS }, (_none, n) => `record-${n}`));
    const missing = (): number => wanted.difference(movers.given("first", "second").records).size;
    const move = { stream: StreamName, records: RECORDS + MORE, perSecond: PER_SECOND };
    const producer = opened.use(startBentoProducer(places, move));
    await expect.poll(all, WAIT).toBeGreaterThan(RECORDS / 10);
    await movers.reshard(4);
    // With a shard in its hands.
    await expect.poll(() => movers.given("second").records.size, WAIT).toBeGreaterThan(0);
    await second.kill();
    expect(await producer.ended).toBe(0);
    await expect.poll(missing, WAIT).toBe(0);
    expect(movers.given("first", "second").shards).toEqual(await movers.shards());
  },
  TEST_MS,
);
