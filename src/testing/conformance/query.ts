/** What every query seam must do, as named cases in SQL that any engine knows. */

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { FaultCode } from "../../base/faults.ts";
import type { Query, QueryOptions } from "../../seams/query.ts";

export interface QueryCase {
  readonly name: string;
  readonly run: (query: Query) => Promise<void>;
}

const DIGITS = "WITH d(i) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))";
/** Ten thousand rows. */
const MANY = `${DIGITS} SELECT a.i + 10 * b.i + 100 * c.i + 1000 * e.i AS n FROM d a, d b, d c, d e`;
/** A hundred million rows: nobody waits for the last. */
const ENDLESS = `${DIGITS} SELECT a.i FROM d a, d b, d c, d e, d f, d g, d h, d k`;
const ODD = `SELECT 1 AS n, 'a "b", c' AS t UNION ALL SELECT 2, NULL UNION ALL SELECT 3, '' ORDER BY 1`;

export const QUERY_CASES: readonly QueryCase[] = [
  {
    name: "gives columns by name and rows by place, with null, numbers and texts",
    async run(query) {
      const { columns, rows } = await query.run("SELECT 1 AS a, 'x' AS b, 1.5 AS c, NULL AS d");
      deepEqual(
        columns.map(({ name }) => name),
        ["a", "b", "c", "d"],
      );
      deepEqual(rows, [[1, "x", 1.5, null]]);
    },
  },
  {
    name: "gives columns also when there is no row",
    async run(query) {
      const { columns, rows } = await query.run("SELECT 1 AS a WHERE 1 = 0");
      deepEqual([columns.length, rows.length], [1, 0]);
    },
  },
  {
    name: "fills placeholders, never as SQL",
    async run(query) {
      const params = ["x' OR '1'='1", 5, null];
      const { rows } = await query.run("SELECT ?, ? + 1, ?", { params });
      deepEqual(rows, [["x' OR '1'='1", 6, null]]);
      await refused(query, "SELECT ?", "QUERY_FAILED", { params: [1, 2] });
    },
  },
  {
    name: "keeps whole numbers exact, as number while that is safe",
    async run(query) {
      const { rows } = await query.run("SELECT 9007199254740991, 9007199254740993");
      deepEqual(rows, [[9007199254740991, 9007199254740993n]]);
    },
  },
  {
    name: "refuses more rows than asked for, and gives exactly as many",
    async run(query) {
      equal((await query.run(MANY, { rowsMax: 10_000 })).rows.length, 10_000);
      await refused(query, MANY, "QUERY_TOO_LARGE", { rowsMax: 9999 });
    },
  },
  ...[
    "SELECT nope",
    "SELEC 1",
    "",
    "SELECT 1; SELECT 2",
    "CREATE TABLE made (a INTEGER)",
    "CREATE TEMP TABLE made (a INTEGER)",
    "DROP TABLE nowhere",
  ].map((sql) => ({
    name: `refuses ${JSON.stringify(sql)}`,
    run: (query: Query) => refused(query, sql, "QUERY_FAILED"),
  })),
  {
    name: "stops when the time is over",
    run: (query) => refused(query, ENDLESS, "QUERY_CANCELLED", { timeoutMs: 60, rowsMax: 1e9 }),
  },
  {
    name: "stops when it is cancelled, before and during",
    async run(query) {
      const rowsMax = 1e9;
      await refused(query, ENDLESS, "QUERY_CANCELLED", { signal: AbortSignal.abort(), rowsMax });
      const signal = AbortSignal.timeout(60);
      await refused(query, ENDLESS, "QUERY_CANCELLED", { signal, rowsMax });
      deepEqual((await query.run("SELECT 1")).rows, [[1]]);
    },
  },
  {
    name: "answers many askers at once",
    async run(query) {
      const asked = Array.from({ length: 20 }, (_ask, at) =>
        query.run("SELECT ?", { params: [at] }),
      );
      const answers = (await Promise.all(asked)).map(({ rows }) => rows[0]?.[0]);
      deepEqual(answers, [...answers.keys()]);
    },
  },
  {
    name: "streams CSV with a header, null empty and the empty text quoted",
    async run(query) {
      equal(await all(query.stream(ODD, "csv")), 'n,t\n1,"a ""b"", c"\n2,\n3,""\n');
      equal(await all(query.stream("SELECT 1 AS a WHERE 1 = 0", "csv")), "a\n");
    },
  },
  {
    name: "streams JSON and NDJSON",
    async run(query) {
      const expected = [
        { n: 1, t: 'a "b", c' },
        { n: 2, t: null },
        { n: 3, t: "" },
      ];
      deepEqual(JSON.parse(await all(query.stream(ODD, "json"))), expected);
      const lines = (await all(query.stream(ODD, "ndjson"))).trimEnd().split("\n");
      deepEqual(
        lines.map((line) => JSON.parse(line) as unknown),
        expected,
      );
      deepEqual(JSON.parse(await all(query.stream("SELECT 1 AS a WHERE 1 = 0", "json"))), []);
    },
  },
  {
    name: "streams results of any length in chunks, and lets a reader walk away",
    async run(query) {
      const lines = (await all(query.stream(MANY, "csv"))).trimEnd().split("\n");
      equal(lines.length, 10_001);
      for (let turn = 0; turn < 12; turn += 1) {
        let chars = 0;
        for await (const text of query.stream(ENDLESS, "ndjson")) {
          chars += text.length;
          if (chars > 100_000) {
            break;
          }
        }
        ok(chars < 2_000_000, "a chunk has a bound");
      }
      deepEqual((await query.run("SELECT 1")).rows, [[1]]);
    },
  },
  {
    name: "tells a stream's fault to its reader",
    async run(query) {
      await rejects(all(query.stream("SELECT nope", "csv")), has("QUERY_FAILED"));
      await rejects(all(query.stream(ENDLESS, "csv", { timeoutMs: 60 })), has("QUERY_CANCELLED"));
    },
  },
];

async function refused(
  query: Query,
  sql: string,
  ...[code, options]: [FaultCode, QueryOptions?]
): Promise<void> {
  await rejects(query.run(sql, options), has(code));
}

function has(code: FaultCode): (thrown: unknown) => true {
  return (thrown) => {
    equal((thrown as { code?: unknown }).code, code, String(thrown));
    return true;
  };
}

async function all(chunks: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) {
    text += chunk;
  }
  return text;
}
