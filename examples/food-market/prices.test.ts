/** The model over the real warehouse: each known item one row, value for value, whatever comes in and how often. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defined } from "../../src/base/assert.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { loadPlan } from "../../src/plan/load-plan.ts";
import type { Cell } from "../../src/seams/query.ts";
import { type ModelRunner, startModels } from "../../src/stages/models/index.ts";
import { csvOf, type CutText, deliveredCsv, makeCut } from "../../src/stages/warehouse/fixture.ts";
import { openWarehouse, type Warehouse } from "../../src/stages/warehouse/index.ts";
import { CSV_HEADER } from "./generator/formats.ts";
import { openGenerator } from "./generator.ts";
import { ITEMS, METRICS } from "./items.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-food-"));
const header = CSV_HEADER.trimEnd();
let plan: Plan;
let house: Warehouse;
let runner: ModelRunner;
let cut = 0;
let sequence = 1;

beforeAll(async () => {
  plan = await loadPlan(import.meta.dirname);
  house = await openWarehouse({ path: join(folder, "w.duckdb"), readable: [folder] });
  await house.ensure(plan);
  const execute = await house.execute();
  const times = { pauseMs: 1, pollMs: 10, retryMs: { first: 1, max: 10 } };
  runner = startModels({ plan, execute, clock: systemClock, ...times, onChange: () => undefined });
  await runner.settle();
});

afterAll(async () => {
  await runner[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Loads CSV lines as one cut, runs the models, and gives the newest row of the log of `prices`. */
async function load(lines: readonly string[]): Promise<readonly Cell[]> {
  const text = csvOf(header, lines, sequence);
  sequence += lines.length;
  return await loadText({ text, records: lines.length });
}

async function loadText(
  what: Pick<CutText, "text" | "records" | "discovered">,
): Promise<readonly Cell[]> {
  cut += 1;
  const about = { folder, stream: "prices", cut, format: "csv", compression: "gzip" } as const;
  const { manifest, objects } = makeCut({ ...about, ...what });
  await house.load(defined(plan.streams[0], "prices is the first stream"), manifest, objects);
  expect(await runner.settle()).toBe(true);
  const log = await rows(
    `SELECT rows_in, rows_out, inserted, updated, duplicates, set_aside FROM row_counts
     WHERE model = 'prices' ORDER BY run DESC LIMIT 1`,
  );
  return defined(log[0], "a run with news is in the log");
}

async function rows(sql: string): Promise<readonly (readonly Cell[])[]> {
  return (await house.query.run(sql)).rows;
}

async function value(sql: string): Promise<Cell | undefined> {
  return (await rows(sql))[0]?.[0];
}

/** A CSV line of one market's month with the given cells. */
function line(cells: Readonly<Record<string, string>>): string {
  const known: Readonly<Record<string, string>> = {
    country: "Kenya",
    mkt_name: "Somewhere",
    DATES: "6/1/2023",
    year: "2023",
    month: "6",
    ...cells,
  };
  return header
    .split(",")
    .map((column) => known[column] ?? "")
    .join(",");
}

/** Rows as texts in one order, to compare sets of them. */
function texts(all: readonly (readonly unknown[])[]): string[] {
  return all.map((row) => JSON.stringify(row)).toSorted();
}

const SHOWN = `SELECT country, market, date, item, item_group, open, high, low, close, inflation, trust
  FROM prices WHERE market <> 'Somewhere' ORDER BY ALL`;

test("every known item becomes one row under its full name, and unknown stays null", async () => {
  const made = openGenerator({ markets: 9, seed: 5n });
  const from = made.rows - 9 * 30;
  const wide = [
    ...Array.from({ length: 9 * 14 }, (_, index) => index),
    ...Array.from({ length: 9 * 4 }, (_, index) => from + index),
  ];
  const expected = wide.flatMap((index) => {
    const { country, market, year, month, readings } = made.row(index);
    const date = `${year}-${String(month).padStart(2, "0")}-01`;
    return readings.map(({ item, values: [open, high, low, close, inflation, trust] }) => {
      const [name, group] = defined(ITEMS[item], "a reading is of an item");
      const key = [country, market, date, name.toUpperCase(), group];
      return [...key, open, high, low, close, inflation ?? null, trust];
    });
  });
  const lines = wide.map((index) => made.csvLines(index, index + 1).trimEnd());
  // Later years first: nothing may depend on the order in which years arrive.
  const later = await load(lines.slice(9 * 14));
  const earlier = await load(lines.slice(0, 9 * 14));
  expect(Number(later[2]) + Number(earlier[2])).toBe(expected.length);
  expect(texts(await rows(SHOWN))).toEqual(texts(expected));
  expect(expected.some((row) => row[9] === null)).toBe(true);

  const before = await rows(SHOWN);
  const again = await load(lines);
  expect(again).toEqual([lines.length, expected.length, 0, 0, expected.length, 0]);
  expect(await rows(SHOWN)).toEqual(before);
});

test("all 78 items have six metrics of their own", async () => {
  const cells = ITEMS.flatMap(([item], n) =>
    METRICS.map(([prefix], m): [string, string] => [`${prefix}_${item}`, String(n + m / 10)]),
  );
  const counts = await load([line({ ...Object.fromEntries(cells), mkt_name: "Everything" })]);
  expect(counts).toEqual([1, 78, 78, 0, 0, 0]);
  const found = await rows(
    "SELECT item, open, high, low, close, inflation, trust FROM prices WHERE market = 'Everything'",
  );
  const expected = ITEMS.map(([item], n) => [
    item.toUpperCase(),
    ...METRICS.map((_, m) => Number(String(n + m / 10))),
  ]);
  expect(texts(found)).toEqual(texts(expected));
});

test("a later delivery revises, a row without any item is counted and makes no row", async () => {
  await load([line({ c_maize: "10", trust_maize: "9" }), line({ mkt_name: "Nothing here" })]);
  const counts = await load([line({ c_maize: "11" }), line({ c_maize: "12", c_rice: "5" })]);
  expect(counts).toEqual([2, 3, 1, 1, 1, 0]);
  const kept = "SELECT item, open, close, trust FROM prices WHERE market = 'Somewhere' ORDER BY 1";
  expect(await rows(kept)).toEqual([
    ["MAIZE", null, 12, null],
    ["RICE", null, 5, null],
  ]);
  expect(await value("SELECT count(*) FROM prices WHERE market = 'Nothing here'")).toBe(0);
});

test.each(["13/1/2023", "2023-06-01", "June 2023", "6/31/2023", "123/1/2023", "06/01/23"])(
  "a row of %s, which is no such date, is set aside and stops nothing",
  async (date) => {
    const counts = await load([line({ DATES: date, c_oil: "1" }), line({ c_oil: "2" })]);
    expect(counts[1]).toBe(2);
    expect(counts[5]).toBe(1);
  },
);

test("what looks wrong is named, never changed", async () => {
  const wrong = {
    mkt_name: "Odd",
    o_tea: "5",
    h_tea: "9",
    l_tea: "6",
    c_tea: "10",
    trust_tea: "11",
  };
  await load([line({ ...wrong, o_salt: "1", h_salt: "1", c_salt: "1", l_salt: "1", month: "7" })]);
  expect(
    await rows("SELECT item, quality, open FROM prices WHERE market = 'Odd' ORDER BY 1"),
  ).toEqual([
    ["SALT", "date_differs", 1],
    ["TEA", "open_below_low close_above_high trust_out_of_range date_differs", 5],
  ]);
  expect(await value("SELECT count(*) FROM prices WHERE quality = ''")).toBe(0);
});

test("fields found in the data, whatever their names, disturb nothing", async () => {
  const found = { date: "x", item: "y", open: "z", n: "1", country_2: "w" };
  const extra = deliveredCsv(sequence, JSON.stringify(found));
  sequence += 1;
  const text = `${csvOf(header, []).trimEnd()}\n${line({ mkt_name: "New", c_eggs: "3" })},${extra}\n`;
  const discovered = { date: "text", item: "text", open: "text", n: "text" } as const;
  expect(await loadText({ text, records: 1, discovered })).toEqual([1, 1, 1, 0, 0, 0]);
  expect(await value("SELECT date FROM raw_prices WHERE mkt_name = 'New'")).toBe("x");
  expect(await rows("SELECT item, close FROM prices WHERE market = 'New'")).toEqual([["EGGS", 3]]);
});

test("the freshness view follows", async () => {
  const found = await rows(
    "SELECT markets, months, months_flagged, CAST(last_date AS VARCHAR) FROM freshness WHERE item = 'SALT' AND country = 'Kenya'",
  );
  expect(Number(found[0]?.[0])).toBeGreaterThanOrEqual(2);
  expect(found[0]?.[3]).toBe("2023-06-01");
  expect(await value("SELECT sum(months) = (SELECT count(*) FROM prices) FROM freshness")).toBe(
    true,
  );
});
