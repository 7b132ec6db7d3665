/** Enhanced fan-out: consumers by name, and a shard's records pushed as they come. */
// AWS's SDK for Java 2.41 and the client library over it speak CBOR in all else, but subscribe by JSON.

import * as sdk from "@aws-sdk/client-kinesis";
import { beforeAll, describe, expect, test } from "vitest";
import { bytesOf, refusal, textOf } from "./client.ts";
import { serveTests } from "./serve-tests.ts";
import { TRANSPORTS } from "./serve.ts";

const arn = (name: string): string => `arn:aws:kinesis:eu-central-1:000000000000:stream/${name}`;

describe.each(TRANSPORTS)("$name", ({ how }) => {
  const served = serveTests();
  let client: sdk.KinesisClient;

  beforeAll(() => {
    client = served.client(how);
  });

  test("a subscription pushes what is there and what comes, and tells where to go on", async () => {
    const StreamName = "pushed";
    await client.send(new sdk.CreateStreamCommand({ StreamName, ShardCount: 1 }));
    const registered = await client.send(
      new sdk.RegisterStreamConsumerCommand({ StreamARN: arn(StreamName), ConsumerName: "app" }),
    );
    const ConsumerARN = registered.Consumer?.ConsumerARN ?? "";
    expect(registered.Consumer?.ConsumerStatus).toBe("ACTIVE");
    const put = (text: string): Promise<unknown> =>
      client.send(new sdk.PutRecordCommand({ StreamName, Data: bytesOf(text), PartitionKey: "k" }));
    await put("before");
    const subscribe = (
      StartingPosition: sdk.StartingPosition,
    ): Promise<sdk.SubscribeToShardCommandOutput> =>
      client.send(
        new sdk.SubscribeToShardCommand({
          ConsumerARN,
          ShardId: "shardId-000000000000",
          StartingPosition,
        }),
      );
    const { EventStream } = await subscribe({ Type: "TRIM_HORIZON" });
    expect(await refusal(subscribe({ Type: "LATEST" }))).toMatch(/^ResourceInUseException/);
    const texts: string[] = [];
    let continuation: string | undefined;
    for await (const event of EventStream ?? []) {
      const { Records = [], ContinuationSequenceNumber } = event.SubscribeToShardEvent ?? {};
      texts.push(...Records.map(textOf));
      continuation = ContinuationSequenceNumber;
      if (texts.length === 1 && Records.length === 1) {
        await put("after");
      }
      if (texts.length === 2) {
        break;
      }
    }
    expect(texts).toEqual(["before", "after"]);
    await put("later");
    // Within five seconds the same consumer is refused, as by AWS; another one goes on from there.
    const second = await client.send(
      new sdk.RegisterStreamConsumerCommand({ StreamARN: arn(StreamName), ConsumerName: "next" }),
    );
    const again = await client.send(
      new sdk.SubscribeToShardCommand({
        ConsumerARN: second.Consumer?.ConsumerARN,
        ShardId: "shardId-000000000000",
        StartingPosition: { Type: "AFTER_SEQUENCE_NUMBER", SequenceNumber: continuation },
      }),
    );
    for await (const event of again.EventStream ?? []) {
      expect(event.SubscribeToShardEvent?.Records?.map(textOf)).toEqual(["later"]);
      break;
    }
    await client.send(
      new sdk.SplitShardCommand({
        StreamName,
        ShardToSplit: "shardId-000000000000",
        NewStartingHashKey: "1000",
      }),
    );
    await client.send(
      new sdk.RegisterStreamConsumerCommand({ StreamARN: arn(StreamName), ConsumerName: "other" }),
    );
    const { Consumers = [] } = await client.send(
      new sdk.ListStreamConsumersCommand({ StreamARN: arn(StreamName) }),
    );
    expect(Consumers.map(({ ConsumerName }) => ConsumerName)).toEqual(["app", "next", "other"]);
    const ended = await client.send(
      new sdk.SubscribeToShardCommand({
        ConsumerARN: Consumers[2]?.ConsumerARN,
        ShardId: "shardId-000000000000",
        StartingPosition: { Type: "LATEST" },
      }),
    );
    const children: (string | undefined)[] = [];
    for await (const event of ended.EventStream ?? []) {
      const { ChildShards = [], ContinuationSequenceNumber } = event.SubscribeToShardEvent ?? {};
      children.push(...ChildShards.map(({ ShardId }) => ShardId));
      // AWS's client library follows the children only where there is nothing to go on from.
      expect(ContinuationSequenceNumber === undefined).toBe(ChildShards.length > 0);
    }
    expect(children).toEqual(["shardId-000000000001", "shardId-000000000002"]);
    const inUse = client.send(new sdk.DeleteStreamCommand({ StreamName }));
    expect(await refusal(inUse)).toMatch(/^ResourceInUseException/);
    await client.send(new sdk.DeregisterStreamConsumerCommand({ ConsumerARN }));
    const described = client.send(new sdk.DescribeStreamConsumerCommand({ ConsumerARN }));
    expect(await refusal(described)).toMatch(/^ResourceNotFoundException/);
    await client.send(new sdk.DeleteStreamCommand({ StreamName, EnforceConsumerDeletion: true }));
    expect(await refusal(client.send(new sdk.ListShardsCommand({ StreamName })))).toBe(
      "ResourceNotFoundException: Stream pushed under account 000000000000 not found.",
    );
  });
});
