/** The made-up data has the shape of the bank's, is the same for the same seed, and begins anywhere. */

import { expect, test } from "vitest";
import { CSV_HEADER } from "./generator/formats.ts";
import { openDice } from "./generator/dice.ts";
import { COUNTRIES } from "./generator/places.ts";
import { pieces, toWanted, type Wanted } from "./generate.ts";
import {
  HISTORY_MONTHS,
  marketsFor,
  type MarketMonth,
  openGenerator,
  toWideRow,
} from "./generator.ts";
import { FOOD_PRICE_INDEX, ITEM_NAMES } from "./items.ts";
import { COLUMNS, priceRow } from "./schema.ts";

const made = openGenerator({ markets: 144 });
/** Every eleventh row of the whole history. */
const sample: readonly MarketMonth[] = Array.from({ length: Math.floor(made.rows / 11) }, (_, i) =>
  made.row(i * 11),
);
const readings = sample.flatMap((row) => row.readings);

test("rows have the file's 473 columns in their order, and the schema takes them", () => {
  expect(ITEM_NAMES).toHaveLength(78);
  expect(COLUMNS).toHaveLength(473);
  expect(COLUMNS.slice(0, 7)).toEqual([
    "country",
    "mkt_name",
    "DATES",
    "year",
    "month",
    "o_apples",
    "h_apples",
  ]);
  expect(COLUMNS.at(-1)).toBe("trust_food_price_index");
  for (const row of sample.slice(0, 50)) {
    const wide = toWideRow(row);
    expect(Object.keys(wide)).toEqual(COLUMNS);
    expect(priceRow.safeParse(wide).error).toBeUndefined();
  }
});

test("all 36 countries are there, month by month from 2007-01 to 2023-05", () => {
  const countries = new Set(Array.from({ length: 144 }, (_, index) => made.row(index).country));
  expect([...countries].toSorted()).toEqual(COUNTRIES.map(({ name }) => name).toSorted());
  expect(countries.size).toBe(36);
  expect([...countries].some((name) => name.includes(","))).toBe(false);
  expect(made.rows).toBe(144 * HISTORY_MONTHS);
  expect(made.row(143)).toMatchObject({ year: 2007, month: 1 });
  expect(made.row(144)).toMatchObject({ year: 2007, month: 2 });
  expect(made.row(made.rows - 1)).toMatchObject({ year: 2023, month: 5 });
  expect(() => made.row(made.rows)).toThrow(RangeError);
});

test("a market is named once in its country; some names are shared, accented or have apostrophes", () => {
  const many = openGenerator({ markets: 2200 });
  const rows = Array.from({ length: 2200 }, (_, index) => many.row(index));
  expect(new Set(rows.map(({ country, market }) => `${country}|${market}`)).size).toBe(2200);
  const names = new Set(rows.map(({ market }) => market));
  expect(names.size).toBeLessThan(2200);
  expect(names).toContain("N'Doffane");
  expect(names).toContain("Alto Molócuè");
  const withRosso = rows.filter(({ market }) => market === "Rosso").map(({ country }) => country);
  expect(withRosso.toSorted()).toEqual(["Mauritania", "Senegal"]);
});

test("about 9 % of the cells are filled, and some rows have no item", () => {
  const filled = readings.length / (sample.length * ITEM_NAMES.length);
  expect(filled).toBeGreaterThan(0.08);
  expect(filled).toBeLessThan(0.1);
  const empty = sample.filter((row) => row.readings.length === 0).length;
  expect(empty).toBeGreaterThan(0);
  expect(empty / sample.length).toBeLessThan(0.05);
});

test("a market's items stay its items, and inflation is unknown in a series' first year only", () => {
  for (let market = 0; market < 144; market += 7) {
    const began = new Map<number, number>();
    for (let month = 0; month < HISTORY_MONTHS; month += 1) {
      const row = made.row(month * 144 + market);
      row.readings.forEach(({ item }) => began.set(item, began.get(item) ?? month));
      expect(row.readings.map(({ item }) => item)).toEqual(
        [...began.keys()].toSorted((a, b) => a - b),
      );
      for (const { item, values } of row.readings) {
        expect(values[4] === undefined).toBe(month - (began.get(item) ?? 0) < 12);
      }
    }
  }
});

test("inflation is what the closes say, and close leads to the next open", () => {
  const [before, after] = [made.row(144 * 40), made.row(144 * 52)];
  for (const [place, { values }] of after.readings.entries()) {
    const [, , , close, inflation] = values;
    const was = before.readings[place]?.values[3] ?? 0;
    // Both closes are rounded to a hundredth before they are compared here.
    const slack = 0.01 + (100 * 0.01 * close) / (was * Math.min(was, close));
    expect(Math.abs((inflation ?? 0) - ((100 * close) / was - 100))).toBeLessThan(slack);
  }
});

test("prices are positive, mostly consistent, and now and then not", () => {
  const broken = readings.filter(({ values: [open, high, low, close] }) => {
    expect(low).toBeGreaterThanOrEqual(0.01);
    expect(close).toBeGreaterThanOrEqual(low);
    expect(close).toBeLessThanOrEqual(high);
    return open < low || open > high;
  });
  expect(broken.length).toBeGreaterThan(0);
  expect(broken.length / readings.length).toBeLessThan(0.002);
});

test("trust is 1 to 10, the index is near 1, and inflation is extreme at times", () => {
  const index = readings.filter(({ item }) => item === FOOD_PRICE_INDEX);
  const closes = index.map(({ values }) => values[3]).toSorted((a, b) => a - b);
  expect(closes[Math.floor(closes.length / 2)]).toBeCloseTo(1, 0);
  const inflations = readings.flatMap(({ values }) => values[4] ?? []);
  expect(Math.max(...inflations)).toBeGreaterThan(200);
  expect(Math.min(...inflations)).toBeLessThan(-50);
  for (const { values } of readings) {
    expect(values[5]).toBeGreaterThanOrEqual(1);
    expect(values[5]).toBeLessThanOrEqual(10);
    expect(values[5]).toBe(Math.round(values[5] * 10) / 10);
  }
});

test("the same seed gives the same bytes from any place; any bit of another seed gives others", () => {
  const again = openGenerator({ markets: 144 });
  expect(again.csvLines(12_345, 12_360)).toBe(made.csvLines(12_345, 12_360));
  expect(made.csv(0, 300)).toBe(made.csv(0, 123) + made.csvLines(123, 300));
  expect(made.ndjson(0, 300)).toBe(made.ndjson(0, 299) + made.ndjson(299, 300));
  const seeds = [0n, 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n];
  const texts = seeds.map((seed) => openGenerator({ markets: 36, seed }).csv(0, 20));
  expect(new Set(texts).size).toBe(seeds.length);
});

test("the dice are even and know their questions apart", () => {
  const dice = openDice(7n);
  const throws = Array.from({ length: 10_000 }, (_, id) => dice.at(3, id, 5));
  const mean = throws.reduce((sum, one) => sum + one, 0) / throws.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  expect(new Set(throws).size).toBeGreaterThan(9_990);
  expect(dice.at(1, 2, 3)).not.toBe(dice.at(1, 3, 2));
  expect(dice.at(1, 2, 3)).not.toBe(dice.at(2, 1, 3));
});

test("CSV, NDJSON and objects say the same", () => {
  const columns = CSV_HEADER.trim().split(",");
  for (const index of [0, 777, 20_000]) {
    const wide = toWideRow(made.row(index)) as Readonly<Record<string, string | number | null>>;
    const cells = made
      .csvLines(index, index + 1)
      .trimEnd()
      .split(",");
    const json = JSON.parse(made.ndjson(index, index + 1)) as Record<string, unknown>;
    expect(cells).toHaveLength(473);
    columns.forEach((column, place) => {
      expect(cells[place]).toBe(String(wide[column] ?? ""));
      expect(json[column] ?? null).toBe(wide[column]);
    });
  }
});

test("dirt adds two broken records and changes no row", () => {
  const dirty = openGenerator({ markets: 144, dirt: true });
  expect(dirty.records).toBe(made.rows + 2);
  const lines = dirty.ndjson(0, 200).trimEnd().split("\n");
  const whole = lines.filter((_, record) => record !== 40 && record !== 91);
  expect(whole.join("\n")).toBe(made.ndjson(0, 198).trimEnd());
  const judged = lines.map((line) => priceRow.safeParse(JSON.parse(line)));
  const broken = judged.flatMap(({ error }, record) =>
    error === undefined ? [] : [[record, String(error.issues[0]?.path[0])]],
  );
  expect(broken).toHaveLength(2);
  expect(broken[0]?.[0]).toBe(40);
  expect(broken[0]?.[1]).toMatch(/^o_/);
  expect(broken[1]).toEqual([91, "country"]);
  const csv = dirty.csvLines(0, 200).trimEnd().split("\n");
  expect(csv.every((line) => line.split(",").length === 473)).toBe(true);
  expect(csv[40]).toContain(",n/a,");
  expect(csv[91]?.startsWith(",")).toBe(true);
});

function text(args: string): string {
  return [...pieces(toWanted(args.split(" ")) as Wanted)].join("");
}

test("any number of rows, over as many markets as it takes", () => {
  expect(text("--rows 1300").trimEnd().split("\n")).toHaveLength(1301);
  expect(text("--rows 1300 --format ndjson --dirt").trimEnd().split("\n")).toHaveLength(1302);
  expect(text("--rows 0")).toBe(CSV_HEADER);
  expect(marketsFor(21_000)).toBe(107);
  expect(marketsFor(1_000_000) * HISTORY_MONTHS).toBeGreaterThanOrEqual(1_000_000);
});

test.each([
  "--rows many",
  "--seed -1",
  "--seed 18446744073709551616",
  "--format xml",
  "--markets 0",
  "--rows 1000 --markets 2",
  "--row 3",
])("%s is refused with a sentence", (args) => {
  expect(toWanted(args.split(" "))).toMatch(/\w{3,} .*/);
});
