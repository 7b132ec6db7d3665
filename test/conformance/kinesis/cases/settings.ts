/** What a stream is told and shows again, as cases that any twin of Kinesis can be asked. */

import { setTimeout as pause } from "node:timers/promises";
import * as sdk from "@aws-sdk/client-kinesis";
import type { Behaviour } from "./behaviours.ts";
import { LOOK_MS, LOOKS_MAX, untilActive } from "./place.ts";

export const SETTINGS: readonly Behaviour[] = [
  {
    name: "a stream without a count is on demand, with four shards",
    observe: async (place) => {
      const { client, stream: StreamName } = place;
      await client.send(new sdk.CreateStreamCommand({ StreamName }));
      await untilActive(place);
      const asked = new sdk.DescribeStreamSummaryCommand({ StreamName });
      const { StreamDescriptionSummary: found } = await client.send(asked);
      return [found?.OpenShardCount, found?.StreamModeDetails?.StreamMode];
    },
    gives: [4, "ON_DEMAND"],
  },
  {
    name: "DescribeStream says NONE of encryption, then what was started",
    shards: 1,
    observe: async (place) => {
      const { client, stream: StreamName } = place;
      const describe = async (): Promise<unknown[]> => {
        const { StreamDescription } = await client.send(
          new sdk.DescribeStreamCommand({ StreamName }),
        );
        return [StreamDescription?.EncryptionType, StreamDescription?.KeyId];
      };
      const key = { StreamName, EncryptionType: "KMS", KeyId: "alias/k" } as const;
      const before = await describe();
      await client.send(new sdk.StartStreamEncryptionCommand(key));
      await untilActive(place);
      const during = await describe();
      await client.send(new sdk.StopStreamEncryptionCommand(key));
      await untilActive(place);
      return [before, during, await describe()];
    },
    gives: [
      ["NONE", undefined],
      ["KMS", "alias/k"],
      ["NONE", undefined],
    ],
  },
  {
    name: "tags are listed by their key, and go again",
    shards: 1,
    observe: async ({ client, stream: StreamName }) => {
      const Tags = { b: "2", a: "1", c: "3" };
      await client.send(new sdk.AddTagsToStreamCommand({ StreamName, Tags }));
      await client.send(new sdk.RemoveTagsFromStreamCommand({ StreamName, TagKeys: ["c"] }));
      return (await client.send(new sdk.ListTagsForStreamCommand({ StreamName }))).Tags;
    },
    gives: [
      { Key: "a", Value: "1" },
      { Key: "b", Value: "2" },
    ],
  },
  {
    name: "tags by ARN",
    shards: 1,
    observe: async ({ client, arn: ResourceARN }) => {
      await client.send(new sdk.TagResourceCommand({ ResourceARN, Tags: { a: "1", b: "2" } }));
      await client.send(new sdk.UntagResourceCommand({ ResourceARN, TagKeys: ["a"] }));
      return (await client.send(new sdk.ListTagsForResourceCommand({ ResourceARN }))).Tags;
    },
    gives: [{ Key: "b", Value: "2" }],
  },
  {
    name: "retention goes up and down",
    shards: 1,
    observe: async (place) => {
      const { client, stream: StreamName } = place;
      const longer = { StreamName, RetentionPeriodHours: 72 };
      await client.send(new sdk.IncreaseStreamRetentionPeriodCommand(longer));
      await untilActive(place);
      const shorter = { StreamName, RetentionPeriodHours: 48 };
      await client.send(new sdk.DecreaseStreamRetentionPeriodCommand(shorter));
      await untilActive(place);
      const asked = new sdk.DescribeStreamCommand({ StreamName });
      return (await client.send(asked)).StreamDescription?.RetentionPeriodHours;
    },
    gives: 48,
  },
  {
    name: "monitoring: what was on before, and what is on now",
    shards: 1,
    observe: async ({ client, stream: StreamName }) => {
      const one = { StreamName, ShardLevelMetrics: ["IncomingBytes"] } as const;
      const on = await client.send(
        new sdk.EnableEnhancedMonitoringCommand({ ...one, ShardLevelMetrics: ["IncomingBytes"] }),
      );
      const off = await client.send(
        new sdk.DisableEnhancedMonitoringCommand({ ...one, ShardLevelMetrics: ["ALL"] }),
      );
      return [on, off].map((said) => [
        said.CurrentShardLevelMetrics,
        said.DesiredShardLevelMetrics,
      ]);
    },
    gives: [
      [[], ["IncomingBytes"]],
      [["IncomingBytes"], []],
    ],
  },
  {
    name: "a consumer is registered, described, listed and gone",
    shards: 1,
    observe: async ({ client, arn: StreamARN }) => {
      const consumer = { StreamARN, ConsumerName: "app" };
      const { Consumer } = await client.send(new sdk.RegisterStreamConsumerCommand(consumer));
      const describe = new sdk.DescribeStreamConsumerCommand(consumer);
      let described = await client.send(describe);
      for (let look = 0; look < LOOKS_MAX; look += 1) {
        if (described.ConsumerDescription?.ConsumerStatus === "ACTIVE") {
          break;
        }
        await pause(LOOK_MS);
        described = await client.send(describe);
      }
      const list = async (): Promise<unknown> =>
        (await client.send(new sdk.ListStreamConsumersCommand({ StreamARN }))).Consumers?.length;
      const listed = await list();
      await client.send(new sdk.DeregisterStreamConsumerCommand(consumer));
      return [
        Consumer?.ConsumerARN?.startsWith(`${StreamARN}/consumer/app:`),
        described.ConsumerDescription?.StreamARN === StreamARN,
        listed,
      ];
    },
    gives: [true, true, 1],
  },
  {
    name: "a stream without a policy has an empty one, then the one that was put",
    shards: 1,
    observe: async ({ client, arn: ResourceARN }) => {
      const get = async (): Promise<unknown> =>
        (await client.send(new sdk.GetResourcePolicyCommand({ ResourceARN }))).Policy;
      const before = await get();
      const Policy = '{"Version":"2012-10-17","Statement":[]}';
      await client.send(new sdk.PutResourcePolicyCommand({ ResourceARN, Policy }));
      const after = await get();
      await client.send(new sdk.DeleteResourcePolicyCommand({ ResourceARN }));
      return [before, after, await get()];
    },
    gives: ["{}", '{"Version":"2012-10-17","Statement":[]}', "{}"],
  },
  {
    name: "modes switch",
    shards: 1,
    observe: async (place) => {
      const { client, arn: StreamARN, stream: StreamName } = place;
      const StreamModeDetails = { StreamMode: "ON_DEMAND" } as const;
      await client.send(new sdk.UpdateStreamModeCommand({ StreamARN, StreamModeDetails }));
      await untilActive(place);
      const asked = new sdk.DescribeStreamSummaryCommand({ StreamName });
      const { StreamDescriptionSummary: found } = await client.send(asked);
      return found?.StreamModeDetails?.StreamMode;
    },
    gives: "ON_DEMAND",
  },
  {
    name: "a removed stream is gone",
    shards: 1,
    observe: async ({ client, stream: StreamName }) => {
      const { StreamNames = [] } = await client.send(new sdk.ListStreamsCommand({}));
      await client.send(new sdk.DeleteStreamCommand({ StreamName }));
      await sdk.waitUntilStreamNotExists(
        { client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 },
        { StreamName },
      );
      const { StreamNames: after = [] } = await client.send(new sdk.ListStreamsCommand({}));
      return [StreamNames.includes(StreamName), after.includes(StreamName)];
    },
    gives: [true, false],
  },
  {
    name: "an account's settings: its limits, and no commitment until one is made",
    shards: 1,
    observe: async ({ client }) => {
      const limits = await client.send(new sdk.DescribeLimitsCommand({}));
      const status = async (): Promise<unknown> =>
        (await client.send(new sdk.DescribeAccountSettingsCommand({})))
          .MinimumThroughputBillingCommitment?.Status;
      const before = await status();
      const set = { MinimumThroughputBillingCommitment: { Status: "DISABLED" } } as const;
      const said = await client.send(new sdk.UpdateAccountSettingsCommand(set));
      return [
        (limits.OpenShardCount ?? 0) > 0,
        (limits.ShardLimit ?? 0) > 0,
        (limits.OnDemandStreamCountLimit ?? 0) > 0,
        before,
        said.MinimumThroughputBillingCommitment?.Status,
      ];
    },
    gives: [true, true, true, "DISABLED", "DISABLED"],
  },
  {
    name: "an on-demand stream is told to be warm, and to spread its records by itself",
    observe: async (place) => {
      const { client, arn: StreamARN, stream: StreamName } = place;
      await client.send(new sdk.CreateStreamCommand({ StreamName }));
      await untilActive(place);
      const warm = { StreamName, WarmThroughputMiBps: 8 };
      const said = await client.send(new sdk.UpdateStreamWarmThroughputCommand(warm));
      await untilActive(place);
      const spread = { StreamARN, RecordDistributionStrategy: "AUTO" } as const;
      await client.send(new sdk.UpdateStreamRecordDistributionStrategyCommand(spread));
      await untilActive(place);
      const Data = Buffer.from("without a key");
      const { ShardId } = await client.send(
        new sdk.PutRecordCommand({ StreamName, Data, PartitionKey: undefined }),
      );
      return [said.WarmThroughput?.TargetMiBps, ShardId?.startsWith("shardId-")];
    },
    gives: [8, true],
  },
];
