/** What Kinesis refuses because of what was done before, as cases that any twin of it can be asked. */

import * as sdk from "@aws-sdk/client-kinesis";
import { bytesOf, refusal } from "../client.ts";
import type { Behaviour } from "./behaviours.ts";
import { type Place, untilActive } from "./place.ts";

const FIRST = "shardId-000000000000";
const SECOND = "shardId-000000000001";
const CONSUMERS_MAX = 20;

async function split({ client, stream }: Place): Promise<void> {
  const halves = { StreamName: stream, ShardToSplit: FIRST, NewStartingHashKey: "1000" };
  await client.send(new sdk.SplitShardCommand(halves));
}

/** The error's type alone, where AWS's text is recorded nowhere. */
async function typeOf(call: Promise<unknown>): Promise<string> {
  return (await refusal(call)).replace(/:.*/s, "");
}

export const STATES: readonly Behaviour[] = [
  {
    name: "a shard that was split is neither split nor merged again",
    shards: 1,
    observe: async (place) => {
      const { client, stream: StreamName } = place;
      await split(place);
      await untilActive(place);
      const merge = { StreamName, ShardToMerge: FIRST, AdjacentShardToMerge: SECOND };
      return [
        await typeOf(split(place)),
        await typeOf(client.send(new sdk.MergeShardsCommand(merge))),
      ];
    },
    gives: ["InvalidArgumentException", "InvalidArgumentException"],
  },
  {
    name: "shards of an on-demand stream are not its owner's business",
    observe: async (place) => {
      const { client, stream: StreamName } = place;
      await client.send(new sdk.CreateStreamCommand({ StreamName }));
      await untilActive(place);
      const merge = { StreamName, ShardToMerge: FIRST, AdjacentShardToMerge: SECOND };
      const count = { StreamName, TargetShardCount: 5, ScalingType: "UNIFORM_SCALING" } as const;
      return [
        await typeOf(split(place)),
        await typeOf(client.send(new sdk.MergeShardsCommand(merge))),
        await typeOf(client.send(new sdk.UpdateShardCountCommand(count))),
      ];
    },
    gives: ["ValidationException", "ValidationException", "ValidationException"],
  },
  {
    name: "a number of another shard",
    shards: 2,
    observe: async ({ client, stream: StreamName }) => {
      const entry = { StreamName, Data: bytesOf("x"), PartitionKey: "k", ExplicitHashKey: "0" };
      const { SequenceNumber } = await client.send(new sdk.PutRecordCommand(entry));
      const asked = new sdk.GetShardIteratorCommand({
        StreamName,
        ShardId: SECOND,
        ShardIteratorType: "AT_SEQUENCE_NUMBER",
        StartingSequenceNumber: SequenceNumber,
      });
      return await refusal(client.send(asked));
    },
    gives: `InvalidArgumentException: Invalid StartingSequenceNumber. It encodes ${FIRST}, while it was used in a call to a shard with ${SECOND}`,
  },
  {
    name: "SequenceNumberForOrdering: the next number is greater",
    shards: 1,
    observe: async ({ client, stream: StreamName }) => {
      const entry = { StreamName, Data: bytesOf("x"), PartitionKey: "k" };
      const first = await client.send(new sdk.PutRecordCommand(entry));
      const after = { ...entry, SequenceNumberForOrdering: first.SequenceNumber };
      const second = await client.send(new sdk.PutRecordCommand(after));
      return BigInt(second.SequenceNumber ?? 0) > BigInt(first.SequenceNumber ?? 0);
    },
    gives: true,
  },
  {
    name: "a shard's numbers begin below its records' and end above them",
    shards: 1,
    observe: async (place) => {
      const { client, stream: StreamName } = place;
      const entry = { StreamName, Data: bytesOf("x"), PartitionKey: "k" };
      const { SequenceNumber = "0" } = await client.send(new sdk.PutRecordCommand(entry));
      await split(place);
      await untilActive(place);
      const { Shards = [] } = await client.send(new sdk.ListShardsCommand({ StreamName }));
      const range = Shards[0]?.SequenceNumberRange;
      const number = BigInt(SequenceNumber);
      return [
        BigInt(range?.StartingSequenceNumber ?? 0) < number,
        number < BigInt(range?.EndingSequenceNumber ?? 0),
        SequenceNumber.length,
      ];
    },
    gives: [true, true, 56],
  },
  {
    name: "an iterator of a stream that is gone",
    shards: 1,
    observe: async ({ client, stream: StreamName }) => {
      const asked = { StreamName, ShardId: FIRST, ShardIteratorType: "LATEST" } as const;
      const { ShardIterator } = await client.send(new sdk.GetShardIteratorCommand(asked));
      await client.send(new sdk.DeleteStreamCommand({ StreamName }));
      await sdk.waitUntilStreamNotExists(
        { client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 },
        { StreamName },
      );
      return await typeOf(client.send(new sdk.GetRecordsCommand({ ShardIterator })));
    },
    gives: "ResourceNotFoundException",
  },
  {
    name: "warm throughput is for on-demand streams",
    shards: 1,
    observe: async ({ client, stream: StreamName }) => {
      const warm = { StreamName, WarmThroughputMiBps: 8 };
      return await typeOf(client.send(new sdk.UpdateStreamWarmThroughputCommand(warm)));
    },
    gives: "ValidationException",
  },
];

/** Of Millrace alone: twins take their time to make a consumer, and what they answer meanwhile hangs on the moment. */
export const CONSUMERS: readonly Behaviour[] = [
  {
    name: "a consumer's name is taken once, and a stream has twenty",
    shards: 1,
    observe: async ({ client, arn: StreamARN }) => {
      const register = (n: number): Promise<unknown> =>
        client.send(new sdk.RegisterStreamConsumerCommand({ StreamARN, ConsumerName: `c${n}` }));
      const said: string[] = [];
      for (let n = 0; n <= CONSUMERS_MAX; n += 1) {
        said.push(await typeOf(register(n)));
      }
      return [
        await typeOf(register(0)),
        said.filter((each) => each === "accepted").length,
        said.at(-1),
      ];
    },
    gives: ["ResourceInUseException", CONSUMERS_MAX, "LimitExceededException"],
  },
  {
    name: "a stream with consumers is deleted when that is said",
    shards: 1,
    observe: async ({ client, arn: StreamARN, stream: StreamName }) => {
      const consumer = { StreamARN, ConsumerName: "app" };
      await client.send(new sdk.RegisterStreamConsumerCommand(consumer));
      const remove = (EnforceConsumerDeletion: boolean): Promise<string> =>
        typeOf(client.send(new sdk.DeleteStreamCommand({ StreamName, EnforceConsumerDeletion })));
      return [await remove(false), await remove(true)];
    },
    gives: ["ResourceInUseException", "accepted"],
  },
];
