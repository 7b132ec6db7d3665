/** A page of very wide rows: first which rows, then the rows, so that the engine need not sort them. */

import type { Cell, Query, ResultSet } from "../../../seams/query.ts";
import type { KeptRows } from "./kept-rows.ts";
import type { Bounds } from "../rows.ts";
import { type Question, selectKeys, selectUpTo } from "../sql.ts";

/** From so many columns on, sorting a page costs the engine more than a statement about its keys does. */
const COLUMNS_MIN = 50;
/** Of more rows than this the engine's own sorting is cheaper than two ways to it. */
const ROWS_MAX = 1000;

export interface WideMeans {
  readonly query: Query;
  readonly kept: KeptRows;
}

export function isWide({ source, columns }: Question): boolean {
  return source.strict && columns.length > COLUMNS_MIN;
}

/**
 * What `selectRows` gives of a strict order. Of a dozen rows of 473 columns, sorting is 14 of 39 ms: the engine copies
 * every column into its rows and back. Undefined where that is not worth while, or the data changed in between.
 */
export async function readWide(
  { query, kept }: WideMeans,
  question: Question & { readonly limit: number },
  bounds: Bounds,
): Promise<ResultSet | undefined> {
  const { source, columns } = question;
  const asked = selectKeys(question);
  const options = { ...bounds, params: asked.params, rowsMax: question.limit };
  const { rows: keys } = await query.run(asked.sql, options);
  const last = keys.at(-1)?.map((cell) => (cell === null ? null : String(cell)));
  if (last === undefined || keys.length > ROWS_MAX) {
    return undefined;
  }
  const known = source.lasting ? await kept.of(source, columns, keys) : undefined;
  if (known !== undefined) {
    return known;
  }
  const { sql, params } = selectUpTo(question, last);
  const found = await query.run(sql, { ...bounds, params });
  const places = new Map(keys.map((key, place) => [nameOf(key), place]));
  const sorted: (readonly Cell[])[] = [];
  for (const row of found.rows) {
    const place = places.get(nameOf(row.slice(0, source.order.length)));
    if (place !== undefined) {
      sorted[place] = row;
    }
  }
  const whole = found.rows.length === keys.length && keys.every((_key, place) => place in sorted);
  return whole ? { columns: found.columns, rows: sorted } : undefined;
}

function nameOf(key: readonly Cell[]): string {
  return key.map((cell) => String(cell)).join("\u0000");
}
