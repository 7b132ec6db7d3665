/** Where a read API's rows come from: the tables of the warehouse, or something that answers the same questions. */

import type { Cell, ResultColumn, RowFormat } from "../../seams/query.ts";
import { countRows, type Question, selectRows } from "./sql.ts";
import { isWide, readWide, type WideMeans } from "./wide/wide-rows.ts";

export interface RowsPage {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** Where the next page begins; undefined behind the last row. */
  readonly next: readonly Cell[] | undefined;
}

export interface Bounds {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface Rows {
  /** Values that a cursor holds. */
  readonly cursorValues: number;
  page(question: Question & { readonly limit: number }, bounds: Bounds): Promise<RowsPage>;
  count(question: Question, bounds: Bounds): Promise<number>;
  stream(question: Question, format: RowFormat, bounds: Bounds): AsyncIterable<string>;
}

/** Rows of tables and SELECTs, paged by the key of their order. */
export function tableRows(means: WideMeans, keys: number): Rows {
  const { query } = means;
  return {
    cursorValues: keys,
    async page(question, bounds) {
      const { limit } = question;
      // One row more than the page tells whether there is another page.
      const paged = { ...question, limit: limit + 1 };
      const wide = isWide(question) ? await readWide(means, paged, bounds) : undefined;
      const { sql, params } = selectRows(paged);
      const found = wide ?? (await query.run(sql, { ...bounds, params, rowsMax: limit + 1 }));
      const shown = found.rows.slice(0, limit);
      const last = found.rows.length > limit ? shown.at(-1) : undefined;
      return {
        columns: found.columns.slice(keys),
        rows: shown.map((row) => row.slice(keys)),
        next: last?.slice(0, keys),
      };
    },
    async count(question, bounds) {
      const { sql, params } = countRows(question);
      const { rows } = await query.run(sql, { ...bounds, params });
      return Number(rows[0]?.[0] ?? 0);
    },
    stream(question, format, bounds) {
      const { sql, params } = selectRows(question);
      return query.stream(sql, format, { ...bounds, params, nested: true });
    },
  };
}
