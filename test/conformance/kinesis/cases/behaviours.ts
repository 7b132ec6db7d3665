/** What works, as cases that any twin of Kinesis can be asked: each gives what was observed, as plain values. */

import * as sdk from "@aws-sdk/client-kinesis";
import { bytesOf, textOf } from "../client.ts";
import { read, shardsOf, untilActive, type Place } from "./place.ts";

export interface Behaviour {
  readonly name: string;
  /** Shards of the stream that it begins with; none: it makes its own. */
  readonly shards?: number;
  readonly observe: (place: Place) => Promise<unknown>;
  /** What Kinesis gives. */
  readonly gives: unknown;
}

const FIRST = "shardId-000000000000";
const SECOND = "shardId-000000000001";
const HALF = (2n ** 127n).toString();

async function putTexts({ client, stream }: Place, texts: readonly string[]): Promise<string[]> {
  const numbers: string[] = [];
  for (const text of texts) {
    const entry = { StreamName: stream, Data: bytesOf(text), PartitionKey: text };
    const { SequenceNumber = "" } = await client.send(new sdk.PutRecordCommand(entry));
    numbers.push(SequenceNumber);
  }
  return numbers;
}

async function iteratorAt(
  { client, stream: StreamName }: Place,
  ShardIteratorType: sdk.ShardIteratorType,
  more: object = {},
): Promise<string> {
  const asked = { StreamName, ShardId: FIRST, ShardIteratorType, ...more };
  return (await client.send(new sdk.GetShardIteratorCommand(asked))).ShardIterator ?? "";
}

async function summary({ client, stream }: Place): Promise<sdk.StreamDescriptionSummary> {
  const asked = new sdk.DescribeStreamSummaryCommand({ StreamName: stream });
  const { StreamDescriptionSummary } = await client.send(asked);
  return StreamDescriptionSummary as sdk.StreamDescriptionSummary; // A required member.
}

const WRITING: readonly Behaviour[] = [
  {
    name: "bytes and keys come back in order, without EncryptionType",
    shards: 1,
    observe: async (place) => {
      const { client, stream: StreamName } = place;
      const Records = [3, 1, 2].map((n) => ({
        Data: Buffer.from([0, n, 255, 10, 13]),
        PartitionKey: `é-${n}`,
      }));
      const put = await client.send(new sdk.PutRecordsCommand({ StreamName, Records }));
      const { records } = await read(place, await iteratorAt(place, "TRIM_HORIZON"));
      const seen = records.map(({ Data, PartitionKey, EncryptionType }) => [
        Buffer.from(Data ?? []).toString("hex"),
        PartitionKey,
        EncryptionType,
      ]);
      return [put.FailedRecordCount, put.EncryptionType, ...seen];
    },
    gives: [
      0,
      undefined,
      ["0003ff0a0d", "é-3", undefined],
      ["0001ff0a0d", "é-1", undefined],
      ["0002ff0a0d", "é-2", undefined],
    ],
  },
  {
    name: "an explicit hash key decides, whatever the key",
    shards: 2,
    observe: async ({ client, stream: StreamName }) => {
      const put = async (ExplicitHashKey: string): Promise<string | undefined> => {
        const entry = { StreamName, Data: bytesOf("x"), PartitionKey: "k", ExplicitHashKey };
        return (await client.send(new sdk.PutRecordCommand(entry))).ShardId;
      };
      return [await put("0"), await put((BigInt(HALF) - 1n).toString()), await put(HALF)];
    },
    gives: [FIRST, FIRST, SECOND],
  },
  {
    name: "a call of six million bytes is taken",
    shards: 1,
    observe: async ({ client, stream: StreamName }) => {
      const entry = { Data: Buffer.alloc(1_000_000), PartitionKey: "k" };
      const Records = Array.from({ length: 6 }, () => entry);
      return (await client.send(new sdk.PutRecordsCommand({ StreamName, Records })))
        .FailedRecordCount;
    },
    gives: 0,
  },
  {
    name: "a stream may be told to take records of 10 MiB",
    shards: 1,
    observe: async (place) => {
      const { client, stream: StreamName } = place;
      const more = { StreamARN: place.arn, MaxRecordSizeInKiB: 10_240 };
      await client.send(new sdk.UpdateMaxRecordSizeCommand(more));
      await untilActive(place);
      const large = { StreamName, Data: Buffer.alloc(5_000_000), PartitionKey: "k" };
      const { ShardId } = await client.send(new sdk.PutRecordCommand(large));
      return [ShardId, (await summary(place)).MaxRecordSizeInKiB];
    },
    gives: [FIRST, 10_240],
  },
];

const READING: readonly Behaviour[] = [
  {
    name: "iterators of every type begin where they say",
    shards: 1,
    observe: async (place) => {
      const before = new Date(Date.now() - 1000);
      const early = await iteratorAt(place, "LATEST");
      const [, StartingSequenceNumber] = await putTexts(place, ["a", "b", "c"]);
      const second = { StartingSequenceNumber };
      const iterators = [
        early,
        await iteratorAt(place, "TRIM_HORIZON"),
        await iteratorAt(place, "AT_SEQUENCE_NUMBER", second),
        await iteratorAt(place, "AFTER_SEQUENCE_NUMBER", second),
        await iteratorAt(place, "AT_TIMESTAMP", { Timestamp: before }),
        await iteratorAt(place, "LATEST"),
      ];
      const all = await Promise.all(iterators.map((iterator) => read(place, iterator)));
      return all.map(({ records }) => records.map(textOf).join(""));
    },
    gives: ["abc", "abc", "bc", "c", "abc", ""],
  },
  {
    name: "an iterator may stand in double quotes",
    shards: 1,
    observe: async (place) => {
      await putTexts(place, ["a"]);
      const { records } = await read(place, `"${await iteratorAt(place, "TRIM_HORIZON")}"`);
      return records.map(textOf);
    },
    gives: ["a"],
  },
  {
    name: "each call gives another iterator, even when nothing came",
    shards: 1,
    observe: async (place) => {
      const first = await iteratorAt(place, "LATEST");
      const { next = "" } = await read(place, first);
      const { next: again } = await read(place, next);
      return new Set([first, next, again]).size;
    },
    gives: 3,
  },
  {
    name: "Limit holds, and the rest comes by the next iterator",
    shards: 1,
    observe: async (place) => {
      await putTexts(place, ["a", "b", "c"]);
      const first = await read(place, await iteratorAt(place, "TRIM_HORIZON"), 2);
      const rest = await read(place, first.next ?? "");
      return [first.records.map(textOf), rest.records.map(textOf)];
    },
    gives: [["a", "b"], ["c"]],
  },
  {
    name: "a closed shard ends with its children and no iterator",
    shards: 1,
    observe: async (place) => {
      const split = { StreamName: place.stream, ShardToSplit: FIRST, NewStartingHashKey: HALF };
      await putTexts(place, ["a"]);
      await place.client.send(new sdk.SplitShardCommand(split));
      await untilActive(place);
      let got = await read(place, await iteratorAt(place, "TRIM_HORIZON"));
      const seen = got.records.map(textOf);
      if (got.next !== undefined) {
        got = await read(place, got.next);
      }
      const children = got.children?.map((each) => [each.ShardId, each.ParentShards]);
      return [seen, got.next, children];
    },
    gives: [
      ["a"],
      undefined,
      [
        [SECOND, [FIRST]],
        ["shardId-000000000002", [FIRST]],
      ],
    ],
  },
];

const SHARDS: readonly Behaviour[] = [
  {
    name: "three shards share the hash keys evenly",
    shards: 3,
    observe: async (place) =>
      (await shardsOf(place)).map(({ HashKeyRange }) => HashKeyRange?.EndingHashKey),
    gives: [
      "113427455640312821154458202477256070484",
      "226854911280625642308916404954512140969",
      "340282366920938463463374607431768211455",
    ],
  },
  {
    name: "a split closes the parent and names it in both children",
    shards: 1,
    observe: async (place) => {
      const split = { StreamName: place.stream, ShardToSplit: FIRST, NewStartingHashKey: "1000" };
      await place.client.send(new sdk.SplitShardCommand(split));
      await untilActive(place);
      return (await shardsOf(place)).map((shard) => [
        shard.ParentShardId,
        shard.HashKeyRange?.StartingHashKey,
        shard.SequenceNumberRange?.EndingSequenceNumber === undefined,
      ]);
    },
    gives: [
      [undefined, "0", false],
      [FIRST, "0", true],
      [FIRST, "1000", true],
    ],
  },
  {
    name: "a merge names both parents",
    shards: 2,
    observe: async (place) => {
      const merge = { ShardToMerge: FIRST, AdjacentShardToMerge: SECOND };
      await place.client.send(new sdk.MergeShardsCommand({ StreamName: place.stream, ...merge }));
      await untilActive(place);
      const child = (await shardsOf(place)).at(-1);
      return [child?.ShardId, child?.ParentShardId, child?.AdjacentParentShardId];
    },
    gives: ["shardId-000000000002", FIRST, SECOND],
  },
  {
    name: "UpdateShardCount doubles what is open, and every shard has at most two parents",
    shards: 2,
    observe: async (place) => {
      const { client, stream: StreamName } = place;
      const more = { StreamName, TargetShardCount: 4, ScalingType: "UNIFORM_SCALING" } as const;
      const said = await client.send(new sdk.UpdateShardCountCommand(more));
      await untilActive(place);
      const all = await shardsOf(place);
      const open = all.filter((row) => row.SequenceNumberRange?.EndingSequenceNumber === undefined);
      const orphans = open.filter(({ ParentShardId }) => ParentShardId === undefined);
      return [said.CurrentShardCount, said.TargetShardCount, open.length, orphans.length];
    },
    gives: [2, 4, 4, 0],
  },
  {
    name: "AT_LATEST lists the shards that are open",
    shards: 1,
    observe: async (place) => {
      const split = { StreamName: place.stream, ShardToSplit: FIRST, NewStartingHashKey: HALF };
      await place.client.send(new sdk.SplitShardCommand(split));
      await untilActive(place);
      const listed = await shardsOf(place, { ShardFilter: { Type: "AT_LATEST" } });
      return listed.map(({ ShardId }) => ShardId);
    },
    gives: [SECOND, "shardId-000000000002"],
  },
  {
    name: "pages of shards",
    shards: 3,
    observe: async ({ client, stream: StreamName }) => {
      const page = await client.send(new sdk.ListShardsCommand({ StreamName, MaxResults: 2 }));
      const rest = await client.send(new sdk.ListShardsCommand({ NextToken: page.NextToken }));
      return [page.Shards?.length, rest.Shards?.length, rest.NextToken];
    },
    gives: [2, 1, undefined],
  },
];

export const BEHAVIOURS: readonly Behaviour[] = [...WRITING, ...READING, ...SHARDS];
