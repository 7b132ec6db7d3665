/** Places told by sums over words are those that the rows have, whichever are missing, doubled or somewhere else. */

import { DuckDBInstance } from "@duckdb/node-api";
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Cell } from "../../seams/query.ts";
import { eachPlace, toPlaces } from "../ranges.ts";
import { type LoadedCut, readRows, wordsOf } from "./places.ts";

const ROWS = { stream: "prices", table: "t", only: "true" };
const CUTS = [1, 2];
const cuts = CUTS.map((cut) => ({
  manifest: { object: { name: `object-${cut}` } },
  loaded: { cut, load: 10 + cut },
})) as unknown as readonly LoadedCut[];

/** Rows from here on, of which some are not there, and some twice or thrice. */
const shard = fc.record({
  shard: fc.nat(2),
  first: fc.integer({ min: 1, max: 200 }),
  count: fc.nat(150),
  gaps: fc.array(fc.nat(150), { maxLength: 4 }),
  again: fc.array(fc.nat(150), { maxLength: 3 }),
});
const tables = fc.tuple(...CUTS.map(() => fc.uniqueArray(shard, { selector: (one) => one.shard })));

test("words say exactly which places have rows, and how many rows share one", async () => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  onTestFinished(() => {
    connection.closeSync();
    instance.closeSync();
  });
  await connection.run("CREATE TABLE _loads (stream TEXT, load BIGINT, cut BIGINT)");
  await connection.run(
    "INSERT INTO _loads VALUES ('prices', 11, 1), ('prices', 12, 2), ('x', 13, 1)",
  );
  await connection.run(
    "CREATE TABLE t (_load BIGINT, _object TEXT, _shard BIGINT, _sequence BIGINT)",
  );
  const query = {
    async run(sql: string, { params = [] }: { params?: readonly Cell[] } = {}) {
      return { rows: (await connection.runAndReadAll(sql, [...params])).getRows() as Cell[][] };
    },
  };
  const holds = fc.asyncProperty(tables, async (given) => {
    await connection.run("DELETE FROM t");
    const truth = given.map((shards) =>
      shards.flatMap(({ shard: number, first, count, gaps, again }) => {
        const all = Array.from({ length: count }, (_none, at) => first + at);
        const kept = all.filter((_sequence, at) => !gaps.includes(at));
        return [...kept, ...again.flatMap((at) => kept.slice(at, at + 1))].map((sequence) => ({
          shard: number,
          sequence,
        }));
      }),
    );
    const values = truth.flatMap((places, at) =>
      places.map(
        ({ shard: number, sequence }) => `(${11 + at}, 'object-${at + 1}', ${number}, ${sequence})`,
      ),
    );
    // A row of the other stream, one of an object nobody knows, and one without a place.
    await connection.run(
      `INSERT INTO t VALUES ${[...values, "(13, 'object-1', 0, 1)", "(12, 'other', 0, 5)", "(11, 'object-1', NULL, 7)"].join(", ")}`,
    );
    const found = await readRows({ query, signal: undefined }, ROWS, cuts);
    for (const [at, places] of truth.entries()) {
      const due = toPlaces(
        places.map(({ shard: n, sequence }) => ({ shard: n, first: sequence, last: sequence })),
      );
      const distinct = [...eachPlace(due, Infinity)].length;
      expect(found.get(at + 1)).toEqual({
        places: due,
        twice: places.length - distinct,
        strange: 1,
        strangeName: at === 0 ? "object-1" : "other",
      });
    }
  });
  await fc.assert(holds, { numRuns: 150 });
});

test("a million records in a row touch as many words as a window may have", () => {
  expect(wordsOf([{ shard: 0, first: 1, last: 48 }])).toBe(2);
  expect(wordsOf([{ shard: 0, first: 1, last: 1_000_000 }])).toBeLessThan(32_768);
});
