/** What a run finds in the database before it writes. */

import type { Transaction } from "../../../seams/execute.ts";
import { number } from "../books.ts";
import type { Model } from "../files/graph.ts";
import { LINEAGE, refuser } from "../files/parse.ts";
import type { Due } from "../ranges.ts";
import { newRows, OUT, quoteName, quoteText } from "../sql.ts";

/** A model that was a view and is a table now, or the other way round, makes room for itself. */
export async function dropOther(transaction: Transaction, model: Model): Promise<void> {
  const sql = `SELECT count(*) FROM duckdb_views() WHERE database_name = 'warehouse' AND NOT internal
    AND view_name = ${quoteText(model.name)}`;
  const isView = (await number(transaction, sql)) > 0;
  if (isView && model.kind !== "view") {
    await transaction.run(`DROP VIEW ${quoteName(model.name)}`);
  } else if (!isView && model.kind === "view") {
    await transaction.run(`DROP TABLE IF EXISTS ${quoteName(model.name)}`);
  }
}

/** Lineage a run's rows must have, as they stand in OUT. */
export async function outColumns(
  transaction: Transaction,
  model: Model,
): Promise<readonly { readonly name: string; readonly type: string }[]> {
  const rows = await transaction.rows(
    `SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'temp'
     AND table_name = ${quoteText(OUT)} ORDER BY column_index`,
  );
  const columns = rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
  requireColumns(model, columns);
  return columns;
}

/** Throws MODEL_INVALID where a run's rows lack lineage, key or what orders them. */
export function requireColumns(model: Model, columns: readonly { readonly name: string }[]): void {
  const has = new Set(columns.map(({ name }) => name.toLowerCase()));
  const needed = [...LINEAGE, ...model.key, ...model.order];
  const missing = [...new Set(needed)].filter((name) => !has.has(name.toLowerCase()));
  if (missing.length > 0) {
    const cause = `its SELECT must hand through ${missing.join(", ")}`;
    throw refuser(model.name, model.file)(model.selectLine, cause);
  }
}

/** Rows of all sources that the run takes in as new. */
export async function rowsInto(transaction: Transaction, model: Model, due: Due): Promise<number> {
  let rows = 0;
  for (const { name } of model.sources.filter(({ how }) => how === "new")) {
    rows += await number(transaction, `SELECT count(*) FROM ${newRows(name, model, due)}`);
  }
  return rows;
}
