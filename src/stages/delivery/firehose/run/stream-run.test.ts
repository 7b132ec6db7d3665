/** What is delivered, where, when and how: each fact of Firehose by itself. */

import { gunzipSync, gzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openMemoryLog } from "../../../../testing/memory/append.ts";
import { openMemoryReader } from "../../../../testing/memory/consume.ts";
import { openMemoryStore } from "../../../../testing/memory/store.ts";
import { ERRORS, asking, processing, Workbench } from "./run.fixture.ts";

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench((clock) => {
    const log = openMemoryLog({ clock, shards: 1 });
    return { log, reader: () => openMemoryReader(log), store: openMemoryStore() };
  });
});
afterEach(() => bench[Symbol.asyncDispose]());

const NAME = "hose-3-2026-07-13-14-05-06-u1";

describe("names", () => {
  it.each([
    ["no prefix: the date in UTC", {}, `2026/07/13/14/${NAME}`],
    [
      "a static prefix: joined to the date as it stands",
      { Prefix: "legacy" },
      `legacy2026/07/13/14/${NAME}`,
    ],
    ["with a slash of its own", { Prefix: "data/" }, `data/2026/07/13/14/${NAME}`],
    [
      "any expression: no date is appended",
      { Prefix: "d/!{timestamp:yyyy}-", ...ERRORS },
      `d/2026-${NAME}`,
    ],
    [
      "also a random text alone",
      { Prefix: "!{firehose:random-string}/", ...ERRORS },
      `AAAAAAAAAAA/${NAME}`,
    ],
    [
      "Java's patterns with literals",
      { Prefix: "!{timestamp:'year='yyyy'/q'Q'/'MMM-EEE}/", ...ERRORS },
      `year=2026/q3/Jul-Mon/${NAME}`,
    ],
    [
      "a time zone shifts the prefix and the name",
      { CustomTimeZone: "Asia/Kolkata" },
      "2026/07/13/19/hose-3-2026-07-13-19-35-06-u1",
    ],
    ["an empty time zone is none", { CustomTimeZone: "" }, `2026/07/13/14/${NAME}`],
    ["GZIP", { CompressionFormat: "GZIP" as const }, `2026/07/13/14/${NAME}.gz`],
    ["ZIP", { CompressionFormat: "ZIP" as const }, `2026/07/13/14/${NAME}.zip`],
    ["Snappy", { CompressionFormat: "Snappy" as const }, `2026/07/13/14/${NAME}.snappy`],
    [
      "Hadoop's Snappy has the same",
      { CompressionFormat: "HADOOP_SNAPPY" as const },
      `2026/07/13/14/${NAME}.snappy`,
    ],
    [
      "an extension replaces it, not the compression",
      { CompressionFormat: "GZIP" as const, FileExtension: ".log" },
      `2026/07/13/14/${NAME}.log`,
    ],
  ])("%s", async (_name, given, name) => {
    bench.begin(given);
    await bench.put("x");
    await bench.cut(1);
    expect((await bench.objects()).map((object) => object.name)).toEqual([name]);
  });

  it("random texts are fresh in each place", async () => {
    const numbers = Array.from({ length: 22 }, (_none, n) => n / 62);
    bench.begin(
      { Prefix: "!{firehose:random-string}/!{firehose:random-string}/", ...ERRORS },
      { random: () => numbers.shift() ?? 0 },
    );
    await bench.put("x");
    await bench.cut(1);
    const [first, second] = (await bench.objects())[0]?.name.split("/") ?? [];
    expect([first, second]).toEqual(["ABCDEFGHIJK", "LMNOPQRSTUV"]);
  });

  it("the time is the oldest record's", async () => {
    bench.begin({ BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 600 } });
    await bench.put("old");
    bench.now += 599_000;
    await bench.put("new");
    bench.now += 1000;
    await bench.put("newest");
    await bench.cut(2);
    // The last may have woken the run when the first two were cut already.
    expect((await bench.texts())[`2026/07/13/14/${NAME}`]).toMatch(/^oldnew(newest)?$/);
  });
});

/** A field of a protobuf message that has a length. */
function part(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
}

describe("contents", () => {
  it("no separator, whatever the bytes, and empty records are nothing", async () => {
    bench.begin({ CompressionFormat: "GZIP" });
    await bench.put("a", "", Buffer.from([0, 10, 255]), "b\n");
    await bench.cut(4);
    const [object] = await bench.objects();
    expect(gunzipSync(object?.bytes ?? "")).toEqual(Buffer.from([97, 0, 10, 255, 98, 10]));
  });

  it("a delimiter where one is asked for", async () => {
    bench.begin(processing(["AppendDelimiterToRecord", { Delimiter: "\\n" }]));
    await bench.put("a", "b");
    await bench.cut(2);
    expect(Object.values(await bench.texts())).toEqual(["a\nb\n"]);
  });

  it("an object at the buffer's size before compression, and records are never split", async () => {
    bench.begin({
      CompressionFormat: "GZIP",
      BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 900 },
    });
    const record = "x".repeat(700_000);
    await bench.put(record, record, record);
    await bench.cut(2);
    expect((await bench.objects()).map(({ bytes }) => gunzipSync(bytes).length)).toEqual([
      1_400_000,
    ]);
    expect(bench.run?.progress().records).toBe(2);
  });

  it("sub-records of JSON without the space between them, of delimiters, and what is neither", async () => {
    bench.begin({
      ...ERRORS,
      ...processing(
        ["RecordDeAggregation", { SubRecordType: "JSON" }],
        ["AppendDelimiterToRecord", { Delimiter: "\\n" }],
      ),
    });
    await bench.put('{"a":"}\\""} \n{"b":[1]}', '[{"c":1},{"d":2}]', "no JSON", '{"e":1');
    await bench.cut(4);
    expect(Object.values(await bench.texts("2026"))).toEqual([
      '{"a":"}\\""}\n{"b":[1]}\n{"c":1}\n{"d":2}\n',
    ]);
    expect(
      (await bench.failures("bad/processing-failed/")).map(({ rawData }) =>
        String(Buffer.from(String(rawData), "base64")),
      ),
    ).toEqual(["no JSON", '{"e":1']);
  });

  it("gunzipped records, and the messages of CloudWatch's", async () => {
    bench.begin({
      ...ERRORS,
      ...processing(
        ["Decompression", { CompressionFormat: "GZIP" }],
        ["CloudWatchLogProcessing", { DataMessageExtraction: "true" }],
      ),
    });
    const events = {
      messageType: "DATA_MESSAGE",
      logEvents: [{ message: "one" }, { message: "two" }],
    };
    await bench.put(
      gzipSync(JSON.stringify(events)),
      gzipSync('{"messageType":"CONTROL_MESSAGE"}'),
      "plain",
    );
    await bench.cut(3);
    expect(Object.values(await bench.texts("2026"))).toEqual(["one\ntwo\n"]);
    expect((await bench.failures("bad/"))[0]).toMatchObject({ errorCode: "Decompression.Failed" });
  });

  it("a copy of what came in, where a backup is asked for", async () => {
    const arn = bench.addFunction(
      "drop",
      "export const handler = async ({ records }) => ({ records: records.map(({ recordId }) => ({ recordId, result: 'Dropped' })) });",
    );
    bench.begin({
      ...asking(arn),
      S3BackupMode: "Enabled",
      S3BackupConfiguration: {
        RoleARN: "",
        BucketARN: "",
        Prefix: "source/",
        CompressionFormat: "GZIP",
      },
    });
    await bench.put("a", "b");
    await bench.until(() => bench.run?.progress().objects === 1);
    const [object, ...others] = await bench.objects();
    expect(others).toEqual([]);
    expect([object?.name, gunzipSync(object?.bytes ?? "").toString()]).toEqual([
      `source/2026/07/13/14/${NAME}.gz`,
      "ab",
    ]);
  });

  it("KPL's packs taken apart, and what only looks like one left whole", async () => {
    const record = (key: number, data: string): Buffer =>
      part(3, Buffer.concat([Buffer.from([8, key]), part(3, Buffer.from(data))]));
    const message = Buffer.concat([
      part(1, Buffer.from("k0")),
      part(1, Buffer.from("k1")),
      record(0, "a"),
      record(1, "b"),
    ]);
    const digest = createHash("md5").update(message).digest();
    const pack = Buffer.concat([Buffer.from("f3899ac2", "hex"), message, digest]);
    const arn = bench.addFunction(
      "keys",
      `export const handler = async ({ records }) => ({ records: records.map(({ recordId, kinesisRecordMetadata: m, data }) => ({ recordId, result: "Ok",
      data: Buffer.from(Buffer.from(data, "base64").toString("latin1") + ":" + m.partitionKey + m.subsequenceNumber + ";").toString("base64") })) });`,
    );
    bench.begin(asking(arn), { kinesis: true });
    await bench.put(pack, Buffer.from("f3899ac2", "hex"));
    await bench.cut(3);
    expect(Object.values(await bench.texts())).toEqual([
      `a:k00;b:k11;${Buffer.from("f3899ac2", "hex").toString("latin1")}:0;`,
    ]);
    const many = Buffer.concat([
      part(1, Buffer.from("k0")),
      ...Array.from({ length: 501 }, () => record(0, "a")),
    ]);
    const sealed = createHash("md5").update(many).digest();
    await bench.put(Buffer.concat([Buffer.from("f3899ac2", "hex"), many, sealed]));
    await bench.cut(4);
    expect(Object.values(await bench.texts()).join("")).not.toContain("a:k00;a:");
  });
});

describe("errors", () => {
  it("a function's verdicts as Firehose's documents, by type", async () => {
    const arn = bench.addFunction(
      "judge",
      `export const handler = async ({ records }) => ({ records: records.flatMap(({ recordId, data }) => {
      const text = Buffer.from(data, "base64").toString();
      return text === "lost" ? [] : [{ recordId, result: text, data }];
    }) });`,
    );
    bench.begin({ ...ERRORS, ...asking(arn, { NumberOfRetries: "1" }) });
    await bench.put("Ok", "Dropped", "ProcessingFailed", "lost");
    await bench.cut(3); // What is dropped is not delivered.
    expect(Object.values(await bench.texts("2026"))).toEqual(["Ok"]);
    expect(await bench.failures("bad/processing-failed/")).toEqual([
      {
        attemptsMade: 1,
        arrivalTimestamp: bench.now,
        errorCode: "Lambda.ProcessingFailedStatus",
        errorMessage: "ProcessingFailed status set for record",
        attemptEndingTimestamp: bench.now,
        rawData: Buffer.from("ProcessingFailed").toString("base64"),
        lambdaArn: arn,
      },
      expect.objectContaining({ errorCode: "Lambda.MissingRecordId" }),
    ]);
  });

  it("a function that throws is tried as often as asked, then the whole batch is set aside", async () => {
    const arn = bench.addFunction(
      "throws",
      "export const handler = async () => { throw new Error('no'); };",
    );
    bench.begin({
      Prefix: "p/",
      ...asking(arn, { NumberOfRetries: "2" }),
    });
    await bench.put("a", "b");
    await bench.cut(2);
    const failed = await bench.failures("p/processing-failed2026/07/13/14/");
    expect(failed.map(({ attemptsMade, errorCode }) => [attemptsMade, errorCode])).toEqual([
      [3, "Lambda.FunctionError"],
      [3, "Lambda.FunctionError"],
    ]);
  });

  it("a function that cannot be had holds its records back", async () => {
    const arn = bench.addFunction("broken", "export const other = 1;");
    bench.begin(asking(arn));
    await bench.put("a");
    await bench.until(() => bench.run?.progress().trouble?.code === "LAMBDA_UNUSABLE");
    expect([await bench.objects(), bench.run?.progress().records]).toEqual([[], 0]);
  });
});
