/** Every query seam against the one suite, and what DuckDB's fences keep out. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { loadPlan } from "../../src/plan/load-plan.ts";
import { openWarehouseProxy, type WarehouseProxy } from "../../src/runtime/warehouse/proxy.ts";
import type { Query } from "../../src/seams/query.ts";
import { openWarehouse, type Warehouse } from "../../src/stages/warehouse/index.ts";
import { openQuery as openSnowflakeQuery } from "../../src/stages/warehouse/snowflake/query/run-query.ts";
import { QUERY_CASES } from "../../src/testing/conformance/query.ts";
import { openMemoryQuery } from "../../src/testing/memory/query.ts";
import { folderPlace } from "../../src/stages/lake/index.ts";
import { type ContractServer, startContractServer } from "../snowflake/contract-server.ts";
import { type Client, openClient } from "../snowflake/open-client.ts";

const memory = openMemoryQuery();
let account: ContractServer;
let client: Client;
let snowflake: Query & AsyncDisposable;
let folder: string;
let house: Warehouse;
let proxy: WarehouseProxy;

beforeAll(async () => {
  account = await startContractServer();
  client = openClient(account);
  snowflake = openSnowflakeQuery(client.transport, systemClock);
  folder = await mkdtemp(join(tmpdir(), "millrace-query-"));
  await mkdir(join(folder, "lake"));
  await writeFile(join(folder, "lake", "o.csv"), "a\n1\n");
  await writeFile(join(folder, "secret.csv"), "a\n1\n");
  house = await openWarehouse({
    path: join(folder, "one.duckdb"),
    readable: [join(folder, "lake")],
  });
  const plan = await loadPlan(join(import.meta.dirname, "../crash/warehouse-pipeline"));
  await house.ensure(plan);
  proxy = await openWarehouseProxy({
    pipeline: plan.file,
    planHash: plan.hash,
    lake: folderPlace(join(folder, "lake")),
    warehouse: join(folder, "two.duckdb"),
    clock: systemClock,
    log: () => {},
  });
});

afterAll(async () => {
  memory[Symbol.dispose]();
  await snowflake[Symbol.asyncDispose]();
  client[Symbol.dispose]();
  await account[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const SUBJECTS: Readonly<Record<string, () => Query>> = {
  memory: () => memory,
  duckdb: () => house.query,
  process: () => proxy,
  "snowflake over the contract of its SQL API": () => snowflake,
};

describe.each(Object.entries(SUBJECTS))("the query seam in %s", (_name, subject) => {
  it.each(QUERY_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await expect(run(subject())).resolves.toBeUndefined();
  });
});

describe("queries of the warehouse", () => {
  it.each([
    "SELECT 1",
    "FROM sales",
    "VALUES (1)",
    "SHOW TABLES",
    "SHOW ALL TABLES",
    "DESCRIBE sales",
    "DESCRIBE SELECT 1",
    "SUMMARIZE sales",
    "EXPLAIN SELECT 1",
    "PRAGMA table_info('sales')",
    "-- why\nSELECT 1",
    "/* why */ WITH a AS (SELECT 1) FROM a",
    "SELECT * FROM range(3), unnest([1])",
    "SELECT count(*) FROM duckdb_tables()",
    "SELECT iff(true, 1, 2), nvl(NULL, date_from_parts(2026, 1, 2))",
    "SELECT 1;",
    "SELECT ';' AS a",
    "(SELECT 1)",
    "SELECT * FROM information_schema.tables",
  ])("may be %j", async (sql) => {
    await expect(house.query.run(sql)).resolves.toBeDefined();
  });

  it.each([
    "INSERT INTO sales (shop) VALUES ('x')",
    "DELETE FROM sales",
    "UPDATE sales SET price = 1",
    "ALTER TABLE sales ADD COLUMN x INT",
    "COPY sales TO 'LAKE/x.csv'",
    "COPY sales FROM 'LAKE/o.csv'",
    "EXPORT DATABASE 'LAKE'",
    "ATTACH 'LAKE/x.db'",
    "DETACH warehouse",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET threads = 1",
    "RESET threads",
    "PRAGMA threads = 1",
    "USE memory",
    "CHECKPOINT",
    "CALL pragma_version()",
    "BEGIN",
    "COMMIT",
    "ROLLBACK; DROP TABLE sales",
    "VACUUM",
    "CREATE SECRET s (TYPE s3)",
    "PREPARE p AS SELECT 1",
    "CREATE MACRO m() AS 1",
    "EXPLAIN ANALYZE SELECT 1",
    "EXPLAIN ANALYZE COPY sales TO 'LAKE/x.csv'",
    "EXPLAIN (ANALYZE) SELECT 1",
    "EXPLAIN INSERT INTO sales (shop) VALUES ('x')",
    "SELECT * FROM read_csv('LAKE/o.csv')",
    "SELECT * FROM read_text('LAKE/o.csv')",
    "SELECT * FROM glob('LAKE/*')",
    "SELECT * FROM 'LAKE/o.csv'",
    'FROM "LAKE/o.csv"',
    "SELECT * FROM read_csv('SECRET')",
    "SELECT * FROM query('SELECT * FROM read_csv(''LAKE/o.csv'')')",
    "SELECT * FROM sniff_csv('LAKE/o.csv')",
    "DESCRIBE 'LAKE/o.csv'",
    "SUMMARIZE SELECT * FROM read_csv('LAKE/o.csv')",
    "SELECT (SELECT count(*) FROM read_blob('SECRET'))",
    "WITH a AS (FROM read_text('LAKE/o.csv')) FROM a",
    "SELECT getenv('HOME')",
    "SELECT * FROM force_checkpoint()",
    "PIVOT sales ON shop USING sum(price)",
    "SELECT nextval('s')",
    "SHOW TABLES; DROP TABLE sales",
    "PRAGMA table_info('sales'); DROP TABLE sales",
    "SELECT * FROM parquet_metadata('LAKE/o.csv')",
  ])("may not be %j", async (sql) => {
    const text = sql
      .replaceAll("LAKE", join(folder, "lake"))
      .replaceAll("SECRET", join(folder, "secret.csv"));
    await expect(house.query.run(text)).rejects.toMatchObject({ code: "QUERY_FAILED" });
    expect((await house.query.run("SELECT count(*) FROM sales")).rows).toEqual([[0]]);
  });

  it("fail whole when a late row does, run or streamed", async () => {
    const sql =
      "SELECT CASE WHEN range = 90000 THEN CAST('x' || range AS INTEGER) ELSE range END FROM range(100000)";
    await expect(house.query.run(sql)).rejects.toMatchObject({ code: "QUERY_FAILED" });
    const read = async (): Promise<number> => {
      let chars = 0;
      for await (const text of house.query.stream(sql, "csv")) {
        chars += text.length;
      }
      return chars;
    };
    await expect(read()).rejects.toMatchObject({ code: "QUERY_FAILED" });
  });

  it("give lists, structs, times and big numbers as the seam says", async () => {
    const sql = `SELECT [1, NULL] AS l, {'a': DATE '2026-01-02', 'b': ['x']} AS s, MAP {'k': 1} AS m, TIMESTAMP '2026-01-02 03:04:05.5' AS t,
      TIMESTAMPTZ '2026-01-02 03:04:05+02' AS z, TIME '01:02:03' AS h, 12.50::DECIMAL(10, 2) AS d, 12345678901234567890.5::DECIMAL(38, 1) AS e,
      170141183460469231731687303715884105727::HUGEINT AS g, '{"a": 1}'::JSON AS j, 'x'::BLOB AS b, INTERVAL 1 DAY AS i, 'nan'::DOUBLE AS n`;
    const { rows } = await house.query.run(sql);
    expect(rows).toEqual([
      [
        "[1,null]",
        '{"a":"2026-01-02","b":["x"]}',
        '{"k":1}',
        "2026-01-02T03:04:05.5Z",
        "2026-01-02T01:04:05Z",
        "01:02:03",
        12.5,
        "12345678901234567890.5",
        170141183460469231731687303715884105727n,
        '{"a": 1}',
        "x",
        "1 day",
        Number.NaN,
      ],
    ]);
  });
});

describe("queries of snowflake", () => {
  it.each([
    "INSERT INTO sales (shop) VALUES ('x')",
    "DELETE FROM sales",
    "CALL do_it()",
    "BEGIN",
    "EXECUTE IMMEDIATE 'SELECT 1'",
    "COPY INTO sales FROM @lake",
    "PUT file:///etc/passwd @lake",
    "SELECT $1 FROM @lake/secret.csv",
    "SELECT $1 FROM @~",
    "SELECT SYSTEM$CANCEL_ALL_QUERIES(1)",
    "SELECT system $ wait(100)",
    "SELECT /* a */ system$pipe_force_resume('p')",
    "SELECT s.NEXTVAL",
    "SELECT * FROM TABLE(RESULT_SCAN('x'))",
    "SHOW TABLES; DROP TABLE sales",
    "SELECT 'a\\\\'; DROP TABLE sales; --'",
    "SELECT ?",
  ])("may not be %j", async (sql) => {
    const before = account.ran.length;
    await expect(snowflake.run(sql)).rejects.toMatchObject({ code: "QUERY_FAILED" });
    expect(account.ran.length).toBe(before);
  });

  it("fold names in quotes as SQL without quotes does, and leave texts alone", async () => {
    const sql = `SELECT 1 AS "shop", '"low"' AS "It's", 'it''s \\' AS c -- "x"`;
    await snowflake.run(sql).catch(() => {});
    const said = String(account.ran.at(-1)?.["statement"]);
    expect(said).toBe(`SELECT 1 AS "SHOP", '"low"' AS "IT'S", 'it''s \\' AS c -- "x"`);
  });
});
