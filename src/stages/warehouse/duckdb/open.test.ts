/** What a load keeps, refuses, sets aside and grows, against the real engine. */

import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Fault } from "../../../base/faults.ts";
import { planPipeline } from "../../../plan/plan-pipeline.ts";
import type { Plan, StreamPlan } from "../../../plan/plan.ts";
import type { Cell } from "../../../seams/query.ts";
import { type CutText, csvOf, deliveredCsv, type MadeCut, makeCut, ndjsonOf } from "../fixture.ts";
import { openWarehouse, type Warehouse } from "./open.ts";

const SALE = {
  shop: z.string(),
  price: z.number().nullable(),
  pieces: z.int().optional(),
  paid: z.boolean().optional(),
  day: z.iso.date().optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  basket: z.array(z.string()).optional(),
};
const FIELDS = "shop,price,pieces,paid,day,at,basket";
/** The same in SQL, where `at` is a word of its own. */
const COLUMNS = FIELDS.replace("at,", '"at",');

function planOf(drift: object = {}, shape: z.ZodRawShape = SALE): Plan {
  return planPipeline(
    { name: "t", streams: { sales: { schema: z.object(shape), drift } } },
    "p.ts",
  );
}

let folder: string;
let house: Warehouse;
let plan: Plan;

async function open(given: Plan): Promise<void> {
  plan = given;
  house = await openWarehouse({ path: join(folder, "w.duckdb"), readable: [folder] });
  await house.ensure(plan);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-house-"));
});

afterEach(async () => {
  await house[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function stream(name = "sales"): StreamPlan {
  const found = plan.streams.find((one) => one.name === name);
  if (found === undefined) {
    throw new Fault("STREAM_UNKNOWN", { stream: name });
  }
  return found;
}

function cutOf(given: Partial<CutText> & Pick<CutText, "text" | "records">): MadeCut {
  return makeCut({ folder, stream: "sales", cut: 1, format: "csv", ...given });
}

async function load({ manifest, objects }: MadeCut): ReturnType<Warehouse["load"]> {
  return await house.load(stream(manifest.stream), manifest, objects);
}

async function rows(sql: string): Promise<readonly (readonly Cell[])[]> {
  return (await house.query.run(sql)).rows;
}

const TWO = csvOf(FIELDS, [
  `"A, ""one""",1.5,3,true,2026-01-02,2026-01-02T03:04:05+02:00,"[""x""]"`,
  `"",,,,,,`,
]);

describe.each(["none", "gzip", "zstd"] as const)("a CSV object packed with %s", (compression) => {
  it("is loaded with every value, null, empty text and its lineage", async () => {
    await open(planOf());
    expect(await load(cutOf({ text: TWO, records: 2, compression }))).toEqual({
      load: 1,
      rows: 2,
      setAside: 0,
    });
    expect(
      await rows(
        `SELECT ${COLUMNS}, _event_id, _sequence, _accepted_at, _object, _line, _load FROM sales ORDER BY _line`,
      ),
    ).toEqual([
      [
        'A, "one"',
        1.5,
        3,
        true,
        "2026-01-02",
        "2026-01-02T01:04:05Z",
        '["x"]',
        "e1",
        1,
        "2026-03-01T10:00:00.25Z",
        "sales/y=2026/1.csv",
        1,
        1,
      ],
      [
        "",
        null,
        null,
        null,
        null,
        null,
        null,
        "e2",
        2,
        "2026-03-01T10:00:00.25Z",
        "sales/y=2026/1.csv",
        2,
        1,
      ],
    ]);
  });
});

describe("an NDJSON object", () => {
  it("is loaded like a CSV object, with absent members null", async () => {
    await open(planOf());
    const text = ndjsonOf([
      {
        shop: "A",
        price: 1.5,
        pieces: 3,
        paid: true,
        day: "2026-01-02",
        at: "2026-01-02T03:04:05+02:00",
        basket: ["x"],
      },
      { shop: "", price: null },
    ]);
    await load(cutOf({ text, records: 2, format: "ndjson", compression: "gzip" }));
    expect(await rows(`SELECT ${COLUMNS}, _line FROM sales ORDER BY _line`)).toEqual([
      ["A", 1.5, 3, true, "2026-01-02", "2026-01-02T01:04:05Z", '["x"]', 1],
      ["", null, null, null, null, null, null, 2],
    ]);
  });
});

describe("a Parquet object", () => {
  it("is loaded with its types, whether a schema change is found in it or not", async () => {
    await open(planOf());
    const path = join(folder, "made.parquet");
    await using execute = await house.execute();
    await execute.transaction((transaction) =>
      transaction.run(`COPY (SELECT 'A' AS shop, 1.5::DOUBLE AS price, 3::INTEGER AS pieces, true AS paid,
        DATE '2026-01-02' AS "day", TIMESTAMPTZ '2026-01-02 03:04:05.25+02' AS "at", '["x"]' AS basket, 'e1' AS _event_id,
        0 AS _shard, 7::BIGINT AS _sequence, TIMESTAMP '2026-03-01 10:00:00' AS _accepted_at, '{"tip": 2}' AS _extra)
        TO '${path}' (FORMAT parquet, COMPRESSION snappy)`),
    );
    const text = await readFile(path);
    const given = { text, records: 1, format: "parquet", compression: "snappy" } as const;
    await load(cutOf(given));
    await load(cutOf({ ...given, cut: 2, discovered: { tip: "integer" } }));
    const sale = ["A", 1.5, 3, true, "2026-01-02", "2026-01-02T01:04:05.25Z", '["x"]', 7];
    expect(
      await rows(`SELECT ${COLUMNS}, _sequence, _extra, tip FROM sales ORDER BY _load`),
    ).toEqual([
      [...sale, '{"tip": 2}', null],
      [...sale, null, 2],
    ]);
  });
});

describe("a line longer than the reader's first guess", () => {
  it.each(["none", "gzip"] as const)("arrives whole in CSV packed with %s", async (compression) => {
    await open(planOf());
    const long = "x".repeat(2_000_000);
    const text = csvOf(FIELDS, [`${long},1,,,,,`, "B,2,,,,,"]);
    expect(await load(cutOf({ text, records: 2, compression }))).toMatchObject({
      rows: 2,
      setAside: 0,
    });
    expect(await rows("SELECT length(shop) FROM sales ORDER BY _line")).toEqual([[2_000_000], [1]]);
  });
});

describe("the ledger", () => {
  it("keeps one row per cut, counted in the order of loads, and loads no cut twice", async () => {
    await open(planOf());
    const first = cutOf({ text: TWO, records: 2 });
    await load(first);
    expect(await load(first)).toBeUndefined();
    await load(cutOf({ cut: 2, text: undefined, records: 0 }));
    await load(cutOf({ cut: 3, text: csvOf(FIELDS, ["B,2,,,,,"], 3), records: 1 }));
    expect(
      await rows(
        `SELECT load, stream, cut, object, records, "rows", set_aside FROM _loads ORDER BY load`,
      ),
    ).toEqual([
      [1, "sales", 1, "sales/y=2026/1.csv", 2, 2, 0],
      [2, "sales", 2, null, 0, 0, 0],
      [3, "sales", 3, "sales/y=2026/3.csv", 1, 1, 0],
    ]);
    expect(house.totals("sales")).toEqual({ cut: 3, records: 3, rows: 3, setAside: 0 });
  });

  it("goes on where it was after the warehouse is opened again", async () => {
    await open(planOf());
    await load(cutOf({ text: TWO, records: 2 }));
    await house[Symbol.asyncDispose]();
    await open(planOf());
    expect(house.totals("sales").cut).toBe(1);
    expect(await load(cutOf({ cut: 2, text: TWO, records: 2 }))).toMatchObject({ load: 2 });
    expect(await rows("SELECT count(*) FROM sales")).toEqual([[4]]);
  });
});

describe("an object that is not what its manifest says", () => {
  it.each([
    ["longer", (cut: MadeCut) => appendFile(cut.objects.object ?? "", "x")],
    ["gone", (cut: MadeCut) => rm(cut.objects.object ?? "")],
  ])("is refused when it is %s, and nothing of it is kept", async (_how, spoil) => {
    await open(planOf());
    const cut = cutOf({ text: TWO, records: 2 });
    await spoil(cut);
    await expect(load(cut)).rejects.toMatchObject({ code: "OBJECT_DAMAGED" });
    expect(
      await rows("SELECT (SELECT count(*) FROM sales), (SELECT count(*) FROM _loads)"),
    ).toEqual([[0, 0]]);
    expect(await load(cutOf({ text: TWO, records: 2 }))).toMatchObject({ load: 1 });
  });

  it("is refused when it holds another number of rows", async () => {
    await open(planOf());
    await expect(load(cutOf({ text: TWO, records: 3 }))).rejects.toMatchObject({
      code: "LOAD_FAILED",
    });
    expect(await rows("SELECT count(*) FROM sales")).toEqual([[0]]);
  });
});

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

const letter = (id: string) => ({
  id,
  stream: "sales",
  stage: "transform",
  cause: "TRANSFORM_FAILED",
  reasons: [{ code: "TRANSFORM_FAILED", path: "", message: "no" }],
  schema_version: "v",
  received_at: "2026-03-01T10:00:00.000Z",
  caller: "c",
  request_id: "r",
  member: 0,
  raw_base64: "e30=",
  raw_text: "{}",
});

describe("a folder whose name the engine would take for a pattern", () => {
  it("is read literally", async () => {
    await open(planOf());
    const made = makeCut({
      folder: join(folder, "a[b]*"),
      stream: "sales",
      cut: 1,
      format: "csv",
      text: TWO,
      records: 2,
    });
    expect(await load(made)).toMatchObject({ rows: 2 });
    expect(await rows("SELECT DISTINCT _object FROM sales")).toEqual([["sales/y=2026/1.csv"]]);
  });
});

describe("dead letters", () => {
  it("of the transform come with the cut they failed in", async () => {
    await open(planOf());
    await load(cutOf({ text: TWO, records: 2, failed: [letter("x1"), letter("x2")] }));
    expect(
      await rows(
        "SELECT id, stage, _event_id, _accepted_at, _load, reasons->>'$[0].message' FROM dead_letters ORDER BY id",
      ),
    ).toEqual([
      ["x1", "transform", "x1", "2026-03-01T10:00:00Z", 1, "no"],
      ["x2", "transform", "x2", "2026-03-01T10:00:00Z", 1, "no"],
    ]);
    expect(house.totals("sales")).toEqual({ cut: 1, records: 4, rows: 2, setAside: 0 });
  });

  it("of the door come through their own stream", async () => {
    await open(planOf());
    const text = ndjsonOf([letter("d1")]);
    await load(
      makeCut({ folder, stream: "dead_letters", cut: 1, format: "ndjson", text, records: 1 }),
    );
    expect(await rows("SELECT id, _event_id, _sequence FROM dead_letters")).toEqual([
      ["d1", "e1", 1],
    ]);
  });
});

const csv = (extras: readonly string[]): string =>
  [
    `${FIELDS},_event_id,_shard,_sequence,_accepted_at,_extra`,
    ...extras.map((extra, at) => `S${at},1,,,,,,${deliveredCsv(at + 1, extra)}`),
    "",
  ].join("\n");

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

describe("a plan that changed", () => {
  it("adds its new columns to the table", async () => {
    await open(planOf());
    await load(cutOf({ text: TWO, records: 2 }));
    await house[Symbol.asyncDispose]();
    await open(planOf({}, { ...SALE, till: z.int() }));
    expect(await rows("SELECT count(*), count(till) FROM sales")).toEqual([[2, 0]]);
  });

  it("is refused where a column's type is another", async () => {
    await open(planOf());
    const other = planOf({}, { ...SALE, pieces: z.string() });
    await expect(house.ensure(other)).rejects.toMatchObject({
      code: "TABLE_MISMATCH",
      facts: { table: "sales", column: "pieces", found: "BIGINT", expected: "VARCHAR" },
    });
  });
});
