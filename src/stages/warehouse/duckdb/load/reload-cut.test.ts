/** What was taken out of a table by hand comes back as it was; what is there stays, once. */

import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { MadeCut } from "../../fixture.ts";
import {
  cutOf,
  FIELDS,
  folder,
  house,
  load,
  open,
  plan,
  planSales,
  rows,
  SALE,
  stream,
  useHouse,
} from "../../house.fixture.ts";
import { csvOf } from "../../fixture.ts";

useHouse({ beforeEach, afterEach });

const SALES = planSales(z.object(SALE), { newField: "evolve" });

const EVERYTHING = "SELECT * FROM sales ORDER BY _load, _line";
const LETTERS = "SELECT * FROM dead_letters ORDER BY _load, stage, _line";

/** Two cuts; the second has a row that the load sets aside, and a letter of the transform. */
async function loadTwo(): Promise<readonly MadeCut[]> {
  await open(SALES);
  const letter = {
    id: "t-1",
    stream: "sales",
    stage: "transform",
    cause: "TRANSFORM_FAILED",
    reasons: [],
    schema_version: "v",
    received_at: "2026-03-01T10:00:00.000Z",
    caller: "c",
    request_id: "r",
    member: 0,
    raw_base64: "",
    raw_text: null,
  };
  const first = cutOf({ text: csvOf(FIELDS, ["A,1,,,,,", "B,2,,,,,"]), records: 2 });
  const text = csvOf(FIELDS, ["C,3,,,,,", "D,dear,,,,,", "E,5,,,,,"], 3);
  const second = cutOf({ text, records: 3, cut: 2, failed: [letter] });
  await load(first);
  await load(second);
  return [first, second];
}

/** Changes the database as a hand would that has the file. */
async function byHand(...statements: readonly string[]): Promise<void> {
  await house[Symbol.asyncDispose]();
  const instance = await DuckDBInstance.create(join(folder, "w.duckdb"));
  const connection = await instance.connect();
  for (const statement of statements) {
    await connection.run(statement);
  }
  connection.closeSync();
  instance.closeSync();
  await open(plan);
}

async function reload({ manifest, objects }: MadeCut): Promise<number> {
  return await house.reload(stream(), manifest, objects);
}

it("rows and letters come back exactly as they were, and once", async () => {
  const cuts = await loadTwo();
  const [before, letters] = [await rows(EVERYTHING), await rows(LETTERS)];
  expect([before.length, letters.length]).toEqual([4, 2]);
  await byHand("DELETE FROM sales WHERE shop IN ('A', 'E')", "DELETE FROM dead_letters");
  const held = await house.holdings(stream());
  expect(held).toEqual([
    { cut: 1, rows: 2, setAside: 0, rowsFound: 1, lettersFound: 0 },
    { cut: 2, rows: 2, setAside: 1, rowsFound: 1, lettersFound: 0 },
  ]);
  for (const back of [1 + 3, 0]) {
    let put = 0;
    for (const cut of cuts) {
      put += await reload(cut);
    }
    expect(put).toBe(back);
    expect(await rows(EVERYTHING)).toEqual(before);
    expect(await rows(LETTERS)).toEqual(letters);
  }
});

it("a row that was changed by hand stays as it is: nothing is overwritten", async () => {
  const [first] = await loadTwo();
  await byHand("UPDATE sales SET price = 9 WHERE shop = 'A'", "DELETE FROM sales WHERE shop = 'B'");
  expect(await reload(first as MadeCut)).toBe(1);
  expect(await rows("SELECT shop, price FROM sales WHERE _load = 1 ORDER BY shop")).toEqual([
    ["A", 9],
    ["B", 2],
  ]);
});

it("an object that gives other rows than at its load changes nothing", async () => {
  const [, second] = await loadTwo();
  await byHand("DELETE FROM sales WHERE shop = 'C'", 'UPDATE _loads SET "rows" = 3 WHERE cut = 2');
  const before = await rows(EVERYTHING);
  await expect(reload(second as MadeCut)).rejects.toThrow("at its load it gave 3 and 1");
  expect(await rows(EVERYTHING)).toEqual(before);
});
