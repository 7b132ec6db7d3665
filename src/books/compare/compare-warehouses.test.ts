/** Two databases that are equal say so however their rows lie; each difference is counted and named. */

import { DuckDBInstance } from "@duckdb/node-api";
import { expect, onTestFinished, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { defined } from "../../base/assert.ts";
import { Fault } from "../../base/faults.ts";
import type { Cell, Query } from "../../seams/query.ts";
import type { Finding, Verification } from "../../seams/verify.ts";
import { compareWarehouses } from "./compare-warehouses.ts";

interface Side {
  readonly query: Query;
  readonly change: (...statements: readonly string[]) => Promise<void>;
}

const TABLES = (load: number): readonly string[] => [
  `CREATE TABLE raw AS SELECT i / 8 AS price, 's' || (i % 7) AS shop, 'e' || i AS _event_id, i AS _sequence,
   ${load} + i // 1000 AS _load, now()::TIMESTAMP AS _loaded_at FROM range(40000) r(i)`,
  `CREATE TABLE dead_letters AS SELECT 'd' || i AS id, if(i = 3, 'load', 'check') AS stage,
   CASE WHEN i = 3 THEN now() END::TIMESTAMP AS received_at, ${load} AS _load FROM range(9) r(i)`,
  `CREATE TABLE _loads AS SELECT ${load} + i AS load, 'raw' AS stream, i + 1 AS cut, 1000 AS records,
   now()::TIMESTAMP AS loaded_at FROM range(40) r(i)`,
  // Sums of the same numbers in two orders, and two rows that say the same thing of which either may be first.
  `CREATE TABLE totals AS SELECT shop, 0.1e0 + 0.2e0 * ${load === 1 ? 1 : 1.0000000000000002}e0 AS total,
   'e${load}' AS _event_id FROM (SELECT DISTINCT shop FROM raw)`,
  `CREATE TABLE row_counts AS SELECT ${load} AS run`,
  `CREATE TABLE _again_totals AS SELECT ${load} AS n`,
  `CREATE VIEW looked AS SELECT ${load} AS n`,
];

async function openSide(load: number): Promise<Side> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  onTestFinished(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const change = async (...statements: readonly string[]): Promise<void> => {
    for (const statement of statements) {
      await connection.run(statement);
    }
  };
  await change("ATTACH ':memory:' AS warehouse", "USE warehouse", ...TABLES(load));
  const query: Query = {
    run: async (sql, options) => {
      const reader = await connection.runAndReadAll(sql, [...(options?.params ?? [])]);
      return { columns: [], rows: reader.getRows() as Cell[][] };
    },
    stream: () => {
      throw new Fault("QUERY_FAILED", { cause: "not here" });
    },
  };
  return { query, change };
}

async function compareAfter(...statements: readonly string[]): Promise<Verification> {
  const [rebuilt, live] = [await openSide(1), await openSide(500)];
  await live.change(...statements);
  return await compareWarehouses({
    rebuilt: rebuilt.query,
    live: live.query,
    signal: undefined,
    clock: { now: () => toInstant(0) },
    raw: ["raw"],
  });
}

/** The one table that differs. */
function broken({ findings }: Verification): Finding {
  const wrong = findings.filter(({ state }) => state !== "BALANCED");
  expect(wrong.map(({ account }) => account)).toHaveLength(1);
  return defined(wrong[0], "one differs");
}

test("loads, times, runs, lineage of models and last digits may differ", async () => {
  const { state, findings } = await compareAfter(
    "CREATE TABLE turned AS SELECT * FROM raw ORDER BY hash(_sequence)",
    "DROP TABLE raw",
    "ALTER TABLE turned RENAME TO raw",
  );
  expect(findings.filter((finding) => finding.state !== "BALANCED")).toEqual([]);
  expect(state).toBe("BALANCED");
  const accounts = ["_loads", "dead_letters", "raw", "totals"].map(
    (name) => `${name}: lake ↔ live`,
  );
  expect(findings.map(({ account }) => account)).toEqual(accounts);
});

test("rows that are gone are named", async () => {
  const found = broken(await compareAfter("DELETE FROM raw WHERE _sequence IN (5, 30001)"));
  expect(found).toMatchObject({ state: "SHORT", expected: 40_000, found: 39_998 });
  expect(found.ids).toEqual(["e30001", "e5"]);
});

test("a row that is there twice is named, though others are gone as often", async () => {
  const found = broken(
    await compareAfter(
      "INSERT INTO raw SELECT * FROM raw WHERE _sequence = 7",
      "DELETE FROM raw WHERE _sequence = 8",
    ),
  );
  expect(found).toMatchObject({ state: "SHORT", expected: 40_000, found: 40_000 });
  expect(found.ids.toSorted()).toEqual(["e7", "e8"]);
});

test("a value that was changed is told as such", async () => {
  const found = broken(await compareAfter("UPDATE raw SET price = NULL WHERE _sequence = 9"));
  expect(found.says).toContain("1 of them with other values");
  expect(found.ids).toEqual(["e9"]);
});

test("more than a hundred differences are all counted, and a hundred named", async () => {
  const found = broken(await compareAfter("DELETE FROM raw WHERE _sequence % 2 = 0"));
  expect(found).toMatchObject({ found: 20_000 });
  expect(found.ids).toHaveLength(100);
});

test.each([
  ["DELETE FROM _loads WHERE cut = 4", "SHORT", ["raw cut 4"]],
  ["UPDATE totals SET total = total * 1.00001 WHERE shop = 's3'", "SHORT", ["e500", "e1"]],
  ["DELETE FROM dead_letters WHERE id = 'd3'", "SHORT", ["d3"]],
  ["ALTER TABLE raw DROP price", "SHORT", []],
  ["ALTER TABLE raw ADD COLUMN more INTEGER", "OVER", []],
  ["DROP TABLE totals", "SHORT", []],
  ["CREATE TABLE mine AS SELECT 1 AS a", "OVER", []],
])("%s is found", async (statement, state, ids) => {
  const found = broken(await compareAfter(statement));
  expect(found.state).toBe(state);
  expect(found.ids.toSorted()).toEqual([...ids].toSorted());
});

test("what cannot be read is unverified", async () => {
  const { state } = await compareAfter("ALTER TABLE dead_letters DROP id");
  expect(state).toBe("UNVERIFIED");
});
