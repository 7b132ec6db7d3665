/** Merges a run's rows into an incremental model by its key; every count is taken from the tables, none derived. */

import { Fault } from "../../../base/faults.ts";
import type { Transaction } from "../../../seams/execute.ts";
import { type Counts, number } from "../books.ts";
import type { Model } from "../files/graph.ts";
import type { Due } from "../ranges.ts";
import { dropOther, outColumns, rowsInto } from "./look.ts";
import {
  againStatements,
  emptyTables,
  forgetLetters,
  insertStatement,
  JUDGED,
  judgedStatement,
  OUT,
  outStatement,
  quoteName,
  quoteText,
  setAsideStatement,
  updateStatement,
  WON,
  wonStatement,
} from "../sql.ts";

export interface Merged {
  readonly counts: Counts;
  /** What the run took in after all: everything, where the table had to be made anew. */
  readonly due: Due;
}

export async function mergeRun(transaction: Transaction, model: Model, due: Due): Promise<Merged> {
  await transaction.run(outStatement(model, due));
  const found = await outColumns(transaction, model);
  const shape = await shapeOf(transaction, model.name);
  if (due.rebuild) {
    await startAnew(transaction, model);
  } else if (shape !== found.map(({ name, type }) => `${name} ${type}`).join(", ")) {
    // A raw table that grew gives `select *` another shape: all rows get it, not only the new ones.
    const ranges = [...due.ranges].map(([key, { to }]): [string, { from: number; to: number }] => [
      key,
      { from: 0, to },
    ]);
    return await mergeRun(transaction, model, { rebuild: true, ranges: new Map(ranges) });
  }
  const columns = found.map(({ name }) => name);
  const table = quoteName(model.name);
  const rowsIn = await rowsInto(transaction, model, due);
  const rowsOut = await number(transaction, `SELECT count(*) FROM ${OUT}`);
  await transaction.run(wonStatement(model));
  await transaction.run(judgedStatement(model, columns));
  const before = await number(transaction, `SELECT count(*) FROM ${table}`);
  const updated = await transaction.run(updateStatement(model, columns));
  await transaction.run(insertStatement(model, columns));
  const inserted = (await number(transaction, `SELECT count(*) FROM ${table}`)) - before;
  const setAside = await transaction.run(setAsideStatement(model));
  const duplicates = await countDuplicates(transaction, model);
  for (const statement of againStatements(model)) {
    await transaction.run(statement);
  }
  // OUT stays until the rules have read it; the next run replaces it.
  for (const name of [WON, JUDGED]) {
    await transaction.run(`DROP TABLE ${name}`);
  }
  const counts = { rowsIn, rowsOut, inserted, updated, duplicates, setAside };
  mustBalance(model, counts);
  return { counts, due };
}

/** Rows that lost to a later one of the same run, and latest rows that changed nothing. */
async function countDuplicates(transaction: Transaction, model: Model): Promise<number> {
  const keys = model.key.map((column) => `${quoteName(column)} IS NOT NULL`).join(" AND ");
  const beaten = await number(
    transaction,
    `SELECT (SELECT count(*) FROM ${OUT} WHERE ${keys}) - (SELECT count(*) FROM ${WON})`,
  );
  const known = await number(
    transaction,
    `SELECT count(*) FROM ${JUDGED} WHERE verdict IN ('again', 'stale')`,
  );
  return beaten + known;
}

function mustBalance(model: Model, counts: Counts): void {
  const { rowsOut, inserted, updated, duplicates, setAside } = counts;
  if (rowsOut !== inserted + updated + duplicates + setAside) {
    const rule = "rows out = inserted + updated + duplicates + set aside";
    const facts = `${rowsOut} = ${inserted} + ${updated} + ${duplicates} + ${setAside}`;
    throw new Fault("MODEL_UNBALANCED", { model: model.name, rule, facts });
  }
}

async function startAnew(transaction: Transaction, model: Model): Promise<void> {
  await dropOther(transaction, model);
  for (const statement of emptyTables(model)) {
    await transaction.run(statement);
  }
  await transaction.run(forgetLetters(model));
}

async function shapeOf(transaction: Transaction, table: string): Promise<string> {
  const rows = await transaction.rows(
    `SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'warehouse'
     AND table_name = ${quoteText(table)} ORDER BY column_index`,
  );
  return rows.map(([name, type]) => `${String(name)} ${String(type)}`).join(", ");
}
