/** The charts' data, asked of the warehouse: names come only from the plan, values only as parameters. */

import { Fault } from "../base/faults.ts";
import type { CandlestickDefinition } from "../define/pipeline.ts";
import type { Candle, ChartFacts, ChartSeries, SlicerChoices } from "../seams/feed.ts";
import type { Cell, Query, QueryOptions } from "../seams/query.ts";

export interface ChartSource {
  readonly charts: readonly CandlestickDefinition[];
  readonly query: Query;
}

export const CHOICES_MAX = 2000;
export const POINTS_MAX = 5000;
const QUERY_MS = 10_000;
const VALUE_CHARS_MAX = 1000;

/** What the page may know of a chart: not its columns, which are the server's business. */
export function chartFacts(chart: CandlestickDefinition): ChartFacts {
  const { kind, title, table, slicers } = chart;
  return { kind, title, table, slicers };
}

/** The values of every slicer in turn, each narrowed by what is chosen before it. */
export async function readChoices(
  source: ChartSource,
  request: Request,
): Promise<readonly SlicerChoices[]> {
  const { chart, asked } = toAsked(source, request);
  const found: SlicerChoices[] = [];
  for (const name of chart.slicers) {
    const before = found.map((one): [string, string | undefined] => [one.name, one.chosen]);
    // Without a value before it there is no row left to have one.
    const values = before.some(([, chosen]) => chosen === undefined)
      ? []
      : await valuesOf({ chart, query: source.query, request }, name, before);
    found.push(toChoices(name, values, asked.get(name) ?? undefined));
  }
  return found;
}

/** One choice's candles, the newest `POINTS_MAX` of them, oldest first. */
export async function readSeries(source: ChartSource, request: Request): Promise<ChartSeries> {
  const { chart, asked } = toAsked(source, request);
  const missing = chart.slicers.find((name) => asked.get(name) === null);
  if (missing !== undefined) {
    throw new Fault("REQUEST_INVALID", { cause: `a value of ${missing} must be chosen` });
  }
  const { time, open, high, low, close } = chart;
  const prices = [open, high, low, close].map(quoted);
  const params = chart.slicers.map((name) => asked.get(name));
  const sql = `SELECT CAST(${quoted(time)} AS VARCHAR), ${prices.join(", ")}
    FROM ${quoted(chart.table)}
    WHERE ${conditions(chart.slicers)}${quoted(time)} IS NOT NULL
      AND coalesce(${prices.join(", ")}) IS NOT NULL
    ORDER BY ${quoted(time)} DESC LIMIT ${POINTS_MAX + 1}`;
  const { rows } = await source.query.run(sql, bounds(request, params, POINTS_MAX + 1));
  const newest = rows.slice(0, POINTS_MAX).map(toCandle);
  return { rows: newest.toReversed(), truncated: rows.length > POINTS_MAX };
}

interface Value {
  readonly value: string;
  readonly points: number;
}

async function valuesOf(
  from: { chart: CandlestickDefinition; query: Query; request: Request },
  name: string,
  before: readonly (readonly [string, string | undefined])[],
): Promise<readonly Value[]> {
  const { chart, query, request } = from;
  const column = quoted(name);
  const sql = `SELECT CAST(${column} AS VARCHAR) AS value, count(${quoted(chart.close)}) AS points
    FROM ${quoted(chart.table)}
    WHERE ${conditions(before.map(([slicer]) => slicer))}${column} IS NOT NULL
    GROUP BY 1 ORDER BY 1 LIMIT ${CHOICES_MAX + 1}`;
  const params = before.map(([, chosen]) => chosen);
  const { rows } = await query.run(sql, bounds(request, params, CHOICES_MAX + 1));
  return rows.map(([value, points]) => ({ value: String(value), points: Number(points) }));
}

function toChoices(
  name: string,
  values: readonly Value[],
  asked: string | undefined,
): SlicerChoices {
  const shown = values.slice(0, CHOICES_MAX);
  const fullest = shown.reduce<Value | undefined>(
    (best, one) => (best === undefined || one.points > best.points ? one : best),
    undefined,
  );
  const chosen = shown.find(({ value }) => value === asked) ?? fullest;
  return {
    name,
    values: shown.map(({ value }) => value),
    truncated: values.length > CHOICES_MAX,
    ...(chosen === undefined ? {} : { chosen: chosen.value }),
  };
}

function toAsked(
  source: ChartSource,
  request: Request,
): { chart: CandlestickDefinition; asked: URLSearchParams } {
  const { pathname, searchParams } = new URL(request.url);
  const number = /^\/v1\/charts\/(\d{1,4})\//.exec(pathname)?.[1];
  const chart = number === undefined ? undefined : source.charts[Number(number)];
  if (chart === undefined) {
    throw new Fault("ROUTE_UNKNOWN", { method: "GET", path: pathname });
  }
  for (const [name, value] of searchParams) {
    if (!chart.slicers.includes(name) || value.length > VALUE_CHARS_MAX) {
      const cause = `the slicers of this chart are ${chart.slicers.join(", ")}, each with a short value`;
      throw new Fault("REQUEST_INVALID", { cause });
    }
  }
  return { chart, asked: searchParams };
}

/** Compares as text, so that a slicer may be a number or a date as well. */
function conditions(slicers: readonly string[]): string {
  return slicers.map((name) => `CAST(${quoted(name)} AS VARCHAR) = ? AND `).join("");
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function bounds(
  request: Request,
  params: readonly (string | null | undefined)[],
  rowsMax: number,
): QueryOptions {
  const cells = params.map((value): Cell => value ?? null);
  return { params: cells, rowsMax, timeoutMs: QUERY_MS, signal: request.signal };
}

function toCandle(row: readonly Cell[]): Candle {
  const [time, open, high, low, close] = row;
  return [String(time), toNumber(open), toNumber(high), toNumber(low), toNumber(close)];
}

/** Decimals come as text from some engines, and 64-bit integers as bigint. */
function toNumber(cell: Cell | undefined): number | null {
  const value = cell === null || cell === undefined || cell === "" ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? value : null;
}
