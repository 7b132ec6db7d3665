/** What of a table must be the same in two warehouses, and how a row is named in a report. Pure. */

import { quoteName } from "../cells.ts";

export type TableKind = "raw" | "letters" | "ledger" | "model";

export interface ComparedTable {
  readonly name: string;
  readonly kind: TableKind;
}

export interface TableColumn {
  readonly name: string;
  readonly type: string;
}

/** When and under which number a row was loaded differs from one warehouse to the next. */
const OF_THE_LOAD = new Set(["load", "_load", "loaded_at", "_loaded_at"]);
const NAMED_BY = 3;

/** The columns of a table that are compared. */
export function comparedColumns(
  { kind }: ComparedTable,
  columns: readonly TableColumn[],
): readonly TableColumn[] {
  // A model's lineage names whichever of several equal rows came first, which depends on how many came at a time.
  const beside = (name: string): boolean =>
    kind === "model" ? name.startsWith("_") : OF_THE_LOAD.has(name);
  return columns.filter(({ name }) => !beside(name));
}

/** Expressions whose values, all together, are the row. */
export function rowValues(
  table: ComparedTable,
  columns: readonly TableColumn[],
): readonly string[] {
  return columns.map(({ name, type }) => {
    const column = quoteName(name);
    if (table.kind === "model" && type === "DOUBLE") {
      // A sum's last digits depend on the order of what was added: seven digits are compared.
      return `CAST(${column} AS FLOAT)`;
    }
    // A line that is no row has no arrival; the time of its load stands in.
    return table.kind === "letters" && name === "received_at"
      ? `CASE WHEN stage <> 'load' THEN ${column} END`
      : column;
  });
}

/** SQL of the text that names a row. */
export function rowName({ kind }: ComparedTable, columns: readonly TableColumn[]): string {
  switch (kind) {
    case "letters":
      return "id";
    case "ledger":
      return "stream || ' cut ' || cut";
    default: {
      if (columns.some(({ name }) => name === "_event_id")) {
        return "_event_id";
      }
      const first = columns.slice(0, NAMED_BY).map(({ name }) => quoteName(name));
      return `concat_ws(' ', ${first.join(", ")})`;
    }
  }
}
