/** Streams made over the wire through kill -9: what was answered is there, under the number it was answered with. */

import { spawn } from "node:child_process";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-kinesis";
import { expect, test } from "vitest";
import { readShard, textOf } from "../conformance/kinesis/client.ts";
import { CREDENTIALS, scratchFolder, serve } from "../conformance/kinesis/serve.ts";

const LIVES = 2;
const ROUNDS = 25;

/** What was answered: `stream/shard/number` → the record's text. */
type Answered = Map<string, string>;

test("records, streams and shards outlive kill -9", async () => {
  using scratch = scratchFolder();
  const answered: Answered = new Map();
  const streams = Array.from({ length: LIVES }, (_, life) => `life-${life}`);
  for (const stream of streams) {
    await live(scratch.path, stream, answered);
  }
  expect(answered.size).toBeGreaterThan(LIVES * ROUNDS * 20 - 1);
  await using served = await serve(scratch.path);
  const client = served.client();
  const found = new Map<string, string>();
  for (const StreamName of streams) {
    const { Shards = [] } = await client.send(new sdk.ListShardsCommand({ StreamName }));
    expect(Shards.length).toBeGreaterThan(2);
    for (const { ShardId = "" } of Shards) {
      const { records } = await readShard(client, StreamName, ShardId);
      for (const record of records) {
        found.set(`${StreamName}/${ShardId}/${record.SequenceNumber}`, textOf(record));
      }
    }
  }
  // More may be there: a call that was cut off before its answer may have been stored.
  expect([...answered].filter(([number, text]) => found.get(number) !== text)).toEqual([]);
});

/** One life: makes a stream, fills it and changes its shards until it is killed in the middle of a call. */
async function live(data: string, StreamName: string, answered: Answered): Promise<void> {
  const victim = spawn(process.execPath, [join(import.meta.dirname, "kinesis-victim.ts"), data], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const endpoint = await new Promise<string>((resolve) => {
    victim.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
  const credentials = CREDENTIALS;
  const client = new sdk.KinesisClient({
    endpoint,
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
  });
  await client.send(new sdk.CreateStreamCommand({ StreamName, ShardCount: 2 }));
  const put = async (round: number): Promise<void> => {
    const texts = Array.from({ length: 20 }, (_, i) => `${round}.${i}`);
    const Records = texts.map((text, i) => ({ Data: Buffer.from(text), PartitionKey: `k${i}` }));
    const { Records: stored = [] } = await client.send(
      new sdk.PutRecordsCommand({ StreamName, Records }),
    );
    stored.forEach(({ ShardId, SequenceNumber }, i) => {
      answered.set(`${StreamName}/${ShardId}/${SequenceNumber}`, texts[i] ?? "");
    });
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    await put(round);
    if (round === ROUNDS / 5) {
      await client.send(
        new sdk.UpdateShardCountCommand({
          StreamName,
          TargetShardCount: 3,
          ScalingType: "UNIFORM_SCALING",
        }),
      );
    }
  }
  const last = Promise.allSettled([put(ROUNDS), put(ROUNDS + 1)]);
  const gone = new Promise((resolve) => {
    victim.once("close", resolve);
  });
  victim.kill("SIGKILL");
  await Promise.all([last, gone]);
  client.destroy();
}
