/** warehouse → models, dashboard, read APIs. Typed rows; bounded size; cancellable. */

export type Cell = string | number | bigint | boolean | null;

export interface ResultColumn {
  readonly name: string;
  /** The engine's own name of the type. */
  readonly type: string;
}

export interface ResultSet {
  readonly columns: readonly ResultColumn[];
  /** Dates and times as ISO text, JSON as text, 64-bit integers as number while safe, else bigint. */
  readonly rows: readonly (readonly Cell[])[];
}

export interface QueryOptions {
  /** Values of `?` or `$1` placeholders. */
  readonly params?: readonly Cell[];
  /** More rows than this throw QUERY_TOO_LARGE. */
  readonly rowsMax?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Columns of JSON stand in JSON and NDJSON text as the values they are, not as text. */
  readonly nested?: boolean;
}

export type RowFormat = "csv" | "json" | "ndjson";

export interface Query {
  /** Reads; never writes. Throws QUERY_FAILED, QUERY_TOO_LARGE, QUERY_CANCELLED, WAREHOUSE_DOWN. */
  run(sql: string, options?: QueryOptions): Promise<ResultSet>;
  /** The same as text in chunks of bounded size, for results of any length. CSV has a header, null is empty. */
  stream(sql: string, format: RowFormat, options?: QueryOptions): AsyncIterable<string>;
}
