/** Firehose by AWS's own SDK against a running pipeline: every operation, what it delivers, and what a kill leaves. */

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  DeleteDeliveryStreamCommand,
  ListDeliveryStreamsCommand,
  ListTagsForDeliveryStreamCommand,
  PutRecordCommand,
  StartDeliveryStreamEncryptionCommand,
  StopDeliveryStreamEncryptionCommand,
  TagDeliveryStreamCommand,
  UntagDeliveryStreamCommand,
  UpdateDestinationCommand,
} from "@aws-sdk/client-firehose";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Hoses, refusal, ROLE } from "./hoses.ts";

const WAIT = { timeout: 60_000, interval: 100 };

let hoses: Hoses;

beforeAll(async () => {
  hoses = new Hoses();
  await hoses.start();
});
afterAll(() => hoses[Symbol.asyncDispose]());

describe("a delivery stream that cannot deliver", () => {
  it("says so in the status until it can, and loses nothing", async () => {
    const { pipeline } = hoses;
    const blocked = join(pipeline.data, "lake", "blocked");
    const told = async (): Promise<object | undefined> =>
      (await pipeline.status()).wireStreams?.find(({ name }) => name === "stuck");
    writeFileSync(blocked, "a file where a folder should be");
    await hoses.create("stuck", { Prefix: "blocked/" });
    await hoses.put("stuck", "kept");
    const trouble = { message: expect.stringContaining("blocked") };
    await expect.poll(told, WAIT).toMatchObject({ service: "Firehose", trouble });
    const { out } = await pipeline.cliAlongside("status");
    expect(out).toMatch(/Firehose stream stuck/);
    const metrics = await (await fetch(`${pipeline.url}/metrics`)).text();
    expect(metrics).toContain('{stream="stuck",stage="firehose"} 1');
    rmSync(blocked);
    expect(await hoses.text("blocked/**/stuck-1-*", 4)).toBe("kept");
    await expect.poll(told, WAIT).toEqual({ service: "Firehose", name: "stuck", records: 1 });
  });
});

describe("a delivery stream by the SDK", () => {
  it("is made, told of, listed, put into, and delivers bytes as they came", async () => {
    await hoses.create("plain", { Prefix: "plain/" });
    const told = await hoses.tell("plain");
    expect(told).toMatchObject({
      DeliveryStreamName: "plain",
      DeliveryStreamARN: "arn:aws:firehose:us-east-1:000000000000:deliverystream/plain",
      DeliveryStreamType: "DirectPut",
      VersionId: "1",
      HasMoreDestinations: false,
      Destinations: [
        {
          DestinationId: "destinationId-000000000001",
          ExtendedS3DestinationDescription: {
            BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 0 },
            CompressionFormat: "UNCOMPRESSED",
            EncryptionConfiguration: { NoEncryptionConfig: "NoEncryption" },
            S3BackupMode: "Disabled",
          },
        },
      ],
    });
    expect(told["CreateTimestamp"]).toBeInstanceOf(Date);
    await expect
      .poll(async () => (await hoses.tell("plain"))["DeliveryStreamStatus"])
      .toBe("ACTIVE");
    const one = await hoses.client.send(
      new PutRecordCommand({
        DeliveryStreamName: "plain",
        Record: { Data: Buffer.from([0, 10, 255]) },
      }),
    );
    expect(one).toMatchObject({ Encrypted: false });
    expect(one.RecordId?.length).toBeGreaterThan(100);
    await hoses.put("plain", "abc", "", "def\n");
    const all = await hoses.text("plain/**/plain-1-*", 10);
    // Objects of the same second have no order of their own.
    expect(all).toContain("abcdef\n");
    const [object] = await hoses.objects("plain/**/plain-1-*");
    expect(object?.name).toMatch(
      /^plain\/\d{4}\/\d\d\/\d\d\/\d\d\/plain-1-\d{4}(-\d\d){5}-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
    );
  });

  it("lists by name and kind, a page at a time, the pipeline's own streams too", async () => {
    for (const name of ["list-a", "list-b", "list-c"]) {
      await hoses.create(name);
    }
    const page = await hoses.client.send(
      new ListDeliveryStreamsCommand({ Limit: 2, ExclusiveStartDeliveryStreamName: "list-" }),
    );
    expect(page).toMatchObject({
      DeliveryStreamNames: ["list-a", "list-b"],
      HasMoreDeliveryStreams: true,
    });
    const rest = await hoses.client.send(
      new ListDeliveryStreamsCommand({ Limit: 50, ExclusiveStartDeliveryStreamName: "list-b" }),
    );
    expect(rest.DeliveryStreamNames).toEqual(expect.arrayContaining(["list-c", "people"]));
    const reading = await hoses.client.send(
      new ListDeliveryStreamsCommand({ DeliveryStreamType: "KinesisStreamAsSource" }),
    );
    expect(reading.DeliveryStreamNames).not.toContain("list-a");
  });

  it("is tagged and encrypted as it is told", async () => {
    await hoses.create("tagged", {}, { Tags: [{ Key: "team", Value: "a" }] });
    const of = { DeliveryStreamName: "tagged" };
    await hoses.client.send(
      new TagDeliveryStreamCommand({ ...of, Tags: [{ Key: "team", Value: "b" }, { Key: "x" }] }),
    );
    expect((await hoses.client.send(new ListTagsForDeliveryStreamCommand(of))).Tags).toEqual([
      { Key: "team", Value: "b" },
      { Key: "x" },
    ]);
    const page = await hoses.client.send(new ListTagsForDeliveryStreamCommand({ ...of, Limit: 1 }));
    expect([page.Tags?.length, page.HasMoreTags]).toEqual([1, true]);
    await hoses.client.send(new UntagDeliveryStreamCommand({ ...of, TagKeys: ["x", "none"] }));
    expect((await hoses.client.send(new ListTagsForDeliveryStreamCommand(of))).Tags).toHaveLength(
      1,
    );
    const many = Array.from({ length: 50 }, (_none, n) => ({ Key: `k${n}`, Value: "" }));
    expect(
      await refusal(hoses.client.send(new TagDeliveryStreamCommand({ ...of, Tags: many }))),
    ).toContain("LimitExceededException");
    await expect
      .poll(async () => (await hoses.tell("tagged"))["DeliveryStreamStatus"])
      .toBe("ACTIVE");
    await hoses.client.send(new StartDeliveryStreamEncryptionCommand(of));
    expect(await hoses.tell("tagged")).toMatchObject({
      DeliveryStreamEncryptionConfiguration: { Status: "ENABLED", KeyType: "AWS_OWNED_CMK" },
    });
    await hoses.client.send(new StopDeliveryStreamEncryptionCommand(of));
    expect(await hoses.tell("tagged")).toMatchObject({
      DeliveryStreamEncryptionConfiguration: { Status: "DISABLED" },
    });
  });

  it("is changed by version, and delivers by the new destination", async () => {
    await hoses.create("changing", { Prefix: "before/" });
    await hoses.put("changing", "one");
    await hoses.text("before/**/changing-1-*", 3);
    const of = { DeliveryStreamName: "changing", DestinationId: "destinationId-000000000001" };
    const update = {
      Prefix: "after/!{timestamp:yyyy}/",
      ErrorOutputPrefix: "bad/!{firehose:error-output-type}/",
      CompressionFormat: "GZIP",
    } as const;
    const change = (version: string, id = of.DestinationId): Promise<unknown> =>
      hoses.client.send(
        new UpdateDestinationCommand({
          ...of,
          DestinationId: id,
          CurrentDeliveryStreamVersionId: version,
          ExtendedS3DestinationUpdate: update,
        }),
      );
    expect(await refusal(change("7"))).toContain("ConcurrentModificationException");
    expect(await refusal(change("1", "destinationId-000000000009"))).toContain(
      "InvalidArgumentException",
    );
    await change("1");
    expect(await hoses.tell("changing")).toMatchObject({
      VersionId: "2",
      LastUpdateTimestamp: expect.any(Date),
    });
    await hoses.put("changing", "two");
    const [object] = await hoses.objects("after/*/changing-2-*.gz");
    expect(gunzipSync(object?.bytes ?? Buffer.alloc(0)).toString()).toBe("two");
  });

  it("is deleted with what waits in it, and its name is free again", async () => {
    await hoses.create("gone", {
      Prefix: "gone/",
      BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 900 },
    });
    await hoses.put("gone", "never delivered");
    await hoses.client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: "gone" }));
    await expect.poll(() => refusal(hoses.tell("gone"))).toContain("ResourceNotFoundException");
    await hoses.create("gone", { Prefix: "gone/" });
    await hoses.put("gone", "second life");
    expect(await hoses.text("gone/**/gone-1-*", 11)).toBe("second life");
  });

  it("hands records to a Lambda function, unchanged from what a team already has", async () => {
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:json-to-csv";
    const Parameters = [
      { ParameterName: "LambdaArn", ParameterValue: arn },
      { ParameterName: "NumberOfRetries", ParameterValue: "0" },
      { ParameterName: "BufferIntervalInSeconds", ParameterValue: "0" },
    ] as const;
    const ProcessingConfiguration = {
      Enabled: true,
      Processors: [{ Type: "Lambda" as const, Parameters: [...Parameters] }],
    };
    await hoses.create("csv", { Prefix: "csv/", ProcessingConfiguration });
    await hoses.put("csv", '{"country":"Kenya","price":1.5}', '{"country":"Chad","price":2}');
    expect(await hoses.text("csv/**/csv-1-*", 17)).toBe("Kenya,1.5\nChad,2\n");
  });

  it("reads a stream of the pipeline from its newest record on", async () => {
    const stream = "arn:aws:kinesis:us-east-1:000000000000:stream/people";
    await hoses.post('{"Id":"before","Name":"B"}');
    await hoses.create(
      "reader",
      { Prefix: "read/" },
      {
        DeliveryStreamType: "KinesisStreamAsSource",
        KinesisStreamSourceConfiguration: { KinesisStreamARN: stream, RoleARN: ROLE },
      },
    );
    await hoses.post('{"Id":"after","Name":"A"}');
    expect(await hoses.text("read/**/reader-1-*", 25)).toBe('{"Id":"after","Name":"A"}');
    expect(await refusal(hoses.put("reader", "x"))).toContain("InvalidArgumentException");
    expect(await hoses.tell("reader")).toMatchObject({
      DeliveryStreamType: "KinesisStreamAsSource",
      Source: { KinesisStreamSourceDescription: { KinesisStreamARN: stream } },
    });
  });

  it("reads a stream made over the wire", async () => {
    const kinesis = new KinesisClient({
      endpoint: hoses.pipeline.url,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    });
    const StreamName = "bare";
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
    await expect
      .poll(async () => {
        const told = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
        return told.StreamDescriptionSummary?.StreamStatus;
      })
      .toBe("ACTIVE");
    const arn = "arn:aws:kinesis:us-east-1:000000000000:stream/bare";
    await hoses.create(
      "bare-reader",
      { Prefix: "bare/" },
      {
        DeliveryStreamType: "KinesisStreamAsSource",
        KinesisStreamSourceConfiguration: { KinesisStreamARN: arn, RoleARN: ROLE },
      },
    );
    const Records = Array.from({ length: 20 }, (_none, n) => ({
      Data: Buffer.from(`${n % 10}`),
      PartitionKey: `key-${n}`,
    }));
    const LambdaArn = "arn:aws:lambda:us-east-1:000000000000:function:where-from";
    const Parameters = [
      { ParameterName: "LambdaArn" as const, ParameterValue: LambdaArn },
      { ParameterName: "BufferIntervalInSeconds" as const, ParameterValue: "0" },
    ];
    const Processors = [{ Type: "Lambda" as const, Parameters }];
    await hoses.create(
      "where-from",
      { Prefix: "where/", ProcessingConfiguration: { Enabled: true, Processors } },
      {
        DeliveryStreamType: "KinesisStreamAsSource",
        KinesisStreamSourceConfiguration: { KinesisStreamARN: arn, RoleARN: ROLE },
      },
    );
    const put = await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
    const text = await hoses.text("bare/**/bare-reader-1-*", 20);
    expect(Array.from(text).toSorted().join("")).toBe("00112233445566778899");
    // A function is told the numbers that the producer was.
    const places = (put.Records ?? []).map(
      ({ ShardId, SequenceNumber }, n) => `${ShardId} ${SequenceNumber} key-${n}\n`,
    );
    const told = await hoses.text("where/**/where-from-1-*", places.join("").length);
    expect(told.split("\n").toSorted()).toEqual(places.join("").split("\n").toSorted());
    kinesis.destroy();
  });

  it("is a stream of the pipeline too: put records are checked, delivered, loaded and balanced", async () => {
    await hoses.put(
      "people",
      '{"Id":"f1","Name":"Ann","Age":3}\n',
      '{\n"Id":"f2",\n"Name":"Bob"}',
      '{"Id":""}',
      "broken",
      " ",
    );
    expect(hoses.pipeline.cli("drain", "--timeout", "30").code).toBe(0);
    expect(hoses.pipeline.ask("select count(*) from people where Id in ('f1', 'f2')")).toBe("2");
    expect(hoses.pipeline.ask("select count(*) from dead_letters where stream = 'people'")).toBe(
      "2",
    );
    expect(hoses.pipeline.cli("verify").out).toContain("BALANCED");
    expect(await hoses.tell("people")).toMatchObject({
      DeliveryStreamStatus: "ACTIVE",
      DeliveryStreamType: "DirectPut",
    });
    const of = { DeliveryStreamName: "people" };
    expect(await refusal(hoses.client.send(new DeleteDeliveryStreamCommand(of)))).toContain(
      "ResourceInUseException",
    );
    expect(await refusal(hoses.create("people"))).toContain("ResourceInUseException");
  });

  it("transforms a stream of the pipeline by the same function: rows, dead letters, books", async () => {
    const rows = [
      { country: "Kenya", year: 2024, price: "1.5" },
      { country: "Chad, North", year: 2025, price: "2" },
      { country: "Mali", year: 2025, price: "much" },
      { country: "Togo", year: 2026, price: "4" },
    ];
    await hoses.put("prices", ...rows.map((row) => JSON.stringify(row)));
    expect(hoses.pipeline.cli("drain", "--timeout", "30").code).toBe(0);
    const loaded = await hoses.pipeline.rows("select country, year, price from prices order by 1");
    expect(loaded).toEqual([
      { country: "Kenya", year: 2024, price: 1.5 },
      { country: "Togo", year: 2026, price: 4 },
    ]);
    const letters = await hoses.pipeline.rows(
      "select raw_text, reasons->0->>'message' says from dead_letters where stream = 'prices' order by 1",
    );
    expect(letters.map(({ says }) => says)).toEqual([
      "The answer has 4 values; the row has 3 columns.",
      'price must be a finite number, got "much"',
    ]);
    expect(hoses.pipeline.cli("verify").code).toBe(0);
  });

  it("keeps what it acknowledged through kill -9, and delivers it once", async () => {
    await hoses.create("durable", {
      Prefix: "durable/",
      BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 3 },
    });
    const lines = Array.from({ length: 400 }, (_none, n) => `${n}\n`.padStart(8, "0"));
    for (let at = 0; at < lines.length; at += 50) {
      await hoses.put("durable", ...lines.slice(at, at + 50));
    }
    await hoses.pipeline.kill();
    await hoses.start();
    const told = await hoses.tell("durable");
    expect(told).toMatchObject({ DeliveryStreamStatus: "ACTIVE", VersionId: "1" });
    expect(await hoses.text("durable/**/durable-1-*", 3200)).toBe(lines.join(""));
    await hoses.put("durable", "more");
    await hoses.text("durable/**/durable-1-*", 3204);
  });
});
