/** Objects made before the pipeline's schema changed load into the tables of today, each value under its own name. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { csvOf, ndjsonOf } from "../../fixture.ts";
import { cutOf, load, open, planSales, rows, useHouse } from "../../house.fixture.ts";
import { splitHeader } from "../../objects/header.ts";
import { readFields } from "./fields.ts";

useHouse({ beforeEach, afterEach });

const GROWN = z.object({
  price: z.number().optional(),
  more: z.string().optional(),
  shop: z.string(),
  day: z.iso.date().optional(),
});
const EVENTS = [
  { shop: "A", price: 1, old: "x" },
  { shop: "B", price: 2, old: "y" },
];
const SQL = "SELECT shop, price, more, day, _event_id, _line FROM sales ORDER BY _line";

describe.each(["csv", "ndjson"] as const)("%s", (format) => {
  it("finds columns that were added, removed and moved since", async () => {
    await open(planSales(GROWN));
    const csv = csvOf("shop,old,price", ["A,x,1", "B,y,2"]);
    const text = format === "csv" ? csv : ndjsonOf(EVENTS);
    expect(await load(cutOf({ text, records: 2, format }))).toMatchObject({ rows: 2, setAside: 0 });
    expect(await rows(SQL)).toEqual([
      ["A", 1, null, null, "e1", 1],
      ["B", 2, null, null, "e2", 2],
    ]);
  });

  it("sets aside only the row whose value does not fit", async () => {
    await open(planSales(GROWN));
    const csv = csvOf("shop,price", ["A,dear", "B,2"]);
    const text = format === "csv" ? csv : ndjsonOf([{ shop: "A", price: "dear" }, EVENTS[1] ?? {}]);
    expect(await load(cutOf({ text, records: 2, format }))).toMatchObject({ rows: 1, setAside: 1 });
    expect(await rows(SQL)).toEqual([["B", 2, null, null, "e2", 2]]);
  });
});

it.each(["none", "gzip", "zstd"] as const)(
  "reads the head of a long file packed with %s",
  async (compression) => {
    await open(planSales(GROWN));
    const shops = Array.from({ length: 20_000 }, (_none, at) => `${(at * 7_919) ** 3},${at}`);
    const made = cutOf({ text: csvOf("shop,price", shops), records: 20_000, compression });
    const { object } = made.manifest;
    const path = made.objects.object ?? "";
    const fields = object && (await readFields(undefined as never, { path, part: object }));
    const delivered = ["_event_id", "_shard", "_sequence", "_accepted_at", "_extra"];
    expect(fields).toEqual(["shop", "price", ...delivered]);
  },
);

it.each<[line: string, names: readonly string[] | undefined]>([
  ["a,b", ["a", "b"]],
  ['"a,""b""",c,', ['a,"b"', "c", ""]],
  ["", [""]],
  ['a,"b', undefined],
])("the header %j is %j", (line, names) => {
  expect(splitHeader(line)).toEqual(names);
});
