/** A measure's two forms say the same: SQL asked of the warehouse, DAX worked out over the same rows. */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGenerator, toWideRow } from "../../examples/food-market/generator.ts";
import { report } from "../../examples/food-market/report.ts";
import { Problems } from "../../src/plan/settle.ts";
import { planReport, type ReportPlan } from "../../src/plan/report/plan-report.ts";
import { loadPlan } from "../../src/plan/load-plan.ts";
import { contentsOf } from "../../src/report/contents.ts";
import { daxOf, sqlOf } from "../../src/report/measure.ts";
import { describeTables } from "../../src/runtime/describe/describe.ts";
import { openTestPipeline, type TestPipeline } from "../../src/testing/pipeline/index.ts";
import { evaluate, type Row } from "./dax.ts";

const folder = join(import.meta.dirname, "../../examples/food-market");
const MARKETS = 4;
let pipeline: TestPipeline;
let rows: readonly Row[];
let plan: ReportPlan;

beforeAll(async () => {
  const planned = planReport(report, new Problems());
  if (planned === undefined) {
    throw new TypeError("the example has a report");
  }
  plan = planned;
  pipeline = await openTestPipeline(folder);
  await pipeline.send("prices", made());
  await pipeline.drain();
  rows = (await pipeline.query(
    "select country, market, cast(date as varchar) as date, item, open, high, low, close, inflation, trust, quality from prices",
  )) as readonly Row[];
});

afterAll(async () => {
  await pipeline[Symbol.asyncDispose]();
});

/** The first fifteen months of some markets: the first twelve have no inflation. */
function made(): object[] {
  const generator = openGenerator({ markets: MARKETS });
  const wide = Array.from({ length: MARKETS * 15 }, (_, index) => toWideRow(generator.row(index)));
  return [
    ...wide,
    // What the guards are for: a market of the same name in another country, a row that is flagged.
    {
      country: "Elsewhere",
      mkt_name: String(wide[0]?.["mkt_name"]),
      DATES: "1/1/2007",
      year: 2007,
      month: 1,
      c_rice: 10,
      h_rice: 5,
    },
  ];
}

function text(value: unknown): string {
  return `'${String(value).replaceAll("'", "''")}'`;
}

function candle(open: number, close: number): Row[] {
  return [{ country: "K", item: "RICE", open, close, trust: 8 }];
}

function of(name: string): string {
  const found = plan.measures.find((one) => one.name === name);
  return found === undefined ? "" : sqlOf(found);
}

/** Sums in another order differ in the last digits. */
function rounded(value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(10)) : value;
}

/** Rows that slicers leave, told as a filter of each side. */
function contexts(): readonly (readonly [string, (row: Row) => boolean])[] {
  const countries = [...new Set(rows.map(({ country }) => country))];
  const items = [...new Set(rows.map(({ item }) => item))].slice(0, 6);
  return [
    ["true", () => true],
    ["false", () => false],
    ["inflation is null", ({ inflation }) => inflation === null],
    ["quality is not null", ({ quality }) => quality !== null],
    ...countries.map((one): [string, (row: Row) => boolean] => [
      `country = ${text(one)}`,
      ({ country }) => country === one,
    ]),
    ...items.map((one): [string, (row: Row) => boolean] => [
      `item = ${text(one)}`,
      ({ item }) => item === one,
    ]),
    ...countries.flatMap((place) =>
      items.map((one): [string, (row: Row) => boolean] => [
        `country = ${text(place)} and item = ${text(one)}`,
        ({ country, item }) => country === place && item === one,
      ]),
    ),
  ];
}

describe("measures of the food market", () => {
  it("give the same as SQL and as DAX, whatever is chosen", async () => {
    const told: unknown[] = [];
    const expected: unknown[] = [];
    for (const [where, keep] of contexts()) {
      const measured = plan.measures.map((one) => `${sqlOf(one)} as "${one.name}"`);
      const sql = `select ${measured.join(", ")} from prices where ${where}`;
      const [asked] = await pipeline.query(sql);
      const context = { tables: new Map([["prices", rows.filter(keep)]]), measures: new Map() };
      for (const one of plan.measures) {
        told.push([one.name, where, rounded(asked?.[one.name] ?? null)]);
        expected.push([one.name, where, rounded(evaluate(daxOf(one, "prices"), context))]);
      }
    }
    expect(told).toEqual(expected);
    expect(told.length).toBeGreaterThan(200);
  });

  it("never mix: no price of two countries or two goods, and markets count within their country", async () => {
    const [all] = await pipeline.query(
      `select ${of("close")} as close, ${of("inflation")} as inflation, ${of("trust")} as trust, ${of("markets")} as markets from prices`,
    );
    const markets = new Set(rows.map(({ country, market }) => `${country}|${market}`)).size;
    expect(all).toMatchObject({ close: null, inflation: null, markets });
    expect(markets).toBeGreaterThan(new Set(rows.map(({ market }) => market)).size);
    expect(Number(all?.["trust"])).toBeGreaterThan(1);
    const [rice] = await pipeline.query(
      `select ${of("close")} as close, ${of("high")} as high, ${of("low")} as low, ${of("flagged")} as flagged, ${of("months")} as months
       from prices where country = 'Elsewhere'`,
    );
    expect(rice).toEqual({ close: 10, high: 5, low: null, flagged: 1, months: 1 });
  });

  it("drawn with: candles rise or fall, the chosen one is shown, and titles say what is chosen", async () => {
    const shapes = await describeTables(await loadPlan(folder));
    const { tables } = contentsOf(plan, shapes);
    const own = tables.find(({ shape }) => shape.name === "prices")?.measures ?? [];
    const measures = new Map(own.map(({ title, dax }) => [title, dax]));
    const say = (name: string, prices: readonly Row[], choice: readonly Row[]): unknown =>
      evaluate(measures.get(name) ?? "", {
        measures,
        tables: new Map([
          ["prices", prices],
          ["Choice of Average price by markets", choice],
        ]),
      });
    expect(say("Rising in High-low chart", candle(1, 2), [])).toBe(1);
    expect(say("Falling in High-low chart", candle(1, 2), [])).toBeNull();
    expect(say("Falling in High-low chart", candle(2, 1), [])).toBe(2);
    const choice = [
      { Measure: "Average close", Order: 0 },
      { Measure: "Average trust", Order: 5 },
    ];
    const chosen = "Chosen in Average price by markets";
    expect(say(chosen, candle(1, 2), choice)).toBe(2);
    expect(say(chosen, candle(1, 2), choice.slice(1))).toBe(8);
    const title = "Title of Average price by markets";
    expect(say(title, candle(1, 2), choice.slice(1))).toBe(
      "Average trust by date and country · RICE",
    );
    const mixed = [...candle(1, 2), { country: "K", item: "OIL", open: 1, close: 2 }];
    expect(say(title, mixed, choice)).toBe("Average close by date and country · choose one item");
    expect(say(chosen, mixed, choice)).toBeNull();
  });
});
