/** The AWS SDK for JavaScript drives every operation, over HTTP/2 as it comes and over HTTP/1.1. */

import * as sdk from "@aws-sdk/client-kinesis";
import { beforeAll, expect, test, describe } from "vitest";
import { bytesOf, readShard, textOf } from "./client.ts";
import { serveTests } from "./serve-tests.ts";

const served = serveTests();

describe.each([2, 1] as const)("over HTTP/%i", (http) => {
  const name = `orders-${http}`;
  let client: sdk.KinesisClient;

  beforeAll(async () => {
    client = served.client(http);
    await client.send(new sdk.CreateStreamCommand({ StreamName: name, ShardCount: 2 }));
    await sdk.waitUntilStreamExists({ client, maxWaitTime: 20, minDelay: 1 }, { StreamName: name });
  });

  test("records come back as they were put, with their keys and numbers, in order", async () => {
    const entries = Array.from({ length: 50 }, (_, i) => ({
      Data: Buffer.from([0, i, 255, 10, 13, i]),
      PartitionKey: `key-${i % 7}-é`,
    }));
    const put = await client.send(
      new sdk.PutRecordsCommand({ StreamName: name, Records: entries }),
    );
    expect(put.FailedRecordCount).toBe(0);
    expect(put.EncryptionType).toBeUndefined();
    const one = await client.send(
      new sdk.PutRecordCommand({ StreamName: name, Data: bytesOf(""), PartitionKey: "key-1-é" }),
    );
    const read = [
      ...(await readShard(client, name, "shardId-000000000000")).records,
      ...(await readShard(client, name, "shardId-000000000001")).records,
    ];
    expect(read).toHaveLength(51);
    for (const [i, entry] of entries.entries()) {
      const { SequenceNumber, ShardId } = put.Records?.[i] ?? {};
      const found = read.find((record) => record.SequenceNumber === SequenceNumber);
      expect(found?.PartitionKey).toBe(entry.PartitionKey);
      expect(Buffer.from(found?.Data ?? []).equals(entry.Data)).toBe(true);
      expect(found).not.toHaveProperty("EncryptionType");
      expect(ShardId).toMatch(/^shardId-00000000000[01]$/);
    }
    const numbers = (await readShard(client, name, one.ShardId ?? "")).records.map((r) =>
      BigInt(r.SequenceNumber ?? 0),
    );
    expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(numbers.at(-1)).toBe(BigInt(one.SequenceNumber ?? 0));
  });

  test("iterators of every type begin where they say", async () => {
    const stream = `iterators-${http}`;
    await client.send(new sdk.CreateStreamCommand({ StreamName: stream, ShardCount: 1 }));
    const ShardId = "shardId-000000000000";
    const puts: sdk.PutRecordCommandOutput[] = [];
    const at = async (type: sdk.ShardIteratorType, more: object = {}): Promise<string> => {
      const command = new sdk.GetShardIteratorCommand({
        StreamName: stream,
        ShardId,
        ShardIteratorType: type,
        ...more,
      });
      return (await client.send(command)).ShardIterator ?? "";
    };
    const read = async (iterator: string, Limit = 10): Promise<string[]> => {
      const { Records = [] } = await client.send(
        new sdk.GetRecordsCommand({ ShardIterator: iterator, Limit }),
      );
      return Records.map(textOf);
    };
    const before = new Date();
    const early = await at("LATEST");
    for (const text of ["a", "b", "c"]) {
      puts.push(
        await client.send(
          new sdk.PutRecordCommand({ StreamName: stream, Data: bytesOf(text), PartitionKey: text }),
        ),
      );
    }
    const second = { StartingSequenceNumber: puts[1]?.SequenceNumber };
    expect(await read(early)).toEqual(["a", "b", "c"]);
    expect(await read(await at("TRIM_HORIZON"))).toEqual(["a", "b", "c"]);
    expect(await read(`"${await at("TRIM_HORIZON")}"`, 2)).toEqual(["a", "b"]);
    expect(await read(await at("AT_SEQUENCE_NUMBER", second))).toEqual(["b", "c"]);
    expect(await read(await at("AFTER_SEQUENCE_NUMBER", second))).toEqual(["c"]);
    expect(await read(await at("LATEST"))).toEqual([]);
    expect(await read(await at("AT_TIMESTAMP", { Timestamp: before }))).toEqual(["a", "b", "c"]);
    const limited = await client.send(
      new sdk.GetRecordsCommand({ ShardIterator: await at("TRIM_HORIZON"), Limit: 1 }),
    );
    expect(limited.Records?.map(textOf)).toEqual(["a"]);
    expect(limited.MillisBehindLatest).toBeGreaterThanOrEqual(0);
    expect(await read(limited.NextShardIterator ?? "")).toEqual(["b", "c"]);
    const empty = await client.send(
      new sdk.GetRecordsCommand({ ShardIterator: await at("LATEST") }),
    );
    const again = await client.send(
      new sdk.GetRecordsCommand({ ShardIterator: empty.NextShardIterator }),
    );
    expect(again.NextShardIterator).not.toBe(empty.NextShardIterator);
  });
});
