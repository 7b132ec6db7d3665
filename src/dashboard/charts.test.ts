/** What the charts ask the warehouse, and what they make of its answers. */

import { expect, test } from "vitest";
import { Fault } from "../base/faults.ts";
import type { Cell, Query, QueryOptions } from "../seams/query.ts";
import { CHOICES_MAX, POINTS_MAX, readChoices, readSeries, type ChartSource } from "./charts.ts";

const CHART = {
  kind: "candlestick",
  title: "Prices",
  table: "prices",
  time: "date",
  open: "open",
  high: "high",
  low: "low",
  close: "close",
  slicers: ["country", "market"],
} as const;

interface Asked {
  readonly sql: string;
  readonly options: QueryOptions;
}

/** A warehouse that gives the answers in turn and remembers what it was asked. */
function answering(...answers: (readonly (readonly Cell[])[])[]): ChartSource & { asked: Asked[] } {
  const asked: Asked[] = [];
  const query: Query = {
    run(sql, options = {}) {
      asked.push({ sql: sql.replaceAll(/\s+/g, " "), options });
      return Promise.resolve({ columns: [], rows: answers[asked.length - 1] ?? [] });
    },
    async *stream() {
      // Charts ask for rows only.
    },
  };
  return { charts: [CHART], query, asked };
}

function request(path: string): Request {
  return new Request(`http://millrace.test${path}`);
}

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(Fault);
  return thrown as Fault;
}

test("each slicer is narrowed by those before it, and the fullest value is chosen", async () => {
  const countries = [
    ["Armenia", 3],
    ["Kenya", 9],
  ];
  const source = answering(countries, [["Nairobi", 9]]);
  const choices = await readChoices(source, request("/v1/charts/0/choices"));
  expect(choices).toEqual([
    { name: "country", values: ["Armenia", "Kenya"], truncated: false, chosen: "Kenya" },
    { name: "market", values: ["Nairobi"], truncated: false, chosen: "Nairobi" },
  ]);
  expect(source.asked.map(({ options }) => options.params)).toEqual([[], ["Kenya"]]);
  expect(source.asked[1]?.sql).toContain('WHERE CAST("country" AS VARCHAR) = ? AND "market"');
});

test("a value that is asked for is kept while there is one like it", async () => {
  const source = answering(
    [
      ["Armenia", 3],
      ["Kenya", 9],
    ],
    [["Yerevan", 3]],
  );
  const path = "/v1/charts/0/choices?country=Armenia&market=Nairobi";
  const choices = await readChoices(source, request(path));
  expect(choices.map(({ chosen }) => chosen)).toEqual(["Armenia", "Yerevan"]);
});

test("an empty table gives empty slicers and asks no further", async () => {
  const source = answering([]);
  const choices = await readChoices(source, request("/v1/charts/0/choices"));
  expect(choices).toEqual([
    { name: "country", values: [], truncated: false },
    { name: "market", values: [], truncated: false },
  ]);
  expect(source.asked).toHaveLength(1);
});

test("values beyond the bound are said to be left out", async () => {
  const many = Array.from({ length: CHOICES_MAX + 1 }, (_, index): Cell[] => [`c${index}`, 1]);
  const [country] = await readChoices(answering(many), request("/v1/charts/0/choices"));
  expect(country?.values).toHaveLength(CHOICES_MAX);
  expect(country?.truncated).toBe(true);
});

test("a series comes oldest first, decimals and big integers as numbers, unknown as null", async () => {
  const rows: Cell[][] = [
    ["2020-02-01", "1.5", 2n, 1, null],
    ["2020-01-01", 1, 2, 0.5, 1.5],
  ];
  const source = answering(rows);
  const path = "/v1/charts/0/series?country=Kenya&market=Nairobi";
  expect(await readSeries(source, request(path))).toEqual({
    rows: [
      ["2020-01-01", 1, 2, 0.5, 1.5],
      ["2020-02-01", 1.5, 2, 1, null],
    ],
    truncated: false,
  });
  expect(source.asked[0]?.options.params).toEqual(["Kenya", "Nairobi"]);
  expect(source.asked[0]?.options.rowsMax).toBe(POINTS_MAX + 1);
});

test("of a longer series the newest points are kept", async () => {
  const rows = Array.from({ length: POINTS_MAX + 1 }, (_, day): Cell[] => [`${day}`, 1, 1, 1, 1]);
  const path = "/v1/charts/0/series?country=Kenya&market=Nairobi";
  const series = await readSeries(answering(rows), request(path));
  expect(series.truncated).toBe(true);
  expect(series.rows).toHaveLength(POINTS_MAX);
  expect(series.rows.at(-1)?.[0]).toBe("0");
});

test("a value is a parameter and never part of the statement", async () => {
  const source = answering([]);
  const nasty = `x' OR 1=1 --"`;
  const path = `/v1/charts/0/series?country=${encodeURIComponent(nasty)}&market=b`;
  await readSeries(source, request(path));
  expect(source.asked[0]?.sql).not.toContain("1=1");
  expect(source.asked[0]?.options.params).toEqual([nasty, "b"]);
});

test("a name of the plan is quoted whatever it holds", async () => {
  const source = answering([]);
  const odd: ChartSource = { ...source, charts: [{ ...CHART, table: 'pri"ces', slicers: [] }] };
  await readSeries(odd, request("/v1/charts/0/series"));
  expect(source.asked[0]?.sql).toContain('FROM "pri""ces"');
});

test.each([
  ["/v1/charts/1/series", "ROUTE_UNKNOWN"],
  ["/v1/charts/x/series", "ROUTE_UNKNOWN"],
  ["/v1/charts/0/series?country=Kenya", "REQUEST_INVALID"],
  ["/v1/charts/0/series?country=Kenya&market=b&item=c", "REQUEST_INVALID"],
  [`/v1/charts/0/series?market=b&country=${"x".repeat(1001)}`, "REQUEST_INVALID"],
])("%s is refused with %s before anything is asked", async (path, code) => {
  const source = answering();
  const fault = await faultOf(readSeries(source, request(path)));
  expect(fault.code).toBe(code);
  expect(source.asked).toEqual([]);
});
