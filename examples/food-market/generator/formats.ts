/** A row as people send it: a line of CSV, a line of NDJSON, or an object of 473 members. */

import { ITEM_NAMES, METRICS, type MetricColumn } from "../items.ts";
import { COLUMNS, type PriceRow } from "../schema.ts";
import type { MarketMonth } from "./history.ts";

export const CSV_HEADER = `${COLUMNS.join(",")}\n`;

/** What an item has left empty. */
const NOTHING = ",".repeat(METRICS.length);

/** One line of 473 cells, empty where nothing is known, LF at its end. */
export function toCsvLine(row: MarketMonth): string {
  const { country, market, year, month } = row;
  let line = `${quoted(country)},${quoted(market)},${month}/1/${year},${year},${month}`;
  let next = 0;
  for (const { item, values } of row.readings) {
    line += NOTHING.repeat(item - next);
    for (const value of values) {
      line += value === undefined ? "," : `,${value}`;
    }
    next = item + 1;
  }
  return `${line}${NOTHING.repeat(ITEM_NAMES.length - next)}\n`;
}

/** RFC 4180; no name needs it today. */
function quoted(name: string): string {
  return /[",\n\r]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/** One line with only what is known, members in the schema's order, LF at its end. */
export function toNdjsonLine(row: MarketMonth): string {
  return `${JSON.stringify(Object.fromEntries(known(row)))}\n`;
}

/** All 473 members; unknown ones are null. */
export function toWideRow(row: MarketMonth): PriceRow {
  const empty = COLUMNS.map((column): [string, null] => [column, null]);
  return Object.fromEntries([...empty, ...known(row)]) as unknown as PriceRow;
}

function known({ country, market, year, month, readings }: MarketMonth): [string, unknown][] {
  const found: [string, unknown][] = [
    ["country", country],
    ["mkt_name", market],
    ["DATES", `${month}/1/${year}`],
    ["year", year],
    ["month", month],
  ];
  for (const { item, values } of readings) {
    METRICS.forEach(([prefix], place) => {
      const value = values[place];
      if (value !== undefined) {
        const column: MetricColumn = `${prefix}_${ITEM_NAMES[item] ?? "food_price_index"}`;
        found.push([column, value]);
      }
    });
  }
  return found;
}
