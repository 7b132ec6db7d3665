/** The statements of a model's run as text. Pure. */

import type { Instant } from "../../base/clock.ts";
import type { Model } from "./files/graph.ts";
import { LINEAGE } from "./files/parse.ts";
import { type Due, sourceKey } from "./ranges.ts";
import { fillReferences } from "./files/references.ts";

/** Temporary tables of a run: the SELECT's rows, the latest row per key of them, and what becomes of each. */
export const OUT = "_run_out";
export const WON = "_run_won";
export const JUDGED = "_run_judged";

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function timestampText(at: Instant): string {
  return `TIMESTAMP '${new Date(at).toISOString().replace("Z", "")}'`;
}

/** The table that remembers rows which only said again what the model has, with their order. */
export function againTable(model: Model): string {
  return `_again_${model.name}`;
}

/** Model text with every reference filled for this run. */
export function filled(text: string, model: Model, due: Due): string {
  return fillReferences(text, 1, (reference) => {
    switch (reference.kind) {
      case "out":
        return OUT;
      case "new":
        return newRows(reference.name, model, due);
      case "all":
        return quoteName(reference.name);
      default:
        return "";
    }
  });
}

/** Rows of a source that this run takes in. */
export function newRows(name: string, model: Model, due: Due): string {
  const source = model.sources.find((one) => one.name === name && one.how === "new");
  const range = source === undefined ? undefined : due.ranges.get(sourceKey(source));
  const { from, to } = range ?? { from: 0, to: 0 };
  return `(SELECT * FROM ${quoteName(name)} WHERE _load > ${from} AND _load <= ${to})`;
}

export function outStatement(model: Model, due: Due): string {
  return `CREATE OR REPLACE TEMP TABLE ${OUT} AS ${filled(model.select, model, due)}`;
}

export function keysNotNull(model: Model): string {
  return model.key.map((column) => `${quoteName(column)} IS NOT NULL`).join(" AND ");
}

/** Of several rows with one key in a run, the latest; the engine's row identity breaks what ties are left. */
export function wonStatement(model: Model): string {
  const keys = model.key.map(quoteName).join(", ");
  const order = model.order.map((column) => `${quoteName(column)} DESC NULLS LAST`).join(", ");
  return `CREATE OR REPLACE TEMP TABLE ${WON} AS SELECT * FROM ${OUT} WHERE ${keysNotNull(model)}
    QUALIFY row_number() OVER (PARTITION BY ${keys} ORDER BY ${order}, rowid) = 1`;
}

/**
 * What becomes of each latest row: `insert` it; `update` the one there; `again`, later but of equal value; or `stale`,
 * older than what the model has seen of its key.
 */
export function judgedStatement(model: Model, columns: readonly string[]): string {
  const on = (alias: string): string =>
    model.key
      .map((column) => `w.${quoteName(column)} = ${alias}.${quoteName(column)}`)
      .join(" AND ");
  const values = valueColumns(model, columns);
  const differs =
    values.length === 0
      ? "false"
      : values
          .map((column) => `w.${quoteName(column)} IS DISTINCT FROM t.${quoteName(column)}`)
          .join(" OR ");
  const again = `NOT (a.${quoteName(model.key[0] ?? "")} IS NOT NULL AND NOT (${later(model.order, "w", "a")}))`;
  return `CREATE OR REPLACE TEMP TABLE ${JUDGED} AS SELECT w.rowid AS won, t.rowid AS target,
    CASE WHEN t.rowid IS NULL THEN 'insert'
      WHEN NOT ((${later(model.order, "w", "t")}) AND ${again}) THEN 'stale'
      WHEN ${differs} THEN 'update' ELSE 'again' END AS verdict
    FROM ${WON} w LEFT JOIN ${quoteName(model.name)} t ON ${on("t")}
    LEFT JOIN ${quoteName(againTable(model))} a ON ${on("a")}`;
}

/** Columns that make a row's value: neither key, nor lineage, nor what only orders. */
export function valueColumns(model: Model, columns: readonly string[]): readonly string[] {
  const other = new Set([...model.key, ...LINEAGE].map((name) => name.toLowerCase()));
  return columns.filter((column) => !other.has(column.toLowerCase()));
}

/** Whether row `a` comes after row `b`; null comes before everything. */
export function later(order: readonly string[], a: string, b: string): string {
  const [first, ...rest] = order;
  if (first === undefined) {
    return "false";
  }
  const [x, y] = [`${a}.${quoteName(first)}`, `${b}.${quoteName(first)}`];
  // Without coalesce a null would make the whole answer null, which is neither later nor not.
  const after = `(coalesce(${x} > ${y}, false) OR (${y} IS NULL AND ${x} IS NOT NULL))`;
  return `(${after} OR (${x} IS NOT DISTINCT FROM ${y} AND ${later(rest, a, b)}))`;
}

export function insertStatement(model: Model, columns: readonly string[]): string {
  const names = columns.map(quoteName).join(", ");
  const values = columns.map((column) => `w.${quoteName(column)}`).join(", ");
  return `INSERT INTO ${quoteName(model.name)} (${names}) SELECT ${values} FROM ${WON} w
    JOIN ${JUDGED} j ON w.rowid = j.won WHERE j.verdict = 'insert'`;
}

export function updateStatement(model: Model, columns: readonly string[]): string {
  const keys = new Set(model.key);
  const sets = columns
    .filter((column) => !keys.has(column))
    .map((column) => `${quoteName(column)} = w.${quoteName(column)}`);
  const table = quoteName(model.name);
  return `UPDATE ${table} SET ${sets.join(", ")} FROM ${WON} w, ${JUDGED} j
    WHERE j.verdict = 'update' AND w.rowid = j.won AND ${table}.rowid = j.target`;
}

/**
 * A row that says again what the model has changes nothing there; but its order is kept, so that a row which comes
 * still later and is older than it cannot win: with it, any order of arrival ends in the same values.
 */
export function againStatements(model: Model): readonly string[] {
  const table = quoteName(againTable(model));
  const columns = [...model.key, ...model.order.filter((column) => !model.key.includes(column))];
  const names = columns.map(quoteName).join(", ");
  const same = model.key.map((column) => `${table}.${quoteName(column)} = w.${quoteName(column)}`);
  const judged = `${WON} w JOIN ${JUDGED} j ON w.rowid = j.won`;
  return [
    `DELETE FROM ${table} USING ${WON} w, ${JUDGED} j WHERE w.rowid = j.won AND j.verdict IN ('again', 'update')
     AND ${same.join(" AND ")}`,
    `INSERT INTO ${table} (${names}) SELECT ${columns.map((column) => `w.${quoteName(column)}`).join(", ")}
     FROM ${judged} WHERE j.verdict = 'again'`,
  ];
}

/** Tables of an incremental model, empty, shaped like what its SELECT gave. */
export function emptyTables(model: Model): readonly string[] {
  const again = quoteName(againTable(model));
  const columns = [...model.key, ...model.order.filter((column) => !model.key.includes(column))];
  return [
    `DROP TABLE IF EXISTS ${quoteName(model.name)}`,
    `CREATE TABLE ${quoteName(model.name)} AS SELECT * FROM ${OUT} LIMIT 0`,
    `DROP TABLE IF EXISTS ${again}`,
    `CREATE TABLE ${again} AS SELECT ${columns.map(quoteName).join(", ")} FROM ${OUT} LIMIT 0`,
  ];
}

/** Rows without a whole key cannot be merged: they become dead letters of the model. */
export function setAsideStatement(model: Model): string {
  const nulls = model.key.map(
    (column) => `CASE WHEN ${quoteName(column)} IS NULL THEN ${quoteText(`/${column}`)} END`,
  );
  const reasons = `to_json(list_transform(list_filter([${nulls.join(", ")}], lambda p: p IS NOT NULL),
    lambda p: { 'code': 'KEY_INVALID', 'path': p, 'message': 'A row of the model has no value for its key.' }))`;
  return `INSERT INTO dead_letters (id, stream, stage, cause, reasons, schema_version, received_at, caller, request_id,
      member, raw_base64, raw_text, _event_id, _shard, _sequence, _accepted_at, _line, _load, _loaded_at)
    SELECT _event_id || ':' || ${quoteText(model.name)}, ${quoteText(model.name)}, 'model', 'KEY_INVALID', ${reasons},
      ${quoteText(model.hash)}, _accepted_at, ${quoteText(model.name)}, '', _line - 1, to_base64(encode(raw)), raw,
      _event_id, _shard, _sequence, _accepted_at, _line, _load, CAST(now() AS TIMESTAMP)
    FROM (SELECT *, CAST(to_json(o) AS VARCHAR) AS raw FROM ${OUT} o WHERE NOT (${keysNotNull(model)}))`;
}

export function forgetLetters(model: Model): string {
  return `DELETE FROM dead_letters WHERE stage = 'model' AND stream = ${quoteText(model.name)}`;
}
