/** What the careful way of loading sets aside, grows and keeps, against the real engine. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Plan } from "../../../../plan/plan.ts";
import { csvOf, deliveredCsv, ndjsonOf } from "../../fixture.ts";
import {
  cutOf,
  FIELDS,
  house,
  load,
  open,
  planSales,
  rows,
  SALE,
  TWO,
  useHouse,
} from "../../house.fixture.ts";

useHouse({ beforeEach, afterEach });

function planOf(drift: object = {}, shape: z.ZodRawShape = SALE): Plan {
  return planSales(z.object(shape), drift);
}

const csv = (extras: readonly string[]): string =>
  [
    `${FIELDS},_event_id,_shard,_sequence,_accepted_at,_extra`,
    ...extras.map((extra, at) => `S${at},1,,,,,,${deliveredCsv(at + 1, extra)}`),
    "",
  ].join("\n");

describe("rows that a strict read refuses", () => {
  it("are set aside from CSV one by one, with a reason, and the others arrive", async () => {
    await open(planOf());
    const text = csvOf(FIELDS, ["A,1,,,,,", "B,cheap,1.5,maybe,,,", "C,3,,,,,", "D,4"]);
    expect(await load(cutOf({ text, records: 4 }))).toEqual({ load: 1, rows: 2, setAside: 2 });
    expect(await rows("SELECT shop FROM sales ORDER BY shop")).toEqual([["A"], ["C"]]);
    const letters = await rows(
      "SELECT stage, cause, reasons, _event_id, raw_text FROM dead_letters ORDER BY _line",
    );
    expect(letters[0]?.slice(0, 2)).toEqual(["load", "LOAD_REJECTED"]);
    const reasons = JSON.parse(String(letters[0]?.[2])) as { path: string }[];
    expect(reasons.map(({ path }) => path)).toEqual(["/price", "/pieces", "/paid"]);
    expect(letters[0]?.[3]).toBe("e2");
    expect(letters[1]?.[4]).toContain("D,4");
    expect(house.totals("sales")).toEqual({ cut: 1, records: 4, rows: 2, setAside: 2 });
  });

  it("are set aside from NDJSON, lines that are no JSON included", async () => {
    await open(planOf());
    const good = ndjsonOf([
      { shop: "A", price: 1 },
      { shop: "B", price: "cheap" },
    ]);
    const text = `${good}not json\n${ndjsonOf([{ shop: "C", price: null, basket: [1] }], 3)}`;
    expect(await load(cutOf({ text, records: 4, format: "ndjson" }))).toEqual({
      load: 1,
      rows: 2,
      setAside: 2,
    });
    expect(await rows("SELECT shop, price, basket, _line FROM sales ORDER BY shop")).toEqual([
      ["A", 1, null, 1],
      ["C", null, "[1]", 4],
    ]);
    expect(await rows("SELECT raw_text, member FROM dead_letters WHERE _line = 3")).toEqual([
      ["not json", 2],
    ]);
  });
});

describe("fields the schema does not know", () => {
  it("become columns, and their values leave _extra", async () => {
    await open(planOf());
    const text = csv(['{"tip":0.5,"till no":7}', "", '{"tip":null,"x/y":{"a":[1]}}']);
    const discovered = { tip: "number", "till no": "integer", "x/y": "json" } as const;
    await load(cutOf({ text, records: 3, discovered }));
    expect(await rows(`SELECT tip, "till no", "x/y", _extra FROM sales ORDER BY _line`)).toEqual([
      [0.5, 7, null, null],
      [null, null, null, null],
      [null, null, '{"a":[1]}', null],
    ]);
    await load(cutOf({ cut: 2, text: TWO, records: 2 }));
    expect(await rows("SELECT count(*), count(tip) FROM sales")).toEqual([[5, 1]]);
  });

  it("stay in _extra where SQL could not tell their names apart", async () => {
    await open(planOf());
    const text = csv(['{"Price":5,"tip":1,"Tip":2,"_load":3}']);
    const discovered = {
      Price: "integer",
      tip: "integer",
      Tip: "integer",
      _load: "integer",
    } as const;
    await load(cutOf({ text, records: 1, discovered }));
    const [row] = await rows("SELECT price, tip, _load, _extra FROM sales");
    expect(row?.slice(0, 3)).toEqual([1, 1, 1]);
    expect(JSON.parse(String(row?.[3]))).toEqual({ Price: 5, Tip: 2, _load: 3 });
  });

  it("are found in place in NDJSON objects", async () => {
    await open(planOf());
    const text = ndjsonOf([
      { shop: "A", price: 1, tip: 0.5, Price: 9, note: "n" },
      { shop: "B", price: 2 },
    ]);
    await load(
      cutOf({
        text,
        records: 2,
        format: "ndjson",
        discovered: { tip: "number", Price: "integer", note: "text" },
      }),
    );
    expect(await rows("SELECT shop, price, tip, note, _extra FROM sales ORDER BY shop")).toEqual([
      ["A", 1, 0.5, "n", '{"Price":9}'],
      ["B", 2, null, null, null],
    ]);
  });

  it.each([
    ["quarantine", 1, 1],
    ["null", 2, 0],
  ] as const)("of another type than before: %s", async (typeChange, expected, aside) => {
    await open(planOf({ typeChange }));
    await load(cutOf({ text: csv(['{"tip":1}']), records: 1, discovered: { tip: "integer" } }));
    const second = cutOf({
      cut: 2,
      text: csv(['{"tip":2}', '{"tip":"lots"}']),
      records: 2,
      discovered: { tip: "text" },
    });
    expect(await load(second)).toEqual({ load: 2, rows: expected, setAside: aside });
    expect(
      await rows("SELECT count(*) FROM dead_letters WHERE reasons->>'$[0].path' = '/tip'"),
    ).toEqual([[aside]]);
    expect(await rows("SELECT sum(tip), count(*) FROM sales")).toEqual([[3, 1 + expected]]);
  });

  it("stay where they are when drift ignores them", async () => {
    await open(planOf({ newField: "ignore" }));
    await load(cutOf({ text: csv(['{"tip":1}']), records: 1, discovered: { tip: "integer" } }));
    await expect(rows("SELECT tip FROM sales")).rejects.toMatchObject({ code: "QUERY_FAILED" });
  });
});
