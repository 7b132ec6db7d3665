/** The fingerprint in SQL and in JavaScript is one: over any values, in any order, and never for other values. */

import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type HashedColumn, fingerprintSql, hashRow, type HashedValue } from "./fingerprint.ts";

const COLUMNS: readonly HashedColumn[] = [
  { name: "id", type: "VARCHAR" },
  { name: 'odd "name', type: "VARCHAR" },
  { name: "n", type: "BIGINT" },
  { name: "x", type: "DOUBLE" },
  { name: "b", type: "BOOLEAN" },
  { name: "d", type: "DATE" },
  { name: "t", type: "TIMESTAMP" },
];
const DAY_US = 86_400_000_000;

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
  await connection.run(
    "CREATE MACRO md5_number_lower64(value) AS CAST('0x' || substr(md5(value), 17) AS UBIGINT)",
  );
});

afterAll(() => {
  connection.closeSync();
});

/** Any finite double of a size that is told exactly; those below 2^-106 are told as far as that. */
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -7e31, max: 7e31 }),
  fc.integer().map((n) => n / 100),
  fc.constantFrom(0, -0, 0.1, 1 / 3, 1e15 + 0.3, 2 ** 53, 2 ** 53 + 2, -(2 ** 80), 5e-324, 1e-9),
);
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }).map((given) => given.replaceAll("\0", "")),
  fc.constantFrom("", '"', '","', ",", "\n", "ä€𝄞"),
);
const row = fc.tuple(
  text,
  fc.option(text, { nil: undefined }),
  fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { nil: undefined }),
  fc.option(number, { nil: undefined }),
  fc.option(fc.boolean(), { nil: undefined }),
  fc.option(fc.bigInt({ min: -20_000n, max: 40_000n }), { nil: undefined }),
  fc.option(fc.bigInt({ min: BigInt(-400 * DAY_US), max: BigInt(30_000 * DAY_US) }), {
    nil: undefined,
  }),
);

type Row = readonly HashedValue[];

function literal(value: HashedValue, at: number): string {
  if (value === undefined) {
    return "NULL";
  }
  if (typeof value === "string") {
    return `'${value.replaceAll("'", "''")}'`;
  }
  switch (COLUMNS[at]?.type) {
    case "DATE":
      return `DATE '1970-01-01' + CAST(${value} AS INTEGER)`;
    case "TIMESTAMP":
      return `make_timestamp(${value})`;
    case "DOUBLE":
      return `CAST('${Object.is(value, -0) ? "-0" : value}' AS DOUBLE)`;
    default:
      return `CAST('${value}' AS ${COLUMNS[at]?.type})`;
  }
}

async function inSql(rows: readonly Row[]): Promise<string> {
  const types = COLUMNS.map(({ name, type }) => `"${name.replaceAll('"', '""')}" ${type}`);
  await connection.run(`CREATE OR REPLACE TABLE seen (${types.join(", ")})`);
  const values = rows.map((one) => `(${one.map(literal).join(", ")})`);
  await connection.run(`INSERT INTO seen VALUES ${values.join(", ")}`);
  const reader = await connection.runAndReadAll(fingerprintSql("seen", COLUMNS, "true"));
  const [count, fingerprint] = reader.getRows()[0] ?? [];
  expect(Number(count)).toBe(rows.length);
  return String(fingerprint);
}

test("SQL and JavaScript give one fingerprint, whatever the order of rows", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 8 }),
      fc.nat(),
      async (rows, turn) => {
        const expected = String(rows.reduce((sum, one) => sum + hashRow(one), 0n));
        expect(await inSql(rows)).toBe(expected);
        const cut = turn % rows.length;
        expect(await inSql([...rows.slice(cut), ...rows.slice(0, cut)].toReversed())).toBe(
          expected,
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("a row of other values has another text, so another hash", () => {
  fc.assert(
    fc.property(row, row, (a, b) => {
      const same = a.every((value, at) => value === b[at] || bothTiny(value, b[at]));
      expect(hashRow(a) === hashRow(b)).toBe(same);
    }),
    { numRuns: 500 },
  );
  expect(hashRow(["a", "b,c"])).not.toBe(hashRow(["a,b", "c"]));
  expect(hashRow(['a","b'])).not.toBe(hashRow(["a", "b"]));
  expect(hashRow([""])).not.toBe(hashRow([undefined]));
  expect(hashRow([0.1 + 0.2])).not.toBe(hashRow([0.3]));
});

function bothTiny(a: HashedValue, b: HashedValue): boolean {
  return typeof a === "number" && typeof b === "number" && Math.abs(a - b) < 2 ** -105;
}
