/** The warehouse on fakesnow: loads once, sets aside, grows, is put back, audited and modelled as DuckDB is. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { systemClock } from "../../../src/base/clock.ts";
import { Fault } from "../../../src/base/faults.ts";
import { fingerprintSql, type HashedColumn } from "../../../src/books/fingerprint.ts";
import { planPipeline } from "../../../src/plan/plan-pipeline.ts";
import type { StreamPlan } from "../../../src/plan/plan.ts";
import type { Cell } from "../../../src/seams/query.ts";
import { startModels } from "../../../src/stages/models/index.ts";
import { openWarehouse } from "../../../src/stages/warehouse/index.ts";
import { csvOf, type MadeCut, makeCut, ndjsonOf } from "../../../src/stages/warehouse/fixture.ts";
import { FIELDS, SALE } from "../../../src/stages/warehouse/house.fixture.ts";
import type { Warehouse } from "../../../src/stages/warehouse/warehouse.ts";
import { type Peer, startFakesnow } from "../processes.ts";
import { type Account, openAccount } from "./account.ts";
import { judgeStatements } from "./sqlfluff.ts";

const schema = z.object({ ...SALE, price: z.number().optional() });
const models = join(import.meta.dirname, "models");
const streams = { sales: { schema, drift: { newField: "evolve" } } };
const plan = planPipeline({ name: "t", streams, models: "./models" }, `${models}/../p.ts`);
const sales = plan.streams.find(({ name }) => name === "sales") as StreamPlan;

let folder: string;
let peer: Peer;
let account: Account;
let house: Warehouse;
let twin: Awaited<ReturnType<typeof openWarehouse>>;
let first: MadeCut;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-fakesnow-"));
  peer = await startFakesnow();
  account = await openAccount(peer.url, "MARKET", folder);
  house = await account.open();
  await house.ensure(plan);
  twin = await openWarehouse({ readable: [folder] });
  await twin.ensure(plan);
});

afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  await twin?.[Symbol.asyncDispose]();
  await peer?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function both(made: MadeCut): Promise<readonly unknown[]> {
  const { manifest, objects } = made;
  return [await house.load(sales, manifest, objects), await twin.load(sales, manifest, objects)];
}

async function ask(sql: string): Promise<readonly (readonly Cell[])[]> {
  return (await house.query.run(sql, { timeoutMs: 120_000 })).rows;
}

/** What the twin has otherwise, question by question. */
async function differences(...questions: readonly string[]): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const sql of questions) {
    const [here, there] = [await ask(sql), (await twin.query.run(sql)).rows];
    if (!isDeepStrictEqual(here, there)) {
      found.push({ sql, here, there });
    }
  }
  return found;
}

describe("a load", () => {
  it("takes rows with every type, and sets misfits aside with their reasons, as DuckDB does", async () => {
    const text = csvOf(FIELDS, [
      `"A, ""one""",0.1,3,true,2026-01-02,2026-01-02T03:04:05+02:00,"[""x""]"`,
      `"",,,,,,`,
      `B,nope,1.5,maybe,2026-99-01,never,[`,
      `"C\nD \\ 'e' $1 @x; --",123456.789,9007199254740993,false,1969-12-31,1969-12-31T23:59:59.25Z,[]`,
    ]);
    first = makeCut({
      folder,
      stream: "sales",
      cut: 1,
      format: "csv",
      compression: "zstd",
      text,
      records: 4,
    });
    const [here, there] = await both(first);
    expect(here).toEqual(there);
    expect(here).toMatchObject({ load: 1, rows: 3, setAside: 1 });
    expect(
      await differences(
        `SELECT shop, price, pieces, paid, day, "at", _event_id, _shard, _sequence, _accepted_at, _extra, _object,
      _line, _load FROM sales ORDER BY _line`,
        "SELECT id, stream, stage, cause, received_at, caller, request_id, member, _line, _load FROM dead_letters",
      ),
    ).toEqual([]);
    const [[reasons, raw, sent] = []] = await ask(
      "SELECT reasons, raw_text, raw_base64 FROM dead_letters",
    );
    const paths = (JSON.parse(String(reasons)) as { path: string }[]).map(({ path }) => path);
    expect(paths).toEqual(["/price", "/pieces", "/paid", "/day", "/at", "/basket"]);
    expect(JSON.parse(String(raw))).toMatchObject({ shop: "B", price: "nope", _event_id: "e3" });
    expect(Buffer.from(String(sent), "base64").toString()).toBe(raw);
  });

  it("grows the table by new fields and takes a transform's letters along", async () => {
    const rows = [
      { shop: "N", price: 2.5, basket: ["y"], more: "m" },
      { shop: "M", price: "x" },
    ];
    const letter = {
      id: "gone",
      stream: "sales",
      stage: "transform",
      cause: "TRANSFORM_FAILED",
      reasons: [{ code: "TRANSFORM_FAILED", path: "", message: "it's \\ broken" }],
      schema_version: "1",
      received_at: "2026-03-01T10:00:00.000Z",
      caller: "c",
      request_id: "r",
      member: 0,
      raw_base64: "e30=",
      raw_text: "{}",
    };
    const made = makeCut({
      folder,
      stream: "sales",
      cut: 2,
      format: "ndjson",
      compression: "gzip",
      text: ndjsonOf(rows, 11),
      records: 2,
      failed: [letter],
      discovered: { more: "text" },
    });
    const [here, there] = await both(made);
    expect(here).toEqual(there);
    expect(
      await differences(
        "SELECT shop, price, more, _line, _load FROM sales WHERE _load = 2",
        "SELECT id, stage, cause, _event_id, _accepted_at FROM dead_letters ORDER BY stage, id",
      ),
    ).toEqual([]);
    const [[reasons] = []] = await ask(
      "SELECT reasons FROM dead_letters WHERE stage = 'transform'",
    );
    expect(JSON.parse(String(reasons))).toEqual(letter.reasons);
  });

  it("is done once, whoever tries again", async () => {
    expect(await house.load(sales, first.manifest, first.objects)).toBeUndefined();
    await using late = await account.open();
    await late.ensure(plan);
    expect(late.totals("sales")).toEqual(house.totals("sales"));
    const text = csvOf(FIELDS, ["Z,1,1,,,,"], 21);
    const made = makeCut({ folder, stream: "sales", cut: 3, format: "csv", text, records: 1 });
    await both(made);
    // The other one still believes that the cut is to do.
    const refused = late.load(sales, made.manifest, made.objects);
    await expect(refused).rejects.toMatchObject({ code: "LOAD_FAILED" });
    expect(await ask("SELECT count(*) FROM sales WHERE _load >= 3")).toEqual([[1]]);
    expect(late.totals("sales").cut).toBe(3);
  });

  it("of fewer rows than were announced leaves nothing", async () => {
    const text = csvOf(FIELDS, ["Z,1,1,,,,"], 31);
    const made = makeCut({ folder, stream: "sales", cut: 4, format: "csv", text, records: 2 });
    const refused = house.load(sales, made.manifest, made.objects);
    await expect(refused).rejects.toThrow("it should have 2 row(s) and has 1");
    await expect(refused).rejects.toMatchObject({ code: "OBJECT_DAMAGED" });
    await writeFile(made.objects.object ?? "", "other");
    const changed = house.load(sales, made.manifest, made.objects);
    await expect(changed).rejects.toMatchObject({ code: "OBJECT_DAMAGED" });
    expect(await ask("SELECT max(load), count(*) FROM _loads")).toEqual([[3, 3]]);
  });

  it("takes Parquet and packed lines as DuckDB does", async () => {
    const path = join(folder, "made.parquet");
    const columns = `'P' || range AS shop, range / 8 AS price, range::BIGINT AS pieces, range % 2 = 0 AS paid,
      DATE '2026-01-01' + range::INTEGER AS day, TIMESTAMPTZ '2026-01-02 03:04:05.5+00' AS "at",
      '["x"]'::JSON AS basket, 'p' || range AS _event_id, 0::BIGINT AS _shard, 41 + range AS _sequence,
      TIMESTAMPTZ '2026-03-01 10:00:00.25+00' AS _accepted_at, NULL::JSON AS _extra`;
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(`COPY (SELECT ${columns} FROM range(3)) TO '${path}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    const parquet = { format: "parquet", text: await readFile(path), records: 3 } as const;
    const lines = { format: "ndjson", compression: "zstd", records: 1 } as const;
    const made = [
      makeCut({ folder, stream: "sales", cut: 4, ...parquet }),
      makeCut({ folder, stream: "sales", cut: 5, ...lines, text: ndjsonOf([{ shop: "Z" }], 51) }),
    ];
    for (const one of made) {
      const [here, there] = await both(one);
      expect(here).toEqual(there);
    }
    expect(
      await differences(
        `SELECT shop, price, pieces, paid, day, "at", _event_id, _sequence, _accepted_at, _line, _load FROM sales
        WHERE _load > 3 ORDER BY _load, _line`,
      ),
    ).toEqual([]);
  });

  it("that nothing can take is passed over, and comes late as a load of its own", async () => {
    const text = csvOf(FIELDS, ["L,1,1,,,,"], 61);
    const late = makeCut({ folder, stream: "sales", cut: 6, format: "csv", text, records: 1 });
    const fault = new Fault("LOAD_REFUSED", {
      object: "o",
      table: "sales",
      cause: "it's \\ poison",
    });
    for (const warehouse of [house, twin]) {
      await warehouse.setAside(sales, { cut: 6, manifest: late.manifest }, { fault, attempts: 6 });
      expect(warehouse.totals("sales").cut).toBe(6);
      expect(warehouse.asides("sales")).toMatchObject([{ cut: 6, records: 1, attempts: 6 }]);
    }
    const next = csvOf(FIELDS, ["M,1,1,,,,"], 71);
    await both(makeCut({ folder, stream: "sales", cut: 7, format: "csv", text: next, records: 1 }));
    expect(
      await differences(
        "SELECT stream, cut, object, records, code, cause, attempts FROM _set_aside",
      ),
    ).toEqual([]);
    const [here, there] = await both(late);
    expect(here).toEqual(there);
    expect(here).toMatchObject({ load: 7, rows: 1 });
    expect(house.asides("sales")).toEqual([]);
    expect(
      await differences("SELECT shop, _load FROM sales WHERE _load > 5 ORDER BY _load"),
    ).toEqual([]);
  });

  it("into tables of another data folder is refused", async () => {
    await using other = await account.open({ id: "folder-2", path: "/elsewhere" });
    const refused = other.ensure(plan);
    await expect(refused).rejects.toMatchObject({ code: "WAREHOUSE_TAKEN" });
    await expect(refused).rejects.toThrow("/data on here");
  });
});

const TYPES: readonly HashedColumn[] = [
  { name: "shop", type: "VARCHAR" },
  { name: "price", type: "DOUBLE" },
  { name: "pieces", type: "BIGINT" },
  { name: "_sequence", type: "BIGINT" },
  { name: "_accepted_at", type: "TIMESTAMP" },
];
const MORE: readonly HashedColumn[] = [
  { name: "paid", type: "BOOLEAN" },
  { name: "day", type: "DATE" },
  { name: "at", type: "TIMESTAMP" },
];

describe("the books", () => {
  it("find one fingerprint of the rows in both warehouses", async () => {
    expect(await differences(fingerprintSql("sales", [...TYPES, ...MORE], "_load > 0"))).toEqual(
      [],
    );
  });

  it("read a cut again beside its rows", async () => {
    const { manifest, objects } = first;
    const cut = {
      manifest,
      load: 1,
      loadedAt: systemClock.now(),
      object: objects.object,
      failed: undefined,
    };
    const statements = [
      "SELECT count(*) FROM _audited_rows a JOIN sales s ON a._sequence = s._sequence WHERE a.shop = s.shop",
      'SELECT count(*) FROM "_audited_letters"',
    ];
    expect(await house.audit(sales, cut, statements)).toEqual([[[3]], [[1]]]);
  });

  it("put back what was deleted, and nothing twice", async () => {
    expect(await house.reload(sales, first.manifest, first.objects)).toBe(0);
    await remove("DELETE FROM SALES WHERE _LOAD = 1 AND _LINE IN (1, 4)");
    const [holding] = await house.holdings(sales);
    expect(holding).toEqual({ cut: 1, rows: 3, setAside: 1, rowsFound: 1, lettersFound: 1 });
    expect(await house.reload(sales, first.manifest, first.objects)).toBe(2);
    expect(await differences("SELECT shop, _line, _load FROM sales ORDER BY _load, _line")).toEqual(
      [],
    );
  });
});

async function remove(sql: string): Promise<void> {
  const execute = await house.execute();
  if ("batch" in execute) {
    await execute.batch({ prepare: [], commit: [sql] });
  }
}

async function modelled(warehouse: Warehouse): Promise<void> {
  const pace = { pauseMs: 5, pollMs: 1000, retryMs: { first: 60_000, max: 60_000 } };
  const execute = await warehouse.execute();
  await using runner = startModels({
    plan,
    execute,
    clock: systemClock,
    ...pace,
    onChange: () => {},
  });
  await runner.settle();
  expect(runner.meters().map(({ name, trouble }) => [name, trouble?.message])).toEqual(
    runner.meters().map(({ name }) => [name, undefined]),
  );
}

const RUNS = `SELECT model, rows_in, rows_out, inserted, updated, duplicates, set_aside, load_from, load_to
  FROM row_counts WHERE model = 'latest' ORDER BY run`;

describe("models", () => {
  it("come to the rows and row counts that DuckDB comes to, run by run", async () => {
    await modelled(house);
    await modelled(twin);
    const more = [
      ["N,2.5,,,,,", "N,2.75,,,,,", '"",1,,,,,', "O,9,4,,,,"],
      ["N,2.75,,,,,", "O,9,5,,,,"],
    ];
    for (const [at, rows] of more.entries()) {
      const text = csvOf(FIELDS, rows, 100 + 10 * at);
      const records = rows.length;
      await both(makeCut({ folder, stream: "sales", cut: 8 + at, format: "csv", text, records }));
      await modelled(house);
      await modelled(twin);
    }
    expect(
      await differences(
        RUNS,
        "SELECT shop, price, pieces, _event_id, _load FROM latest ORDER BY shop",
        fingerprintSql("latest", TYPES, "true"),
        "SELECT shops, pieces FROM shops",
        "SELECT shop, price FROM dear ORDER BY shop",
        "SELECT id, stream, cause, member, _load FROM dead_letters WHERE stage = 'model' ORDER BY id",
      ),
    ).toEqual([]);
  });

  it("are undone whole by a rule that does not hold", async () => {
    await remove("INSERT INTO SALES SELECT * FROM SALES WHERE _LOAD = 9 AND FALSE");
    const before = await ask(RUNS);
    const text = csvOf(FIELDS, ["Q,1,1,,,,"], 200);
    await house.load(sales, ...cutOf(10, text));
    const execute = await house.execute();
    const broken = planPipeline({ name: "t", streams, models: "./broken" }, `${models}/../p.ts`);
    const pace = { pauseMs: 5, pollMs: 1000, retryMs: { first: 60_000, max: 60_000 } };
    await using runner = startModels({
      plan: broken,
      execute,
      clock: systemClock,
      ...pace,
      onChange: () => {},
    });
    expect(await runner.settle()).toBe(false);
    expect(runner.meters()[0]?.trouble).toMatchObject({ code: "MODEL_UNBALANCED" });
    expect(runner.meters()[0]?.trouble?.message).toContain("1 = 2");
    expect(await ask(RUNS)).toEqual(before);
  });
});

function cutOf(cut: number, text: string): [MadeCut["manifest"], MadeCut["objects"]] {
  const { manifest, objects } = makeCut({
    folder,
    stream: "sales",
    cut,
    format: "csv",
    text,
    records: 1,
  });
  return [manifest, objects];
}

it("says nothing that sqlfluff's Snowflake dialect does not know", () => {
  expect(account.said.length).toBeGreaterThan(100);
  expect(judgeStatements(folder, account.said)).toBe("");
  expect(judgeStatements(folder, ["CREATE STAGE a.b URL == 's3://x/'"])).not.toBe("");
});
