/** What the Kinesis Producer Library packs into one record: events of a pipeline one by one, bytes of a bare stream as they are. */

import { createHash } from "node:crypto";
import * as sdk from "@aws-sdk/client-kinesis";
import { beforeAll, expect, test } from "vitest";
import { readShard, textOf } from "./client.ts";
import { serveTests } from "./serve-tests.ts";

const served = serveTests();
let client: sdk.KinesisClient;

beforeAll(() => {
  client = served.client();
});

/** A field with a length, below 16 KiB. */
function field(number: number, bytes: Buffer): Buffer {
  const head = [number * 8 + 2, (bytes.length % 128) + 128, Math.floor(bytes.length / 128)];
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** Magic number, protobuf, MD5: as the library writes it. */
function pack(records: readonly { readonly key: string; readonly text: string }[]): Buffer {
  const keys = [...new Set(records.map(({ key }) => key))];
  const message = Buffer.concat([
    ...keys.map((key) => field(1, Buffer.from(key))),
    ...records.map(({ key, text }) =>
      field(3, Buffer.concat([Buffer.from([8, keys.indexOf(key)]), field(3, Buffer.from(text))])),
    ),
  ]);
  const digest = createHash("md5").update(message).digest();
  return Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), message, digest]);
}

const RECORDS = [
  { key: "north", text: '{"text":"one"}' },
  { key: "south", text: '{"text":2}' },
  { key: "south", text: '{"text":"three"}' },
];

async function everything(StreamName: string): Promise<sdk._Record[]> {
  return (await readShard(client, StreamName, "shardId-000000000000")).records;
}

test("a pipeline's stream gets each event under its own key, and the bad one as a dead letter", async () => {
  const before = served.front.ingest.counts();
  const Records = [
    { Data: pack(RECORDS), PartitionKey: "a" },
    { Data: Buffer.from('{"text":"four"}'), PartitionKey: "plain" },
  ];
  const put = await client.send(new sdk.PutRecordsCommand({ StreamName: "notes", Records }));
  expect([put.FailedRecordCount, put.Records?.length]).toEqual([0, 2]);
  const read = await everything("notes");
  expect(read.map((record) => [record.PartitionKey, textOf(record)])).toEqual([
    ["north", '{"text":"one"}'],
    ["south", '{"text":"three"}'],
    ["plain", '{"text":"four"}'],
  ]);
  expect(put.Records?.map(({ SequenceNumber }) => SequenceNumber)).toEqual([
    read[0]?.SequenceNumber,
    read[2]?.SequenceNumber,
  ]);
  const after = served.front.ingest.counts();
  expect([after.accepted - before.accepted, after.rejected - before.rejected]).toEqual([3, 1]);
});

test("a package that was damaged is one record, which fails the check as a whole", async () => {
  const damaged = pack(RECORDS);
  damaged[10] = (damaged[10] ?? 0) ^ 1;
  const before = served.front.ingest.counts().rejected;
  await client.send(
    new sdk.PutRecordCommand({ StreamName: "notes", Data: damaged, PartitionKey: "a" }),
  );
  expect(served.front.ingest.counts().rejected).toBe(before + 1);
});

test("a bare stream keeps a package as it came: its consumers unpack it", async () => {
  await client.send(new sdk.CreateStreamCommand({ StreamName: "bare", ShardCount: 1 }));
  const Records = [{ Data: pack(RECORDS), PartitionKey: "a" }];
  await client.send(new sdk.PutRecordsCommand({ StreamName: "bare", Records }));
  const [record] = await everything("bare");
  expect(Buffer.from(record?.Data ?? []).equals(pack(RECORDS))).toBe(true);
});
