/** Delivery by way of a handler file: rows, drops and dead letters as a transform of the definition would give them. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { lambdaHandler } from "../../define/lambda.ts";
import { sleep } from "./feeder.fixture.ts";
import { openFeeder } from "./feeder.ts";
import { BlockPool } from "./encode/byte-sink.ts";
import { openEncoder } from "./encode/encoder.ts";
import { planOne, toFrame } from "./fixture.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-feeder-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const schema = z.object({ country: z.string(), year: z.int(), price: z.number().nullish() });

/** The well-known handler that joins values by commas, word for word but in JavaScript. */
const ORIGINAL = `
export const handler = async (event) => {
  const output = [];
  for (const record of event.records) {
    const payload = JSON.parse(Buffer.from(record.data, "base64").toString("utf-8"));
    const row = Object.values(payload).map((value) => value === null ? "" : String(value)).join(",") + "\\n";
    output.push({ recordId: record.recordId, result: "Ok", data: Buffer.from(row).toString("base64") });
  }
  return { records: output };
};`;

async function deliver(
  code: string,
  records: readonly string[],
  options: Parameters<typeof lambdaHandler>[1] = {},
): Promise<{ rows: string; letters: { reasons: { message: string }[] }[]; dropped: number }> {
  const file = join(folder, "transform.mjs");
  await writeFile(file, code);
  const stream = planOne({
    schema,
    deliver: { format: "csv", transform: lambdaHandler(file, options) },
  });
  await using feeder = openFeeder({ stream, signal: new AbortController().signal, sleep });
  const batch = openEncoder(stream, new BlockPool(1_048_576)).open();
  await feeder.feed(batch, { frame: toFrame(records), from: 0, to: records.length });
  const { rows, failed, droppedRecords } = batch.finish();
  const letters = Buffer.concat(failed.chunks).toString().trim().split("\n").filter(Boolean);
  return {
    rows: Buffer.concat(rows.chunks).toString(),
    letters: letters.map((line) => JSON.parse(line)),
    dropped: droppedRecords,
  };
}

it("takes the original's handler as it is: values by commas become the columns", async () => {
  const records = [
    '{"country":"Kenya","year":2024,"price":1.5}',
    '{"country":"Chad","year":2025,"price":null}',
  ];
  const { rows } = await deliver(ORIGINAL, records, { answers: "csv" });
  expect(rows.split("\n").slice(1, 3)).toEqual([
    "Kenya,2024,1.5,prices.0.1,0,1,2026-07-13 14:05:06.789,",
    "Chad,2025,,prices.0.2,0,2,2026-07-13 14:05:06.789,",
  ]);
});

it("sets aside what does not fit a column, and nothing else", async () => {
  const records = [
    '{"country":"Kenya, East","year":2024,"price":1}',
    '{"country":"Chad","year":"old","price":1}',
    '{"country":"Mali","year":2025,"price":2}',
  ];
  const { rows, letters } = await deliver(ORIGINAL, records, { answers: "csv" });
  expect(letters.map(({ reasons }) => reasons[0]?.message)).toEqual([
    "The answer has 4 values; the row has 3 columns.",
    'year must be a whole number of 64 bits, got "old"',
  ]);
  expect(rows).toContain("Mali,2025,2,prices.0.3");
});

it("reads JSON answers as rows, counts drops and tells failures with Firehose's codes", async () => {
  const code = `export const handler = async ({ records }) => ({ records: records.map(({ recordId, data }) => {
    const event = JSON.parse(Buffer.from(data, "base64"));
    if (event.year < 2000) return { recordId, result: "Dropped" };
    if (event.year > 3000) return { recordId, result: "ProcessingFailed" };
    return { recordId, result: "Ok", data: Buffer.from(JSON.stringify({ ...event, country: event.country.toUpperCase() })).toString("base64") };
  }) });`;
  const records = [1999, 2024, 4000].map((year) => JSON.stringify({ country: "mali", year }));
  const { rows, letters, dropped } = await deliver(code, records);
  expect(rows).toContain("MALI,2024,,prices.0.2");
  expect(dropped).toBe(1);
  expect(letters[0]?.reasons[0]?.message).toContain("Lambda.ProcessingFailedStatus");
});
