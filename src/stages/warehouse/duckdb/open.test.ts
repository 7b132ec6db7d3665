/** What a load keeps and refuses, against the real engine. */

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, copyFile, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Plan } from "../../../plan/plan.ts";
import { openWarehouse } from "./open.ts";
import { csvOf, makeCut, ndjsonOf, type MadeCut } from "../fixture.ts";
import {
  COLUMNS,
  cutOf,
  FIELDS,
  folder,
  house,
  load,
  open,
  planSales,
  rows,
  SALE,
  TWO,
  useHouse,
} from "../house.fixture.ts";

useHouse({ beforeEach, afterEach });

function planOf(drift: object = {}, shape: z.ZodRawShape = SALE): Plan {
  return planSales(z.object(shape), drift);
}

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
      code: "OBJECT_DAMAGED",
    });
    expect(await rows("SELECT count(*) FROM sales")).toEqual([[0]]);
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

it("asked the same question again, sees rows beyond all that were there at first", async () => {
  await open(planOf());
  await load(cutOf({ text: csvOf(FIELDS, ["A,1,,,,,"]), records: 1, cut: 1 }));
  const question = "SELECT count(*) FROM sales WHERE price > 100";
  expect(await rows(question)).toEqual([[0]]);
  await load(cutOf({ text: csvOf(FIELDS, ["A,200,,,,,"]), records: 1, cut: 2 }));
  expect(await rows(question)).toEqual([[1]]);
});

describe("a file whose process was killed", () => {
  const [CUTS, ROWS] = [8, 2000];

  it("has its long log folded in by the next start, with every row", async () => {
    await open(planOf());
    for (let cut = 1; cut <= CUTS; cut += 1) {
      const lines = Array.from(
        { length: ROWS },
        () => `${randomBytes(200).toString("hex")},1,2,,,,`,
      );
      await load(cutOf({ cut, text: csvOf(FIELDS, lines), records: ROWS }));
    }
    // What lies on the disk while it runs is what a kill leaves.
    const killed = join(folder, "killed.duckdb");
    for (const ending of ["", ".wal"]) {
      await copyFile(join(folder, `w.duckdb${ending}`), `${killed}${ending}`);
    }
    expect((await stat(`${killed}.wal`)).size).toBeGreaterThan(4_194_304);
    await using next = await openWarehouse({ path: killed, readable: [folder] });
    expect(existsSync(`${killed}.wal`) ? (await stat(`${killed}.wal`)).size : 0).toBeLessThan(4096);
    const found = await next.query.run("SELECT count(*), count(DISTINCT shop) FROM sales");
    expect(found.rows).toEqual([[CUTS * ROWS, CUTS * ROWS]]);
  });
});
