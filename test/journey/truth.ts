/** What the table `prices` must hold, computed from the generator's rows by a plain loop: no SQL, no part of Millrace. */

import { toWideRow, type MarketMonth } from "../../examples/food-market/generator.ts";
import { ITEMS } from "../../examples/food-market/items.ts";

const GROUPS = new Map<string, string>(ITEMS);
const MEMBER = /^(o|h|l|c|inflation|trust)_(.+)$/;
const PLACES = ["o", "h", "l", "c", "inflation", "trust"];

/** The query whose rows are compared with the truth, as `rowText` writes them. */
export const PRICES_SQL =
  "select country, market, cast(date as varchar) as date, item, item_group, open, high, low, close, inflation, trust, quality from prices";

/** Later rows revise earlier ones of the same key. */
export class Truth {
  readonly #rows = new Map<string, readonly unknown[]>();
  /** Rows that the model makes, revised ones counted each time. */
  made = 0;

  take(rows: Iterable<MarketMonth>): this {
    for (const row of rows) {
      this.takeWide(toWideRow(row) as unknown as WideRow);
    }
    return this;
  }

  takeWide(wide: WideRow): void {
    for (const [item, values] of itemsOf(wide)) {
      const { country, mkt_name: market, year, month } = wide;
      const date = `${year}-${String(month).padStart(2, "0")}-01`;
      const group = GROUPS.get(item);
      const key = [country, market, date, item.toUpperCase()];
      this.#rows.set(key.join("|"), [...key, group, ...values, qualityOf(values)]);
      this.made += 1;
    }
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The first few differences between this and rows of `PRICES_SQL`; none when they say the same. */
  differences(found: readonly Readonly<Record<string, unknown>>[]): string[] {
    const expected = new Set([...this.#rows.values()].map((row) => JSON.stringify(row)));
    const told: string[] = [];
    for (const row of found) {
      const text = JSON.stringify(Object.values(row));
      if (!expected.delete(text)) {
        told.push(`too many or wrong: ${text}`);
      }
    }
    told.push(...[...expected].map((text) => `missing: ${text}`));
    return told.slice(0, 10);
  }
}

export type WideRow = Readonly<Record<string, string | number | null>>;
type Value = number | null;

/** The items of which anything is known, with their six values. */
function itemsOf(wide: WideRow): Map<string, Value[]> {
  const items = new Map<string, Value[]>();
  for (const [name, value] of Object.entries(wide)) {
    const [, prefix, item] = MEMBER.exec(name) ?? [];
    if (prefix !== undefined && item !== undefined && value !== null) {
      const values = items.get(item) ?? [null, null, null, null, null, null];
      values[PLACES.indexOf(prefix)] = Number(value);
      items.set(item, values);
    }
  }
  return items;
}

function qualityOf([open, high, low, close]: readonly Value[]): string | null {
  const above = (a: Value | undefined, b: Value | undefined): boolean =>
    typeof a === "number" && typeof b === "number" && a > b;
  const words = [
    above(low, high) ? "low_above_high" : "",
    above(low, open) ? "open_below_low" : "",
    above(open, high) ? "open_above_high" : "",
    above(low, close) ? "close_below_low" : "",
    above(close, high) ? "close_above_high" : "",
  ];
  return words.filter((word) => word !== "").join(" ") || null;
}
