/** Cells of the query seam as the numbers and texts the books compute with. */

import { defined } from "../base/assert.ts";
import type { Cell, QueryOptions, ResultSet } from "../seams/query.ts";

/** The books ask of millions of rows; a dashboard's time-out would be too short. */
const TIMEOUT_MS = 300_000;

/** Of the query seam, what the books need: rows, whole. */
export interface RowQuery {
  run(sql: string, options?: QueryOptions): Promise<Pick<ResultSet, "rows">>;
}

export interface Ask {
  readonly query: RowQuery;
  readonly signal: AbortSignal | undefined;
}

export async function rowsOf(
  { query, signal }: Ask,
  sql: string,
  params: readonly Cell[] = [],
): Promise<readonly (readonly Cell[])[]> {
  const options: QueryOptions = { params, timeoutMs: TIMEOUT_MS };
  const { rows } = await query.run(sql, signal === undefined ? options : { ...options, signal });
  return rows;
}

/** A count, or a whole number below 2^53; NULL is 0. */
export function toNumber(cell: Cell | undefined): number {
  return cell === null ? 0 : Number(defined(cell, "the query gives this column"));
}

export function toText(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? "" : String(cell);
}

/** A table's or column's name as SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Milliseconds from 1970 to a column's time, in words that both engines have. */
export function millisSql(column: string): string {
  return `datediff('millisecond', TIMESTAMP '1970-01-01 00:00:00', ${column})`;
}

/** Types as Snowflake's catalog calls them, by the names that DuckDB has for the same. */
const TYPES: Readonly<Record<string, string>> = {
  TEXT: "VARCHAR",
  NUMBER: "BIGINT",
  FLOAT: "DOUBLE",
  TIMESTAMP_NTZ: "TIMESTAMP",
  VARIANT: "JSON",
};

/** A type as the catalog of either engine names it. */
export function toType(cell: Cell | undefined): string {
  const type = toText(cell);
  return TYPES[type] ?? type;
}
