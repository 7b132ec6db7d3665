/** What a client gets wrong, and AWS's words for it: run over Millrace and over other twins of Kinesis. */

import * as sdk from "@aws-sdk/client-kinesis";
import { bytesOf } from "../client.ts";
import { openPlace, untilActive } from "./place.ts";

/** The stream, of two shards, that the cases ask about. */
export const ASKED = "s";

/** Makes what the cases ask about: that stream, and one of four shards that keeps its records for two days. */
export async function makeAsked(client: sdk.KinesisClient): Promise<void> {
  await openPlace(client, ASKED, 2);
  const four = await openPlace(client, "four", 4);
  const longer = { StreamName: four.stream, RetentionPeriodHours: 48 };
  await client.send(new sdk.IncreaseStreamRetentionPeriodCommand(longer));
  await untilActive(four);
}

export interface Refusal {
  readonly name: string;
  /** Commands have a type of their own each, and nothing in common that the compiler could tell. */
  readonly ask: () => unknown;
  /** How `Type: message` begins. */
  readonly says: string;
}

const StreamName = ASKED;
const ShardId = "shardId-000000000000";
const MAX = 2n ** 128n - 1n;
const NO_STREAM = "ResourceNotFoundException: Stream none under account 000000000000 not found.";
const ARN = "arn:aws:kinesis:eu-central-1:000000000000:stream/s";
const iterator = (more: object): sdk.GetShardIteratorCommand =>
  new sdk.GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: "LATEST", ...more });
const put = (more: object): sdk.PutRecordCommand =>
  new sdk.PutRecordCommand({ StreamName, Data: bytesOf("x"), PartitionKey: "k", ...more });

const ROWS: readonly (readonly [string, () => unknown, string])[] = [
  [
    "unknown stream",
    () => new sdk.DescribeStreamCommand({ StreamName: "none" }),
    "ResourceNotFoundException: Stream none under account 000000000000 not found.",
  ],
  [
    "unknown ARN, told by its name",
    () =>
      new sdk.ListShardsCommand({
        StreamARN: "arn:aws:kinesis:us-east-1:123456789012:stream/gone",
      }),
    "ResourceNotFoundException: Stream gone under account 000000000000 not found.",
  ],
  [
    "no stream at all",
    () => new sdk.DescribeStreamSummaryCommand({}),
    "InvalidArgumentException: Either StreamName or StreamARN must be provided.",
  ],
  [
    "duplicate stream",
    () => new sdk.CreateStreamCommand({ StreamName, ShardCount: 1 }),
    "ResourceInUseException: Stream s under account 000000000000 already exists.",
  ],
  [
    "too many shards",
    () => new sdk.CreateStreamCommand({ StreamName: "t", ShardCount: 5000 }),
    "LimitExceededException: This request would exceed the shard limit for the account 000000000000",
  ],
  [
    "a constraint",
    () => new sdk.DescribeStreamCommand({ StreamName: "a b" }),
    "ValidationException: 1 validation error detected: Value 'a b' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
  ],
  [
    "two constraints",
    () => new sdk.DescribeStreamCommand({ StreamName: "", Limit: 0 }),
    "ValidationException: 3 validation errors detected: Value '' at 'streamName' failed",
  ],
  [
    "no key",
    () => put({ PartitionKey: undefined }),
    "ValidationException: 1 validation error detected: Value null at 'partitionKey' failed to satisfy constraint: Member must not be null",
  ],
  [
    "no records",
    () => new sdk.PutRecordsCommand({ StreamName, Records: [] }),
    "ValidationException: 1 validation error detected: Value '[]' at 'records' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    "a hash key out of range",
    () => put({ ExplicitHashKey: (MAX + 1n).toString() }),
    "InvalidArgumentException: Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was 340282366920938463463374607431768211456",
  ],
  [
    "a foreign number for ordering",
    () => put({ SequenceNumberForOrdering: "5" }),
    "InvalidArgumentException: ExclusiveMinimumSequenceNumber 5 used in PutRecord on stream s under account 000000000000 is invalid.",
  ],
  [
    "a record above the stream's size",
    () => put({ Data: Buffer.alloc(1_048_577) }),
    "ValidationException: 1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1048577 cap=1048577]' at 'data'",
  ],
  [
    "an iterator's shard",
    () => iterator({ ShardId: "shardId-000000000009" }),
    "ResourceNotFoundException: Shard shardId-000000000009 in stream s under account 000000000000 does not exist",
  ],
  [
    "an iterator's shard that is no shard",
    () => iterator({ ShardId: "abc" }),
    "ResourceNotFoundException: Could not find shard abc in stream s under account 000000000000.",
  ],
  [
    "a number where none belongs",
    () => iterator({ StartingSequenceNumber: "1" }),
    "InvalidArgumentException: Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified LATEST and also a StartingSequenceNumber.",
  ],
  [
    "a foreign number",
    () => iterator({ ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: "123" }),
    "InvalidArgumentException: StartingSequenceNumber 123 used in GetShardIterator on shard shardId-000000000000 in stream s under account 000000000000 is invalid.",
  ],
  [
    "a time to come",
    () => iterator({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(Date.now() + 60_000) }),
    "InvalidArgumentException: The timestampInMillis parameter cannot be greater than the currentTimestampInMillis.",
  ],
  [
    "no iterator of ours",
    () => new sdk.GetRecordsCommand({ ShardIterator: "AAAAAAAAAAE=" }),
    "InvalidArgumentException: Invalid ShardIterator.",
  ],
  [
    "an unknown shard to split",
    () =>
      new sdk.SplitShardCommand({ StreamName, ShardToSplit: "shardId-7", NewStartingHashKey: "5" }),
    "ResourceNotFoundException: Could not find shard shardId-7 in stream s under account 000000000000.",
  ],
  [
    "a split at the border",
    () => new sdk.SplitShardCommand({ StreamName, ShardToSplit: ShardId, NewStartingHashKey: "1" }),
    "InvalidArgumentException: NewStartingHashKey 1 used in SplitShard() on shard shardId-000000000000",
  ],
  [
    "no neighbours",
    () =>
      new sdk.MergeShardsCommand({
        StreamName,
        ShardToMerge: "shardId-000000000001",
        AdjacentShardToMerge: ShardId,
      }),
    "InvalidArgumentException: Shards shardId-000000000001 and shardId-000000000000 in stream s under account 000000000000 are not an adjacent pair of shards eligible for merging",
  ],
  [
    "more than double",
    () =>
      new sdk.UpdateShardCountCommand({
        StreamName,
        TargetShardCount: 5,
        ScalingType: "UNIFORM_SCALING",
      }),
    "LimitExceededException: UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 2, Target shard count: 5",
  ],
  [
    "too short a retention",
    () => new sdk.IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 23 }),
    "InvalidArgumentException: Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.",
  ],
  [
    "a longer one in Decrease",
    () => new sdk.DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 25 }),
    "InvalidArgumentException: Requested retention period (25 hours) for stream s can not be longer than existing retention period (24 hours).",
  ],
  [
    "an illegal tag",
    () => new sdk.AddTagsToStreamCommand({ StreamName, Tags: { "a*b": "c" } }),
    "InvalidArgumentException: Some tags contain invalid characters.",
  ],
  [
    "fifty-one tags",
    () =>
      new sdk.AddTagsToStreamCommand({
        StreamName,
        Tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`t${i}`, "v"])),
      }),
    "InvalidArgumentException: A given stream cannot have more than 50 tags associated with it.",
  ],
  [
    "no policy to delete",
    () => new sdk.DeleteResourcePolicyCommand({ ResourceARN: ARN }),
    "ResourceNotFoundException: No resource policy found for resource ARN",
  ],
  [
    "half a consumer's name",
    () => new sdk.DescribeStreamConsumerCommand({ StreamARN: ARN }),
    "InvalidArgumentException: You must specify either the ConsumerARN or the combination of ConsumerName and StreamARN.",
  ],
  [
    "an unknown consumer",
    () => new sdk.DescribeStreamConsumerCommand({ StreamARN: ARN, ConsumerName: "c" }),
    "ResourceNotFoundException: Consumer c under stream s not found for account 000000000000.",
  ],
  [
    "provisioned without a count",
    () =>
      new sdk.CreateStreamCommand({
        StreamName: "t",
        StreamModeDetails: { StreamMode: "PROVISIONED" },
      }),
    "ValidationException: ShardCount must be provided",
  ],
];

/** More of the same kinds, by the operation that is asked. */
const MORE: readonly (readonly [string, () => unknown, string])[] = [
  [
    "a name and an ARN of two streams",
    () => new sdk.DescribeStreamCommand({ StreamName: "t", StreamARN: ARN }),
    "InvalidArgumentException: StreamName t and StreamARN",
  ],
  ["a record for an unknown stream", () => put({ StreamName: "none" }), NO_STREAM],
  [
    "records for an unknown stream",
    () =>
      new sdk.PutRecordsCommand({
        StreamName: "none",
        Records: [{ Data: bytesOf("x"), PartitionKey: "k" }],
      }),
    NO_STREAM,
  ],
  ["an iterator of an unknown stream", () => iterator({ StreamName: "none" }), NO_STREAM],
  [
    "an unknown stream to delete",
    () => new sdk.DeleteStreamCommand({ StreamName: "none" }),
    NO_STREAM,
  ],
  [
    "the second of two records has no key",
    () =>
      new sdk.PutRecordsCommand({
        StreamName,
        Records: [
          { Data: bytesOf("x"), PartitionKey: "k" },
          { Data: bytesOf("x"), PartitionKey: undefined },
        ],
      }),
    "ValidationException: 1 validation error detected: Value null at 'records.2.member.partitionKey' failed to satisfy constraint: Member must not be null",
  ],
  [
    "more than ten things wrong: ten are told",
    () =>
      new sdk.PutRecordsCommand({
        StreamName,
        Records: Array.from({ length: 12 }, () => ({ Data: bytesOf("x"), PartitionKey: "" })),
      }),
    "ValidationException: 10 validation errors detected: Value '' at 'records.1.member.partitionKey' failed",
  ],
  [
    "501 records",
    () =>
      new sdk.PutRecordsCommand({
        StreamName,
        Records: Array.from({ length: 501 }, () => ({ Data: bytesOf("x"), PartitionKey: "k" })),
      }),
    "ValidationException: 1 validation error detected: Value '[{Data=java.nio.HeapByteBuffer[pos=0 lim=1 cap=1], PartitionKey=k}, {Data=",
  ],
  [
    "a record that is too large by its key",
    () => put({ Data: Buffer.alloc(1_048_576) }),
    "ValidationException: 1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1048576 cap=1048576]' at 'data'",
  ],
  [
    "eleven million bytes in a call",
    () =>
      new sdk.PutRecordsCommand({
        StreamName,
        Records: Array.from({ length: 11 }, () => ({
          Data: Buffer.alloc(1_000_000),
          PartitionKey: "k",
        })),
      }),
    "InvalidArgumentException: Records size exceeds 10 MB limit",
  ],
  [
    "no number where one belongs",
    () => iterator({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER" }),
    "InvalidArgumentException: Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified AFTER_SEQUENCE_NUMBER and no StartingSequenceNumber.",
  ],
  [
    "no time where one belongs",
    () => iterator({ ShardIteratorType: "AT_TIMESTAMP" }),
    "InvalidArgumentException: ",
  ],
  [
    "less than half",
    () =>
      new sdk.UpdateShardCountCommand({
        StreamName: "four",
        TargetShardCount: 1,
        ScalingType: "UNIFORM_SCALING",
      }),
    "LimitExceededException: UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: 4, Target shard count: 1",
  ],
  [
    "too long a retention",
    () => new sdk.IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 8761 }),
    "InvalidArgumentException: Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.",
  ],
  [
    "a shorter one in Increase",
    () =>
      new sdk.IncreaseStreamRetentionPeriodCommand({
        StreamName: "four",
        RetentionPeriodHours: 36,
      }),
    "InvalidArgumentException: Requested retention period (36 hours) for stream four can not be shorter than existing retention period (48 hours).",
  ],
  [
    "a tag that AWS keeps for itself",
    () => new sdk.AddTagsToStreamCommand({ StreamName, Tags: { "aws:x": "1" } }),
    "InvalidArgumentException: ",
  ],
  [
    "an on-demand stream with a count",
    () =>
      new sdk.CreateStreamCommand({
        StreamName: "t",
        ShardCount: 2,
        StreamModeDetails: { StreamMode: "ON_DEMAND" },
      }),
    "ValidationException: ",
  ],
  [
    "a filter without its shard",
    () => new sdk.ListShardsCommand({ StreamName, ShardFilter: { Type: "AFTER_SHARD_ID" } }),
    "InvalidArgumentException: ",
  ],
  [
    "a filter without its time",
    () => new sdk.ListShardsCommand({ StreamName, ShardFilter: { Type: "FROM_TIMESTAMP" } }),
    "InvalidArgumentException: ",
  ],
  [
    "a page that nobody gave",
    () => new sdk.ListShardsCommand({ NextToken: "bm9uZQ==" }),
    "InvalidArgumentException: ",
  ],
  [
    "a policy that is no JSON",
    () => new sdk.PutResourcePolicyCommand({ ResourceARN: ARN, Policy: "no" }),
    "InvalidArgumentException: ",
  ],
  [
    "an unknown consumer to deregister",
    () => new sdk.DeregisterStreamConsumerCommand({ StreamARN: ARN, ConsumerName: "c" }),
    "ResourceNotFoundException: ",
  ],
  [
    "an unknown shard to merge",
    () =>
      new sdk.MergeShardsCommand({
        StreamName,
        ShardToMerge: "shardId-8",
        AdjacentShardToMerge: ShardId,
      }),
    "ResourceNotFoundException: Could not find shard shardId-8 in stream s under account 000000000000.",
  ],
];

export const REFUSALS: readonly Refusal[] = [...ROWS, ...MORE].map(([name, ask, says]) => ({
  name,
  ask,
  says,
}));
