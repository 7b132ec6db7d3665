/** The made-up data set as records to send: the history's rows, and on request two broken ones among the first. */

import { FOOD_PRICE_INDEX, ITEM_NAMES, METRICS } from "./items.ts";
import { CSV_HEADER, toCsvLine, toNdjsonLine } from "./generator/formats.ts";
import { HISTORY_MONTHS, type MarketMonth, openHistory } from "./generator/history.ts";

export { toWideRow } from "./generator/formats.ts";
export { HISTORY_MONTHS, type MarketMonth } from "./generator/history.ts";

export interface GeneratorOptions {
  /** 64 bits; the same seed and number of markets give the same bytes. */
  readonly seed?: bigint;
  /** Markets, spread over the 36 countries; each has a row in each of 197 months. */
  readonly markets: number;
  /**
   * Adds two broken records, never changes a row: record 40 is row 40 with a price of "n/a", record 91 is row 90
   * without its country. The whole row follows each, as when someone sends again what went wrong.
   */
  readonly dirt?: boolean;
}

export interface Generator {
  /** Rows and broken records together. */
  readonly records: number;
  readonly rows: number;
  /** Row `index` of the history; broken records are none. */
  row(index: number): MarketMonth;
  /** Records `[from, to)` as lines, after a header line for CSV. */
  csv(from: number, to: number): string;
  /** The same lines without the header. */
  csvLines(from: number, to: number): string;
  ndjson(from: number, to: number): string;
}

export const DEFAULT_SEED = 2007n;

/** Records that are broken, and the row that each is a broken copy of. */
const BROKEN = [
  { record: 40, breaks: "price" },
  { record: 91, breaks: "country" },
] as const;

/** Markets that give at least `rows` rows when each month of the history has them. */
export function marketsFor(rows: number): number {
  return Math.max(1, Math.ceil(rows / HISTORY_MONTHS));
}

export function openGenerator(options: GeneratorOptions): Generator {
  const { seed = DEFAULT_SEED, markets, dirt = false } = options;
  const history = openHistory({ seed, markets });
  const broken = dirt ? BROKEN : [];
  const line = (record: number, format: Format): string => {
    const before = broken.filter((one) => one.record < record).length;
    const row = history.row(record - before);
    const breaks = broken.find((one) => one.record === record)?.breaks;
    return breaks === undefined ? format.line(row) : format[breaks](row);
  };
  const lines = (from: number, to: number, format: Format): string => {
    let text = "";
    for (let record = from; record < to; record += 1) {
      text += line(record, format);
    }
    return text;
  };
  return {
    records: history.rows + broken.length,
    rows: history.rows,
    row: (index) => history.row(index),
    csv: (from, to) => CSV_HEADER + lines(from, to, CSV),
    csvLines: (from, to) => lines(from, to, CSV),
    ndjson: (from, to) => lines(from, to, NDJSON),
  };
}

/** A row's line, and how the line looks when its first price or its country is broken. */
interface Format {
  readonly line: (row: MarketMonth) => string;
  readonly price: (row: MarketMonth) => string;
  readonly country: (row: MarketMonth) => string;
}

const NOT_KNOWN = "n/a";

const CSV: Format = {
  line: toCsvLine,
  price: (row) => {
    const cells = toCsvLine(row).split(",");
    cells[5 + firstItem(row) * METRICS.length] = NOT_KNOWN;
    return cells.join(",");
  },
  country: (row) => toCsvLine({ ...row, country: "" }),
};

const NDJSON: Format = {
  line: toNdjsonLine,
  price: (row) => {
    const parsed = JSON.parse(toNdjsonLine(row)) as Record<string, unknown>;
    parsed[`o_${ITEM_NAMES[firstItem(row)] ?? ""}`] = NOT_KNOWN;
    return `${JSON.stringify(parsed)}\n`;
  },
  country: (row) => {
    const { country: _lost, ...rest } = JSON.parse(toNdjsonLine(row)) as Record<string, unknown>;
    return `${JSON.stringify(rest)}\n`;
  },
};

function firstItem({ readings }: MarketMonth): number {
  return readings[0]?.item ?? FOOD_PRICE_INDEX;
}
