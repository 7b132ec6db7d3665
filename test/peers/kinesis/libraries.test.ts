/** AWS's own producer and consumer libraries, unmodified, move 100,000 records through kills and resharding. */

import { join } from "node:path";
import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import { expect, test } from "vitest";
import { compileJava, openTls, startJava } from "./foreign/java.ts";
import { Movers, StreamName } from "./foreign/movers.ts";
import type { Program } from "./foreign/program.ts";

const RECORDS = 100_000;
/** Slow enough that the kill and the reshard come while records come in. */
const PER_SECOND = 2_500;
/** On a machine that is busy with other things too; alone it takes two minutes. */
const TEST_MS = 900_000;
const WAIT = { timeout: TEST_MS / 2, interval: 500 };

interface Move {
  readonly how: string;
  readonly shards: number;
  readonly target: number;
  /** Whether the producer packs many records into one. */
  readonly packed: boolean;
}

// What was packed for a shard that is then split holds records of both halves. The producer takes those as
// stored that belong to the half it came to and sends the others again, but the consumer passes over such a
// pack whole: they lose records between them, on AWS as well. Merges are safe.
const MOVES: readonly Move[] = [
  { how: "packed, four shards merged into two", shards: 4, target: 2, packed: true },
  { how: "one by one, two shards split into four", shards: 2, target: 4, packed: false },
];

test.each(MOVES)(
  "two workers, one killed, one reshard: none lost, $how",
  async (move) => {
    await using movers = await Movers.open(move.shards);
    const { folder, running, leases, client, opened } = movers;
    const java = compileJava(folder);
    const consume = (worker: string): Program => {
      const places = [running.url, leases.url, join(folder, worker)];
      const args = [StreamName, "movers", worker, ...places, "fanout"];
      return opened.use(startJava(java, "Consume", args));
    };
    const all = (): number => movers.given("first", "second").records.size;
    let before = 0;
    const reach = async (worker: string): Promise<void> => {
      await expect
        .poll(async () => {
          before += 1;
          const Data = Buffer.from(`before-${before}`);
          await client.send(new PutRecordCommand({ StreamName, Data, PartitionKey: `${before}` }));
          return movers.given(worker).records.size;
        }, WAIT)
        .toBeGreaterThan(0);
    };
    // One makes the table of leases; then both take half a minute to agree who has what.
    const first = consume("first");
    await first.during(() => reach("first"));
    const second = consume("second");
    await second.during(() => reach("second"));

    const tls = opened.use(await openTls(folder, Number(new URL(running.url).port)));
    const put = [StreamName, `${tls.port}`, `${RECORDS}`, `${PER_SECOND}`, `${move.packed}`];
    const producer = opened.use(startJava(java, "Produce", put));
    await expect.poll(all, WAIT).toBeGreaterThan(RECORDS / 10);
    await movers.reshard(move.target);
    // With a shard in its hands.
    await expect.poll(() => movers.given("second").records.size, WAIT).toBeGreaterThan(0);
    await second.kill();

    expect(await producer.ended).toBe(0);
    expect(producer.said()).toContain(`stored ${RECORDS}, failed 0`);
    await first.during(async () => {
      await expect.poll(all, WAIT).toBe(before + RECORDS);
    });
    expect(movers.given("first", "second").shards).toEqual(await movers.shards());
  },
  TEST_MS,
);
