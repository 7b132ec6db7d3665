/** The values a column holds now: for parameters that may have no other, and to find them whatever their case. */

import type { Query } from "../../../seams/query.ts";
import { loosely } from "../../../plan/endpoints/parameter.ts";
import { quoted } from "../sql.ts";

const VALUES_MAX = 10_000;
const COLUMNS_MAX = 200;
const TIMEOUT_MS = 10_000;

/** A column's values by their loose form; undefined when there are too many to keep. */
export type DataValues = ReadonlyMap<string, readonly string[]> | undefined;

export class ValuesBook {
  readonly #query: Query;
  readonly #position: () => string;
  readonly #kept = new Map<string, { position: string; values: Promise<DataValues> }>();

  constructor(query: Query, position: () => string) {
    this.#query = query;
    this.#position = position;
  }

  /** `from` is what stands behind FROM. */
  of(from: string, column: string): Promise<DataValues> {
    const name = `${from} ${column}`;
    const position = this.#position();
    const kept = this.#kept.get(name);
    if (kept?.position === position) {
      return kept.values;
    }
    const values = this.#read(from, column);
    if (this.#kept.size >= COLUMNS_MAX) {
      this.#kept.clear();
    }
    this.#kept.set(name, { position, values });
    values.catch(() => this.#kept.delete(name));
    return values;
  }

  async #read(from: string, column: string): Promise<DataValues> {
    const sql = `SELECT DISTINCT CAST(${quoted(column)} AS VARCHAR) FROM ${from} AS t
      WHERE ${quoted(column)} IS NOT NULL LIMIT ${VALUES_MAX + 1}`;
    const { rows } = await this.#query.run(sql, { timeoutMs: TIMEOUT_MS });
    if (rows.length > VALUES_MAX) {
      return undefined;
    }
    const values = new Map<string, string[]>();
    for (const [cell] of rows) {
      const text = String(cell);
      const folded = loosely(text);
      values.set(folded, [...(values.get(folded) ?? []), text]);
    }
    return values;
  }
}
