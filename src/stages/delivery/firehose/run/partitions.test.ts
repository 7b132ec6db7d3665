/** Dynamic partitions by JQ and by a function, and conversion to Parquet. */

import { parquetReadObjects } from "hyparquet";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openMemoryLog } from "../../../../testing/memory/append.ts";
import { openMemoryReader } from "../../../../testing/memory/consume.ts";
import { openMemoryStore } from "../../../../testing/memory/store.ts";
import { openJq } from "../partition/jq.ts";
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

const WAKING = '{"waking":true}';

const dynamic = {
  DynamicPartitioningConfiguration: { Enabled: true },
  BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
  ...ERRORS,
};

function query(text: string): ReturnType<typeof processing> {
  const parameters = { MetadataExtractionQuery: text, JsonParsingEngine: "JQ-1.6" };
  return processing(
    ["MetadataExtraction", parameters],
    ["AppendDelimiterToRecord", { Delimiter: "\\n" }],
  );
}

/** Makes what was put old. The record that wakes the run may be in the cut, or in the next. */
async function age(records: number): Promise<void> {
  bench.now += 60_000;
  await bench.put(WAKING);
  await bench.cut(records);
}

describe("dynamic partitions", () => {
  it("by JQ, a folder each, names made safe, and records without a key set aside", async () => {
    bench.begin({
      ...dynamic,
      Prefix: "c=!{partitionKeyFromQuery:c}/y=!{partitionKeyFromQuery:y}/",
      ...query("{c: .country, y: .at[0:4]}"),
    });
    const records = ["Kenya", "New York", "../..", "Kenya"].map((country) =>
      JSON.stringify({ country, at: "2026-01" }),
    );
    await bench.put(...records, '{"country":"Chad"}', "no JSON", '{"country":null,"at":"2026"}');
    await age(7);
    const found = await bench.texts("c=");
    expect(Object.keys(found).map((name) => name.split("/").slice(0, -1).join("/"))).toEqual([
      "c==2E./=2E./y=2026",
      "c=Kenya/y=2026",
      "c=New York/y=2026",
    ]);
    expect(Object.values(found)[1]).toBe(`${records[0]}\n${records[3]}\n`);
    const failed = await bench.failures("bad/processing-failed/");
    expect(failed.slice(0, 3).map(({ errorMessage }) => errorMessage)).toEqual([
      expect.stringContaining("partition key y is null"),
      "Non JSON record provided",
      expect.stringContaining("partition key c is null"),
    ]);
    expect(failed[0]).toMatchObject({ errorCode: "DynamicPartitioning.MetadataExtractionFailed" });
  });

  it("by a function's keys", async () => {
    const arn = bench.addFunction(
      "letter",
      `export const handler = async ({ records }) => ({ records: records.map(({ recordId, data }) => (
      { recordId, result: "Ok", data, metadata: { partitionKeys: { l: Buffer.from(data, "base64").toString()[0] } } })) });`,
    );
    bench.begin({
      ...dynamic,
      Prefix: "!{partitionKeyFromLambda:l}/!{timestamp:yyyy}/",
      ...asking(arn),
    });
    await bench.put("ab", "ba", "ac");
    await age(3);
    const found = Object.entries(await bench.texts()).filter(([name]) => !name.startsWith("=7B"));
    expect(found.map(([name, text]) => [name.slice(0, 7), text])).toEqual([
      ["a/2026/", "abac"],
      ["b/2026/", "ba"],
    ]);
  });

  it("at most 500 at a time", async () => {
    bench.begin({ ...dynamic, Prefix: "!{partitionKeyFromQuery:n}/", ...query("{n: (.n // 0)}") });
    await bench.put(...Array.from({ length: 510 }, (_none, n) => `{"n":${n + 1}}`), '{"n":7}');
    await age(511);
    const failed = await bench.failures("bad/activePartitionExceeded/");
    const raw = failed.map(({ rawData }) => String(Buffer.from(String(rawData), "base64")));
    expect(raw.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_none, n) => `{"n":${501 + n}}`));
    expect((await bench.objects()).filter(({ name }) => /^[1-9]/.test(name))).toHaveLength(500);
    // A partition that is active takes records however many others there are.
    expect(Object.values(await bench.texts("7/"))).toEqual(['{"n":7}\n{"n":7}\n']);
  });

  it("a query that never ends is ended, and its records set aside", async () => {
    await using jq = openJq(500);
    bench.begin(
      {
        ...dynamic,
        Prefix: "!{partitionKeyFromQuery:n}/",
        ...query("{n: (if .n == 1 then (def f: f; f) else .n end)}"),
      },
      { jq },
    );
    await bench.put('{"n":1}');
    await age(1);
    expect(
      (await bench.failures("bad/processing-failed/")).map(({ errorMessage }) => errorMessage),
    ).toContain("JQ did not answer in time");
  });
});

describe("conversion", () => {
  it("to Parquet by a table's columns, and records that do not fit set aside", async () => {
    bench.tables.set("prices", [
      { name: "country", type: "text", nullable: false },
      { name: "price", type: "number", nullable: true },
      { name: "at", type: "timestamp", nullable: true },
    ]);
    bench.begin({
      ...ERRORS,
      BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 0 },
      DataFormatConversionConfiguration: {
        SchemaConfiguration: { DatabaseName: "lake", TableName: "Prices" },
        InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
        OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: "SNAPPY" } } },
      },
    });
    await bench.put(
      '{"Country":"Kenya","price":1.5,"at":"2026-07-13T14:00:00Z","more":1}',
      '{"price":"x"}',
      "no JSON",
      '{"country":"Chad"}',
    );
    await bench.cut(4);
    const [object] = await bench.objects("2026");
    expect(object?.name).toBe(`2026/07/13/14/${NAME}.parquet`);
    const file = Uint8Array.from(object?.bytes ?? []).buffer;
    const rows = await parquetReadObjects({ file });
    expect(rows.map(({ country, price }) => [country, price])).toEqual([
      ["Kenya", 1.5],
      ["Chad", null],
    ]);
    expect(rows[0]?.["at"]).toEqual(new Date("2026-07-13T14:00:00Z"));
    const failed = await bench.failures("bad/format-conversion-failed/");
    expect(failed.map(({ lastErrorCode }) => lastErrorCode)).toEqual([
      "DataFormatConversion.MalformedData",
      "DataFormatConversion.ParseError",
    ]);
    expect(failed[0]).toMatchObject({
      dataCatalogTable: { databaseName: "lake", tableName: "Prices", versionId: "LATEST" },
    });
  });
});
