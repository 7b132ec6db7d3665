/** Shards that split and merge under load, tags, policies, and what a restart keeps. */

import * as sdk from "@aws-sdk/client-kinesis";
import { beforeAll, expect, test } from "vitest";
import { defined } from "../../../src/base/assert.ts";
import { bytesOf, readShard, refusal, textOf } from "./client.ts";
import { serveTests } from "./serve-tests.ts";

const served = serveTests();
let client: sdk.KinesisClient;

beforeAll(() => {
  client = served.client();
});

const arn = (name: string): string => `arn:aws:kinesis:eu-central-1:000000000000:stream/${name}`;

async function create(StreamName: string, ShardCount: number): Promise<void> {
  await client.send(new sdk.CreateStreamCommand({ StreamName, ShardCount }));
}

async function shardsOf(StreamName: string): Promise<sdk.Shard[]> {
  return (await client.send(new sdk.ListShardsCommand({ StreamName }))).Shards ?? [];
}

test("shards split, merged and scaled while records come in lose nothing and keep every key's order", async () => {
  const StreamName = "resharded";
  await create(StreamName, 1);
  const sent = new Map<string, string[]>();
  const put = async (round: number): Promise<void> => {
    const Records = Array.from({ length: 60 }, (_, i) => {
      const PartitionKey = `k${i % 12}`;
      const text = `${round}.${i}`;
      sent.set(PartitionKey, [...(sent.get(PartitionKey) ?? []), text]);
      return { Data: bytesOf(text), PartitionKey };
    });
    const { FailedRecordCount } = await client.send(
      new sdk.PutRecordsCommand({ StreamName, Records }),
    );
    expect(FailedRecordCount).toBe(0);
  };
  const half = (2n ** 127n).toString();
  await put(0);
  const split = client.send(
    new sdk.SplitShardCommand({
      StreamName,
      ShardToSplit: "shardId-000000000000",
      NewStartingHashKey: half,
    }),
  );
  await Promise.all([split, put(1)]);
  await put(2);
  await client.send(
    new sdk.UpdateShardCountCommand({
      StreamName,
      TargetShardCount: 3,
      ScalingType: "UNIFORM_SCALING",
    }),
  );
  await put(3);
  const open = (await shardsOf(StreamName)).filter(
    (s) => s.SequenceNumberRange?.EndingSequenceNumber === undefined,
  );
  expect(open).toHaveLength(3);
  const [low, mid] = open.toSorted((a, b) =>
    BigInt(a.HashKeyRange?.StartingHashKey ?? 0) < BigInt(b.HashKeyRange?.StartingHashKey ?? 0)
      ? -1
      : 1,
  );
  await client.send(
    new sdk.MergeShardsCommand({
      StreamName,
      ShardToMerge: low?.ShardId,
      AdjacentShardToMerge: mid?.ShardId,
    }),
  );
  await put(4);

  // A consumer's way: a child is read when every parent has been read to its end.
  const got = new Map<string, string[]>();
  const shards = await shardsOf(StreamName);
  const done = new Set<string>();
  const numbers = new Map<string, bigint[]>();
  while (done.size < shards.length) {
    const next = shards.find(
      (s) =>
        !done.has(s.ShardId ?? "") &&
        [s.ParentShardId, s.AdjacentParentShardId].every(
          (parent) => parent === undefined || done.has(parent),
        ),
    );
    const { records, children } = await readShard(client, StreamName, next?.ShardId ?? "");
    expect(children === undefined).toBe(
      next?.SequenceNumberRange?.EndingSequenceNumber === undefined,
    );
    const range = next?.SequenceNumberRange;
    for (const record of records) {
      const key = record.PartitionKey ?? "";
      got.set(key, [...(got.get(key) ?? []), textOf(record)]);
      const number = BigInt(record.SequenceNumber ?? 0);
      expect(number > BigInt(range?.StartingSequenceNumber ?? 0)).toBe(true);
      expect(number < BigInt(range?.EndingSequenceNumber ?? 2n ** 200n)).toBe(true);
      numbers.set(key, [...(numbers.get(key) ?? []), number]);
    }
    done.add(next?.ShardId ?? "");
  }
  expect(got).toEqual(sent);
  // Over all its shards a key's numbers only grow.
  for (const list of numbers.values()) {
    expect(list).toEqual(list.toSorted((a, b) => (a < b ? -1 : 1)));
  }
});

test("filters and pages of shards", async () => {
  const StreamName = "filtered";
  await create(StreamName, 3);
  await client.send(
    new sdk.MergeShardsCommand({
      StreamName,
      ShardToMerge: "shardId-000000000000",
      AdjacentShardToMerge: "shardId-000000000001",
    }),
  );
  const ids = async (more: object): Promise<string> => {
    const { Shards = [] } = await client.send(new sdk.ListShardsCommand({ StreamName, ...more }));
    return Shards.map(({ ShardId = "" }) => ShardId.slice(-1)).join("");
  };
  expect(await ids({})).toBe("0123");
  expect(await ids({ ShardFilter: { Type: "AT_LATEST" } })).toBe("23");
  expect(
    await ids({ ShardFilter: { Type: "AFTER_SHARD_ID", ShardId: "shardId-000000000001" } }),
  ).toBe("23");
  expect(await ids({ ExclusiveStartShardId: "shardId-000000000000" })).toBe("123");
  const page = await client.send(new sdk.ListShardsCommand({ StreamName, MaxResults: 3 }));
  const rest = await client.send(new sdk.ListShardsCommand({ NextToken: page.NextToken }));
  expect([page.Shards?.length, rest.Shards?.length, rest.NextToken]).toEqual([3, 1, undefined]);
  const { NextToken } = page;
  for (const more of [
    { StreamName },
    { StreamARN: arn(StreamName) },
    { ExclusiveStartShardId: "shardId-000000000000" },
    { StreamCreationTimestamp: new Date() },
  ]) {
    const both = client.send(new sdk.ListShardsCommand({ ...more, NextToken }));
    const [told] = Object.keys(more);
    expect(await refusal(both)).toContain(`NextToken and ${told} cannot be provided together.`);
  }
  const ShardId = "shardId-000000000001";
  expect(await refusal(ids({ ShardFilter: { Type: "AT_LATEST", ShardId } }))).toBe(
    "InvalidArgumentException: ShardId must not be provided with ShardFilter type AT_LATEST.",
  );
});

test("a stream is told from one of its name that came before by the second it was made in", async () => {
  const StreamName = "remade";
  await create(StreamName, 1);
  const { StreamDescriptionSummary: told } = await client.send(
    new sdk.DescribeStreamSummaryCommand({ StreamName }),
  );
  const StreamCreationTimestamp = defined(told?.StreamCreationTimestamp, "AWS always tells it");
  const list = (time: Date): Promise<sdk.ListShardsCommandOutput> =>
    client.send(new sdk.ListShardsCommand({ StreamName, StreamCreationTimestamp: time }));
  expect((await list(StreamCreationTimestamp)).Shards).toHaveLength(1);
  const before = new Date(StreamCreationTimestamp.getTime() - 1000);
  expect(await refusal(list(before))).toMatch(/^ResourceNotFoundException/);
});

test("what is set is shown, and a restart keeps it with every record", async () => {
  const StreamName = "kept";
  const StreamARN = arn(StreamName);
  await client.send(
    new sdk.CreateStreamCommand({
      StreamName,
      ShardCount: 2,
      Tags: { made: "by hand" },
      MaxRecordSizeInKiB: 10_240,
    }),
  );
  const large = Buffer.alloc(10_000_000, "x");
  await client.send(new sdk.PutRecordCommand({ StreamName, Data: large, PartitionKey: "large" }));
  await client.send(
    new sdk.AddTagsToStreamCommand({ StreamName, Tags: { team: "data", über: "1" } }),
  );
  await client.send(new sdk.RemoveTagsFromStreamCommand({ StreamName, TagKeys: ["made"] }));
  await client.send(new sdk.TagResourceCommand({ ResourceARN: StreamARN, Tags: { more: "2" } }));
  await client.send(new sdk.UntagResourceCommand({ ResourceARN: StreamARN, TagKeys: ["über"] }));
  await client.send(
    new sdk.IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 48 }),
  );
  await client.send(
    new sdk.DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 36 }),
  );
  await client.send(
    new sdk.StartStreamEncryptionCommand({ StreamName, EncryptionType: "KMS", KeyId: "alias/k" }),
  );
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  expect(
    (await client.send(new sdk.GetResourcePolicyCommand({ ResourceARN: StreamARN }))).Policy,
  ).toBe("{}");
  await client.send(new sdk.PutResourcePolicyCommand({ ResourceARN: StreamARN, Policy }));
  const metrics = await client.send(
    new sdk.EnableEnhancedMonitoringCommand({
      StreamName,
      ShardLevelMetrics: ["IncomingBytes", "OutgoingBytes"],
    }),
  );
  expect([metrics.CurrentShardLevelMetrics, metrics.DesiredShardLevelMetrics?.length]).toEqual([
    [],
    2,
  ]);
  await client.send(
    new sdk.DisableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ["OutgoingBytes"] }),
  );
  await client.send(new sdk.RegisterStreamConsumerCommand({ StreamARN, ConsumerName: "app" }));
  await client.send(
    new sdk.SplitShardCommand({
      StreamName,
      ShardToSplit: "shardId-000000000000",
      NewStartingHashKey: "12345",
    }),
  );
  const before = await client.send(new sdk.DescribeStreamCommand({ StreamName }));
  const iterator = await client.send(
    new sdk.GetShardIteratorCommand({
      StreamName,
      ShardId: "shardId-000000000001",
      ShardIteratorType: "TRIM_HORIZON",
    }),
  );

  await served.restart();
  client = served.client(1);

  const { $metadata: _one, ...was } = before;
  const { $metadata: _two, ...is } = await client.send(
    new sdk.DescribeStreamCommand({ StreamName }),
  );
  expect(is).toEqual(was);
  expect(is.StreamDescription).toMatchObject({
    RetentionPeriodHours: 36,
    EncryptionType: "KMS",
    KeyId: "alias/k",
  });
  const summary = await client.send(new sdk.DescribeStreamSummaryCommand({ StreamARN }));
  expect(summary.StreamDescriptionSummary).toMatchObject({
    OpenShardCount: 3,
    ConsumerCount: 1,
    MaxRecordSizeInKiB: 10_240,
    EnhancedMonitoring: [{ ShardLevelMetrics: ["IncomingBytes"] }],
  });
  const tags = await client.send(new sdk.ListTagsForStreamCommand({ StreamName }));
  expect(tags.Tags).toEqual([
    { Key: "more", Value: "2" },
    { Key: "team", Value: "data" },
  ]);
  expect(
    (await client.send(new sdk.GetResourcePolicyCommand({ ResourceARN: StreamARN }))).Policy,
  ).toBe(Policy);
  await client.send(new sdk.DeleteResourcePolicyCommand({ ResourceARN: StreamARN }));
  const read = (
    await Promise.all(
      ["0", "1", "2", "3"].map((n) => readShard(client, StreamName, `shardId-00000000000${n}`)),
    )
  ).flatMap(({ records }) => records);
  expect(
    read.map(({ Data, EncryptionType }) => [Buffer.from(Data ?? []).equals(large), EncryptionType]),
  ).toEqual([[true, "KMS"]]);
  // An iterator from before the restart is good still.
  await client.send(new sdk.GetRecordsCommand({ ShardIterator: iterator.ShardIterator }));
  await client.send(
    new sdk.StopStreamEncryptionCommand({ StreamName, EncryptionType: "KMS", KeyId: "alias/k" }),
  );
  await client.send(new sdk.UpdateMaxRecordSizeCommand({ StreamARN, MaxRecordSizeInKiB: 1024 }));
  const tooLarge = client.send(
    new sdk.PutRecordCommand({ StreamName, Data: large, PartitionKey: "k" }),
  );
  expect(await refusal(tooLarge)).toMatch(
    /^ValidationException: 1 validation error detected: Value 'java.nio.HeapByteBuffer/,
  );
});

test("on demand: four shards, no shards by hand, modes that switch", async () => {
  const StreamName = "demanded";
  await client.send(new sdk.CreateStreamCommand({ StreamName }));
  const summary = async (): Promise<sdk.StreamDescriptionSummary | undefined> =>
    (await client.send(new sdk.DescribeStreamSummaryCommand({ StreamName })))
      .StreamDescriptionSummary;
  expect(await summary()).toMatchObject({
    OpenShardCount: 4,
    StreamModeDetails: { StreamMode: "ON_DEMAND" },
  });
  const update = (): Promise<unknown> =>
    client.send(
      new sdk.UpdateShardCountCommand({
        StreamName,
        TargetShardCount: 5,
        ScalingType: "UNIFORM_SCALING",
      }),
    );
  expect(await refusal(update())).toMatch(/^ValidationException/);
  await client.send(
    new sdk.UpdateStreamWarmThroughputCommand({ StreamName, WarmThroughputMiBps: 8 }),
  );
  expect(await summary()).toMatchObject({ WarmThroughput: { TargetMiBps: 8, CurrentMiBps: 8 } });
  await client.send(
    new sdk.UpdateStreamModeCommand({
      StreamARN: arn(StreamName),
      StreamModeDetails: { StreamMode: "PROVISIONED" },
    }),
  );
  await update();
  expect((await summary())?.OpenShardCount).toBe(5);
  const streams = await client.send(new sdk.ListStreamsCommand({ Limit: 2 }));
  expect(streams.HasMoreStreams).toBe(true);
  const rest = await client.send(new sdk.ListStreamsCommand({ NextToken: streams.NextToken }));
  expect([...(streams.StreamNames ?? []), ...(rest.StreamNames ?? [])]).toEqual([
    "demanded",
    "filtered",
    "kept",
    "notes",
    "remade",
    "resharded",
    "sales",
  ]);
  const { OpenShardCount } = await client.send(new sdk.DescribeLimitsCommand({}));
  expect(OpenShardCount).toBeGreaterThan(5);
  expect(
    (await client.send(new sdk.DescribeAccountSettingsCommand({})))
      .MinimumThroughputBillingCommitment?.Status,
  ).toBe("DISABLED");
});
