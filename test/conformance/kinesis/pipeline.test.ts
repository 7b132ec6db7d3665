/** A stream of the pipeline and a Kinesis stream are one thing: checked at the door, kept under the sender's key. */

import * as sdk from "@aws-sdk/client-kinesis";
import { beforeAll, expect, test } from "vitest";
import { DEAD_LETTERS } from "../../../src/base/record.ts";
import { bytesOf, readShard, refusal, textOf } from "./client.ts";
import { serveTests } from "./serve-tests.ts";

const served = serveTests();
let client: sdk.KinesisClient;

beforeAll(() => {
  client = served.client();
});

const sale = (id: string, price: unknown = 1): string =>
  JSON.stringify({ id, shop: `shop-${id}`, price });

async function everything(StreamName: string): Promise<sdk._Record[]> {
  const { Shards = [] } = await client.send(new sdk.ListShardsCommand({ StreamName }));
  const all = await Promise.all(
    Shards.map(({ ShardId = "" }) => readShard(client, StreamName, ShardId)),
  );
  return all.flatMap(({ records }) => records);
}

test("what boto3 would put is checked; a bad record becomes a dead letter and costs its neighbours nothing", async () => {
  const Records = [
    { Data: bytesOf(sale("a")), PartitionKey: "mine" },
    { Data: bytesOf(sale("b", "dear")), PartitionKey: "mine" },
    { Data: bytesOf("not json"), PartitionKey: "yours" },
    {
      Data: bytesOf(`${JSON.stringify(JSON.parse(sale("c")), undefined, 2)}\n`),
      PartitionKey: "yours",
    },
    { Data: Buffer.from([0xff, 0xfe]), PartitionKey: "yours" },
  ];
  const put = await client.send(new sdk.PutRecordsCommand({ StreamName: "sales", Records }));
  expect(put.FailedRecordCount).toBe(0);
  const numbers = (put.Records ?? []).map(({ SequenceNumber = "" }) => SequenceNumber);
  expect(new Set(numbers).size).toBe(5);
  const read = await everything("sales");
  expect(read.map((record) => [record.PartitionKey, textOf(record)])).toEqual(
    expect.arrayContaining([
      ["mine", sale("a")],
      ["yours", sale("c")],
    ]),
  );
  expect(read).toHaveLength(2);
  const counts = served.front.ingest.counts();
  expect([counts.accepted, counts.rejected]).toEqual([2, 3]);
  await using letters = await served.front.reader(DEAD_LETTERS);
  const [frame] = await letters.read(await letters.oldest(), 1_000_000);
  const first = JSON.parse(
    frame?.bytes.toString("utf8", frame.starts[0], frame.ends[0]) ?? "",
  ) as Record<string, unknown>;
  expect([first["stream"], first["cause"], first["raw_text"]]).toEqual([
    "sales",
    "FIELD_TYPE",
    sale("b", "dear"),
  ]);
  // A dead letter's number stands between those of the shard's records: reading after it goes on with the next one.
  const { ShardId, SequenceNumber } = put.Records?.[1] ?? {};
  await client.send(
    new sdk.PutRecordCommand({
      StreamName: "sales",
      Data: bytesOf(sale("d")),
      PartitionKey: "mine",
    }),
  );
  const after = await client.send(
    new sdk.GetShardIteratorCommand({
      StreamName: "sales",
      ShardId,
      ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
      StartingSequenceNumber: SequenceNumber,
    }),
  );
  const { Records: next = [] } = await client.send(
    new sdk.GetRecordsCommand({ ShardIterator: after.ShardIterator }),
  );
  expect(next.map(textOf)).toContain(sale("d"));
});

async function putSale(text: string): Promise<string | undefined> {
  const command = new sdk.PutRecordCommand({
    StreamName: "sales",
    Data: bytesOf(text),
    PartitionKey: "again",
  });
  return (await client.send(command)).SequenceNumber;
}

test("an event that is known is answered with its first number", async () => {
  const first = await putSale(sale("once"));
  expect(await putSale(sale("once"))).toBe(first);
  expect(await putSale(sale("once", 2))).not.toBe(first);
});

test("events that were posted are read with the key that the definition gives them", async () => {
  const posted = await fetch(`${served.url}/v1/streams/sales/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: sale("posted"),
  });
  expect(posted.status).toBe(202);
  const found = (await everything("sales")).find((record) => textOf(record) === sale("posted"));
  expect(found?.PartitionKey).toBe("shop-posted");
  const note = await fetch(`${served.url}/v1/streams/notes/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"text":"hello"}',
  });
  expect(note.status).toBe(202);
  expect((await everything("notes"))[0]?.PartitionKey).toBe("notes.0.1");
});

test("its shards split on the running log; posted events then follow their keys over both", async () => {
  const half = (2n ** 127n).toString();
  await client.send(
    new sdk.SplitShardCommand({
      StreamName: "notes",
      ShardToSplit: "shardId-000000000000",
      NewStartingHashKey: half,
    }),
  );
  const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`);
  const Records = keys.map((PartitionKey) => ({
    Data: bytesOf(`{"text":"${PartitionKey}"}`),
    PartitionKey,
  }));
  const put = await client.send(new sdk.PutRecordsCommand({ StreamName: "notes", Records }));
  expect(new Set(put.Records?.map(({ ShardId }) => ShardId))).toEqual(
    new Set(["shardId-000000000001", "shardId-000000000002"]),
  );
  const explicit = await client.send(
    new sdk.PutRecordCommand({
      StreamName: "notes",
      Data: bytesOf('{"text":"x"}'),
      PartitionKey: "k",
      ExplicitHashKey: "0",
    }),
  );
  expect(explicit.ShardId).toBe("shardId-000000000001");
});

test("what the pipeline defines is not removed over the wire, and its letters are not a stream to write to", async () => {
  expect(await refusal(client.send(new sdk.DeleteStreamCommand({ StreamName: "sales" })))).toBe(
    "ResourceInUseException: Stream sales is defined by the pipeline; remove it from pipeline.ts.",
  );
  const create = client.send(new sdk.CreateStreamCommand({ StreamName: "sales", ShardCount: 1 }));
  expect(await refusal(create)).toMatch(
    /^ResourceInUseException: Stream sales under account 000000000000 already exists/,
  );
  const put = client.send(
    new sdk.PutRecordCommand({ StreamName: DEAD_LETTERS, Data: bytesOf("{}"), PartitionKey: "k" }),
  );
  expect(await refusal(put)).toMatch(/^ResourceNotFoundException/);
});
