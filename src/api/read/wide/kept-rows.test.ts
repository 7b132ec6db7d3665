/** Kept wide rows: the same rows as the engine's, one reading for many questions, within their bound. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Cell, Query, QueryOptions } from "../../../seams/query.ts";
import { KeptRows } from "./kept-rows.ts";
import type { ReadSource } from "../source.ts";
import { toDense, toSparse } from "./sparse-row.ts";

const COLUMNS = ["_load", "_line", "a", "b", "c"];
const ROWS = 1000;
const cellsOf = (load: number, line: number): Cell[] => [
  BigInt(load),
  BigInt(line),
  line % 3 === 0 ? null : `text ${load}.${line}`,
  line % 7 === 0 ? line / 2 : null,
  null,
];

function sourceOf(...names: readonly string[]): ReadSource {
  const columns = names.map((name) => ({ name, type: "VARCHAR" }));
  const order = columns.slice(0, 2);
  return { sql: "t", columns, order, strict: true, lasting: true, ordered: false };
}

const SOURCE = sourceOf(...COLUMNS);

/** Answers as the engine does: the key, then the columns, of a slice of one load. */
class Table implements Query {
  readonly asked: (readonly Cell[])[] = [];
  /** Loads that are there to be read ahead. */
  loads: number;
  fails = false;
  hold: Promise<void> = Promise.resolve();

  constructor(loads = 0) {
    this.loads = loads;
  }

  async run(sql: string, { params = [], rowsMax = 0 }: QueryOptions = {}) {
    if (sql.includes("GROUP BY")) {
      const news = Array.from({ length: this.loads }, (_, at) => BigInt(this.loads - at));
      const rows = news.filter((load) => load > BigInt(String(params[0])));
      return { columns: [], rows: rows.map((load) => [load, 1n, BigInt(ROWS)]) };
    }
    this.asked.push(params);
    await this.hold;
    if (this.fails) {
      throw new Error("the engine is away");
    }
    const [load, first] = params.map(Number) as [number, number];
    const last = Math.min(first + rowsMax, ROWS + 1);
    const lines = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
    const rows = lines
      .filter((line) => line > 0)
      .map((line) => [BigInt(load), BigInt(line), ...cellsOf(load, line)]);
    return { columns: [], rows };
  }

  stream(): never {
    throw new Error("nobody streams");
  }
}

const key = (load: number, line: number): Cell[] => [BigInt(load), BigInt(line)];

test("a first question is answered by the engine, the next ones from memory, in the order of their keys", async () => {
  const table = new Table();
  const kept = new KeptRows(table);
  const keys = [key(2, 700), key(1, 1), key(1, 512), key(2, 699)];
  expect(await kept.of(SOURCE, ["b", "a"], keys)).toBe(undefined);
  await expect.poll(() => kept.of(SOURCE, ["b", "a"], keys)).not.toBe(undefined);
  const readings = table.asked.length;
  expect(readings).toBe(3);
  const found = await kept.of(SOURCE, ["b", "a"], keys);
  expect(found?.columns.map(({ name }) => name)).toEqual(["_load", "_line", "b", "a"]);
  expect(found?.rows).toEqual([
    [2n, 700n, 350, "text 2.700"],
    [1n, 1n, null, "text 1.1"],
    [1n, 512n, null, "text 1.512"],
    [2n, 699n, null, null],
  ]);
  expect(table.asked.length).toBe(readings);
});

test("many questions at once wait for one reading", async () => {
  const table = new Table();
  const release = Promise.withResolvers<void>();
  table.hold = release.promise;
  const kept = new KeptRows(table);
  expect(await kept.of(SOURCE, ["a"], [key(1, 5)])).toBe(undefined);
  const others = Array.from({ length: 20 }, (_, at) => kept.of(SOURCE, ["a"], [key(1, at + 1)]));
  release.resolve();
  const answers = await Promise.all(others);
  expect(answers.map((found) => found?.rows[0]?.[1])).toEqual(
    Array.from({ length: 20 }, (_, at) => BigInt(at + 1)),
  );
  expect(table.asked.length).toBe(1);
});

test("the first question has the newest loads read ahead, a later one those that came since", async () => {
  const table = new Table(3);
  const kept = new KeptRows(table);
  expect(await kept.of(SOURCE, ["a"], [key(3, 5)])).toBe(undefined);

  await expect.poll(() => table.asked.length).toBe(6);
  expect(await kept.of(SOURCE, ["a"], [key(1, 900), key(2, 3)])).not.toBe(undefined);
  table.loads = 5;
  expect(await kept.of(SOURCE, ["a"], [key(5, 5)])).toBe(undefined);
  await expect.poll(() => table.asked.length).toBe(10);
  expect(await kept.of(SOURCE, ["a"], [key(4, 900)])).not.toBe(undefined);
});

test("what cannot be read is asked for again, and a row that is not there is never made up", async () => {
  const table = new Table();
  const kept = new KeptRows(table);
  table.fails = true;
  expect(await kept.of(SOURCE, ["a"], [key(1, 5)])).toBe(undefined);
  await expect.poll(() => table.asked.length).toBe(1);
  table.fails = false;
  await expect.poll(() => kept.of(SOURCE, ["a"], [key(1, 5)])).not.toBe(undefined);
  await expect.poll(() => kept.of(SOURCE, ["a"], [key(1, ROWS)])).not.toBe(undefined);
  expect(await kept.of(SOURCE, ["a"], [key(1, ROWS + 1)])).toBe(undefined);
});

test("a table that got a column is read again", async () => {
  const table = new Table();
  const kept = new KeptRows(table);
  await expect.poll(() => kept.of(SOURCE, ["a"], [key(1, 5)])).not.toBe(undefined);
  const before = table.asked.length;
  expect(await kept.of(sourceOf(...COLUMNS, "d"), ["d"], [key(1, 5)])).toBe(undefined);
  await expect.poll(() => table.asked.length).toBe(before + 1);
});

test("what it holds is bounded, and the rows asked for last stay", async () => {
  const table = new Table();
  const kept = new KeptRows(table, { bytesMax: 300_000, waitingMax: 8 });
  for (let load = 1; load <= 12; load += 1) {
    await expect.poll(() => kept.of(SOURCE, ["a"], [key(load, 300)])).not.toBe(undefined);
    expect(kept.held).toBeLessThan(300_000);
  }
  const before = table.asked.length;
  expect(await kept.of(SOURCE, ["a"], [key(12, 301)])).not.toBe(undefined);
  expect(table.asked.length).toBe(before);
  expect(await kept.of(SOURCE, ["a"], [key(1, 300)])).toBe(undefined);
});

test("a row without its nulls gives any of its columns back, in any order", () => {
  const cell = fc.oneof(
    fc.constant(null),
    fc.constant(null),
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.bigInt(),
  );
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 60 }), fc.infiniteStream(fc.nat()), (row, dice) => {
      const shown = row
        .map((_, at) => ({ at, by: dice.next().value ?? 0 }))
        .toSorted((a, b) => a.by - b.by)
        .filter(({ by }) => by % 3 !== 0)
        .map(({ at }) => at);
      const places = row.map((_, at) => {
        const place = shown.indexOf(at);
        return place === -1 ? undefined : place;
      });
      expect(toDense(toSparse(row), places, shown.length)).toEqual(shown.map((at) => row[at]));
    }),
  );
});
