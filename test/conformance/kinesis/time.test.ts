/** What has an end: iterators and tokens after five minutes, and what AWS does so many times a day, by a held clock. */

import * as sdk from "@aws-sdk/client-kinesis";
import { beforeAll, expect, test } from "vitest";
import { toInstant, type Clock } from "../../../src/base/clock.ts";
import { refusal, textOf } from "./client.ts";
import { serveTests } from "./serve-tests.ts";

const FIVE_MINUTES = 300_000;
const DAY = 86_400_000;

let now = Date.UTC(2026, 0, 22, 1, 22, 2);
const clock: Clock = { now: () => toInstant(now) };
// The client signs by its own clock, so nobody looks at its signature.
const served = serveTests({ anonymous: true }, clock);
let client: sdk.KinesisClient;

beforeAll(() => {
  client = served.client(1);
});

async function create(StreamName: string, ShardCount: number): Promise<string> {
  await client.send(new sdk.CreateStreamCommand({ StreamName, ShardCount }));
  return `arn:aws:kinesis:eu-central-1:000000000000:stream/${StreamName}`;
}

test("an iterator is good for five minutes, and says when it was made and what time it is", async () => {
  await create("read", 1);
  const asked = { StreamName: "read", ShardId: "shardId-000000000000" } as const;
  const { ShardIterator } = await client.send(
    new sdk.GetShardIteratorCommand({ ...asked, ShardIteratorType: "LATEST" }),
  );
  const read = (): Promise<unknown> => client.send(new sdk.GetRecordsCommand({ ShardIterator }));
  now += FIVE_MINUTES;
  expect(await refusal(read())).toBe("accepted");
  now += 1;
  expect(await refusal(read())).toBe(
    "ExpiredIteratorException: Iterator expired. The iterator was created at time " +
      "Thu Jan 22 01:22:02 UTC 2026 while right now it is Thu Jan 22 01:27:02 UTC 2026 which is " +
      "further in the future than the tolerated delay of 300000 milliseconds.",
  );
});

test("the iterator of the next call is five minutes younger", async () => {
  await create("followed", 1);
  const asked = { StreamName: "followed", ShardId: "shardId-000000000000" } as const;
  const first = await client.send(
    new sdk.GetShardIteratorCommand({ ...asked, ShardIteratorType: "TRIM_HORIZON" }),
  );
  now += FIVE_MINUTES;
  const { NextShardIterator } = await client.send(
    new sdk.GetRecordsCommand({ ShardIterator: first.ShardIterator }),
  );
  now += FIVE_MINUTES;
  const next = client.send(new sdk.GetRecordsCommand({ ShardIterator: NextShardIterator }));
  expect(await refusal(next)).toBe("accepted");
});

test("tokens of pages are good for five minutes, and of no use to another operation", async () => {
  const StreamARN = await create("paged", 3);
  for (const ConsumerName of ["a", "b"]) {
    await client.send(new sdk.RegisterStreamConsumerCommand({ StreamARN, ConsumerName }));
  }
  const shards = await client.send(
    new sdk.ListShardsCommand({ StreamName: "paged", MaxResults: 1 }),
  );
  const consumers = await client.send(
    new sdk.ListStreamConsumersCommand({ StreamARN, MaxResults: 1 }),
  );
  const streams = await client.send(new sdk.ListStreamsCommand({ Limit: 1 }));
  const next = {
    shards: () => client.send(new sdk.ListShardsCommand({ NextToken: shards.NextToken })),
    consumers: () =>
      client.send(
        new sdk.ListStreamConsumersCommand({ StreamARN, NextToken: consumers.NextToken }),
      ),
    streams: () => client.send(new sdk.ListStreamsCommand({ NextToken: streams.NextToken })),
  };
  now += FIVE_MINUTES;
  for (const ask of Object.values(next)) {
    expect(await refusal(ask())).toBe("accepted");
  }
  const swapped = client.send(new sdk.ListShardsCommand({ NextToken: streams.NextToken }));
  expect(await refusal(swapped)).toBe("InvalidArgumentException: Invalid NextToken.");
  now += 1;
  for (const ask of Object.values(next)) {
    expect(await refusal(ask())).toMatch(/^ExpiredNextTokenException/);
  }
});

test("a stream that is being changed is in the wrong state for the next change", async () => {
  await create("busy", 1);
  const halves = { StreamName: "busy", ShardToSplit: "shardId-000000000000" };
  const split = new sdk.SplitShardCommand({ ...halves, NewStartingHashKey: "1000" });
  const said = await Promise.all([1, 2].map(() => refusal(client.send(split))));
  expect(said.toSorted()).toEqual([
    "ResourceInUseException: Stream busy under account 000000000000 not ACTIVE, instead in state UPDATING",
    "accepted",
  ]);
});

const DAILY = ["accepted", "LimitExceededException", "LimitExceededException", "accepted"];

/** What the last of `max` calls a day, the next, one just before the day is over and one after are answered. */
async function daily(max: number, ask: (time: number) => Promise<unknown>): Promise<string[]> {
  const began = now;
  const said: string[] = [];
  for (let time = 0; time <= max; time += 1) {
    said.push(await refusal(ask(time)));
    now += 1000;
  }
  for (const later of [DAY - 1, DAY]) {
    now = began + later;
    said.push(await refusal(ask(max)));
  }
  return said.slice(max - 1).map((each) => each.replace(/:.*/, ""));
}

test("ten shard counts a day", async () => {
  const StreamName = "scaled";
  await create(StreamName, 1);
  const said = await daily(10, (time) => {
    const TargetShardCount = time % 2 === 0 ? 2 : 1;
    const more = { StreamName, TargetShardCount, ScalingType: "UNIFORM_SCALING" } as const;
    return client.send(new sdk.UpdateShardCountCommand(more));
  });
  expect(said).toEqual(DAILY);
});

test("two modes a day", async () => {
  const StreamARN = await create("moded", 1);
  const said = await daily(2, (time) => {
    const StreamMode = time % 2 === 0 ? "ON_DEMAND" : "PROVISIONED";
    const StreamModeDetails = { StreamMode } as const;
    return client.send(new sdk.UpdateStreamModeCommand({ StreamARN, StreamModeDetails }));
  });
  expect(said).toEqual(DAILY);
});

test.each([
  ["started", sdk.StartStreamEncryptionCommand],
  ["stopped", sdk.StopStreamEncryptionCommand],
])("encryption is %s 25 times a day", async (StreamName, Command) => {
  await create(StreamName, 1);
  const key = { StreamName, EncryptionType: "KMS", KeyId: "alias/k" } as const;
  expect(await daily(25, () => client.send(new Command(key)))).toEqual(DAILY);
});

test("what retention took is passed over, however an iterator asks for it", async () => {
  const StreamARN = await create("forgetful", 1);
  const MaxRecordSizeInKiB = 10_240;
  await client.send(new sdk.UpdateMaxRecordSizeCommand({ StreamARN, MaxRecordSizeInKiB }));
  const put = async (text: string, length = text.length): Promise<string> => {
    const Data = Buffer.from(text.padEnd(length));
    const stored = await client.send(
      new sdk.PutRecordCommand({ StreamARN, Data, PartitionKey: "k" }),
    );
    return stored.SequenceNumber ?? "";
  };
  const iterator = async (more: Partial<sdk.GetShardIteratorInput>): Promise<string> => {
    const asked = { StreamARN, ShardId: "shardId-000000000000", ...more };
    const got = await client.send(new sdk.GetShardIteratorCommand(asked as never));
    return got.ShardIterator ?? "";
  };
  const firstOf = async (ShardIterator: string): Promise<string | undefined> => {
    const { Records = [] } = await client.send(new sdk.GetRecordsCommand({ ShardIterator }));
    return Records[0] && textOf(Records[0]).trim();
  };
  const Timestamp = new Date(now);
  const StartingSequenceNumber = await put("gone");
  // Enough to fill the first segment; what lies in a newer one stays.
  for (let n = 0; n < 4; n += 1) {
    await put("large", 9_000_000);
  }
  now += DAY + 1000;
  await put("kept");
  const before = await iterator({ ShardIteratorType: "TRIM_HORIZON" });
  expect(await firstOf(before)).toBe("gone");
  await served.trim();
  expect(await firstOf(before)).toBe("large");
  for (const more of [
    { ShardIteratorType: "TRIM_HORIZON" },
    { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber },
    { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber },
    { ShardIteratorType: "AT_TIMESTAMP", Timestamp },
  ] as const) {
    expect(await firstOf(await iterator(more))).toBe("large");
  }
});
