/** A run of a model as statements that need no answer in between: temporary tables first, then one transaction. Pure. */

import type { Instant } from "../../../base/clock.ts";
import type { Batch } from "../../../seams/execute.ts";
import type { Model } from "../files/graph.ts";
import { type Due, type Heads, sourceKey } from "../ranges.ts";
import {
  againTable,
  filled,
  forgetLetters,
  keysNotNull,
  later,
  newRows,
  OUT,
  outStatement,
  quoteName,
  quoteText,
  timestampText,
  valueColumns,
  WON,
  JUDGED,
} from "../sql.ts";

export interface PlannedRun {
  readonly model: Model;
  readonly due: Due;
  readonly heads: Heads;
  readonly run: number;
  readonly started: Instant;
  /** Loads the run takes in, as its row tells them. */
  readonly loads: readonly [from: number, to: number];
  /** What the model's SELECT gives. */
  readonly columns: readonly string[];
  /** Whether the model's table is missing or has other columns than that. */
  readonly reshape: boolean;
}

/** Rows of the model before the run. */
const BEFORE = "_run_before";

export function mergeBatch(planned: PlannedRun): Batch {
  const { model, due } = planned;
  const table = quoteName(model.name);
  const again = quoteName(againTable(model));
  return {
    prepare: [
      outStatement(model, due),
      ...(planned.reshape ? anew(model) : []),
      wonStatement(model),
      due.rebuild ? allNew() : judgedStatement(planned),
      `CREATE OR REPLACE TEMP TABLE ${BEFORE} AS SELECT ${due.rebuild ? "0" : `(SELECT count(*) FROM ${table})`} AS n`,
    ],
    commit: [
      ...(due.rebuild
        ? [`DELETE FROM ${table}`, `DELETE FROM ${again}`, forgetLetters(model)]
        : []),
      updateStatement(planned),
      insertStatement(planned),
      setAsideStatement(planned),
      ...againStatements(model),
      ...rulesOf(model, due),
      ...bookkeeping(planned, mergeCounts(planned)),
    ],
  };
}

/** A model that is made whole each time. */
export function wholeBatch(planned: PlannedRun): Batch {
  const { model, due, columns } = planned;
  const table = quoteName(model.name);
  const names = columns.map(quoteName).join(", ");
  const read = model.sources.map(({ name }) => `(SELECT count(*) FROM ${quoteName(name)})`);
  const counts = {
    rows_in: read.join(" + ") || "0",
    rows_out: `(SELECT count(*) FROM ${OUT})`,
    inserted: `(SELECT count(*) FROM ${table})`,
    updated: "0",
    duplicates: "0",
    set_aside: "0",
  };
  return {
    prepare: [
      outStatement(model, due),
      ...(planned.reshape ? [forgetMarks(model), emptyLike(model)] : []),
    ],
    commit: [
      `DELETE FROM ${table}`,
      `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${OUT}`,
      ...rulesOf(model, due),
      ...bookkeeping(planned, counts),
    ],
  };
}

/** A view has no rows and no runs; only what it was made of is written down. */
export function viewBatch({ model, due, heads, run }: PlannedRun): Batch {
  const select = filled(model.select, model, due);
  return {
    prepare: [`CREATE OR REPLACE VIEW ${quoteName(model.name)} AS ${select}`],
    commit: markStatements(model, { heads, run, rows: "0" }),
  };
}

/** The table is gone for a moment: its marks go first, so that a run which fails then is not taken for done. */
function anew(model: Model): readonly string[] {
  const again = quoteName(againTable(model));
  const order = [...model.key, ...model.order.filter((column) => !model.key.includes(column))];
  return [
    forgetMarks(model),
    emptyLike(model),
    `CREATE OR REPLACE TABLE ${again} AS SELECT ${order.map(quoteName).join(", ")} FROM ${OUT} WHERE false`,
  ];
}

function forgetMarks(model: Model): string {
  return `DELETE FROM _model_marks WHERE model = ${quoteText(model.name)}`;
}

function emptyLike(model: Model): string {
  return `CREATE OR REPLACE TABLE ${quoteName(model.name)} AS SELECT * FROM ${OUT} WHERE false`;
}

/** Of several rows with one key in a run, the latest. */
function wonStatement(model: Model): string {
  const keys = model.key.map(quoteName).join(", ");
  const order = model.order.map((column) => `${quoteName(column)} DESC NULLS LAST`).join(", ");
  return `CREATE OR REPLACE TEMP TABLE ${WON} AS SELECT * FROM ${OUT} WHERE ${keysNotNull(model)}
    QUALIFY row_number() OVER (PARTITION BY ${keys} ORDER BY ${order}) = 1`;
}

function allNew(): string {
  return `CREATE OR REPLACE TEMP TABLE ${JUDGED} AS SELECT *, 'insert' AS _verdict FROM ${WON}`;
}

/** What becomes of each latest row: the same four ways as in `../sql.ts`, by key, since rows have no number here. */
function judgedStatement({ model, columns }: PlannedRun): string {
  const first = quoteName(model.key[0] ?? "");
  const values = valueColumns(model, columns).map(
    (column) => `w.${quoteName(column)} IS DISTINCT FROM t.${quoteName(column)}`,
  );
  const known = `(a.${first} IS NULL OR ${later(model.order, "w", "a")})`;
  return `CREATE OR REPLACE TEMP TABLE ${JUDGED} AS SELECT w.*,
    CASE WHEN t.${first} IS NULL THEN 'insert'
      WHEN NOT (${later(model.order, "w", "t")} AND ${known}) THEN 'stale'
      WHEN ${values.join(" OR ") || "false"} THEN 'update' ELSE 'again' END AS _verdict
    FROM ${WON} AS w LEFT JOIN ${quoteName(model.name)} AS t ON ${sameKey(model, "w", "t")}
    LEFT JOIN ${quoteName(againTable(model))} AS a ON ${sameKey(model, "w", "a")}`;
}

function sameKey({ key }: Model, left: string, right: string): string {
  return key
    .map((column) => `${left}.${quoteName(column)} = ${right}.${quoteName(column)}`)
    .join(" AND ");
}

function updateStatement({ model, columns }: PlannedRun): string {
  const keys = new Set(model.key.map((name) => name.toLowerCase()));
  const sets = columns
    .filter((column) => !keys.has(column.toLowerCase()))
    .map((column) => `${quoteName(column)} = w.${quoteName(column)}`);
  const table = quoteName(model.name);
  return `UPDATE ${table} SET ${sets.join(", ")} FROM ${JUDGED} AS w
    WHERE w._verdict = 'update' AND ${sameKey(model, table, "w")}`;
}

function insertStatement({ model, columns }: PlannedRun): string {
  const names = columns.map(quoteName).join(", ");
  return `INSERT INTO ${quoteName(model.name)} (${names})
    SELECT ${names} FROM ${JUDGED} WHERE _verdict = 'insert'`;
}

function againStatements(model: Model): readonly string[] {
  const table = quoteName(againTable(model));
  const columns = [...model.key, ...model.order.filter((column) => !model.key.includes(column))];
  const names = columns.map(quoteName).join(", ");
  return [
    `DELETE FROM ${table} USING ${JUDGED} AS w
    WHERE w._verdict IN ('again', 'update') AND ${sameKey(model, table, "w")}`,
    `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${JUDGED} WHERE _verdict = 'again'`,
  ];
}

/** Rows without a whole key cannot be merged: they become dead letters of the model. */
function setAsideStatement({ model, columns }: PlannedRun): string {
  const message = "A row of the model has no value for its key.";
  const reasons = model.key.map((column) => {
    const told = JSON.stringify({ code: "KEY_INVALID", path: `/${column}`, message });
    return `CASE WHEN ${quoteName(column)} IS NULL THEN ${quoteText(`,${told}`)} ELSE '' END`;
  });
  const pairs = columns.map((column) => `${quoteText(column)}, ${quoteName(column)}`);
  const name = quoteText(model.name);
  return `INSERT INTO dead_letters (id, stream, stage, cause, reasons, schema_version, received_at, caller, request_id,
      member, raw_base64, raw_text, _event_id, _shard, _sequence, _accepted_at, _line, _load, _loaded_at)
    SELECT _event_id || ':' || ${name}, ${name}, 'model', 'KEY_INVALID',
      parse_json('[' || substr(reasons, 2) || ']'), ${quoteText(model.hash)}, _accepted_at, ${name}, '', _line - 1,
      base64_encode(to_binary(raw, 'UTF-8')), raw, _event_id, _shard, _sequence, _accepted_at, _line, _load,
      CAST(current_timestamp() AS TIMESTAMP_NTZ)
    FROM (SELECT _event_id, _shard, _sequence, _accepted_at, _line, _load, ${reasons.join(" || ")} AS reasons,
      to_json(object_construct_keep_null(${pairs.join(", ")})) AS raw FROM ${OUT} WHERE NOT (${keysNotNull(model)})) AS lost`;
}

type Counts = Readonly<
  Record<"rows_in" | "rows_out" | "inserted" | "updated" | "duplicates" | "set_aside", string>
>;

function judged(verdicts: string): string {
  return `(SELECT count(*) FROM ${JUDGED} WHERE _verdict IN (${verdicts}))`;
}

/** Expressions, each counted on the tables: of what is there after the run, not of what it meant to do. */
function mergeCounts({ model, due }: PlannedRun): Counts {
  const fresh = model.sources
    .filter(({ how }) => how === "new")
    .map(({ name }) => `(SELECT count(*) FROM ${newRows(name, model, due)} AS fresh)`);
  const keyed = `(SELECT count(*) FROM ${OUT} WHERE ${keysNotNull(model)})`;
  return {
    rows_in: fresh.join(" + ") || "0",
    rows_out: `(SELECT count(*) FROM ${OUT})`,
    inserted: `(SELECT count(*) FROM ${quoteName(model.name)}) - (SELECT max(n) FROM ${BEFORE})`,
    updated: judged("'update'"),
    duplicates: `${keyed} - (SELECT count(*) FROM ${WON}) + ${judged("'again', 'stale'")}`,
    set_aside: `(SELECT count(*) FROM ${OUT} WHERE NOT (${keysNotNull(model)}))`,
  };
}

/** Words that a failing rule leaves in the engine's message, by which it is known again. */
export const UNBALANCED = "MODEL_UNBALANCED";

/** A statement that fails where a condition is not true, and undoes the run; its text depends on a table, not on it alone. */
function mustBe(condition: string, says: string): string {
  return `SELECT to_number(iff(${condition}, '1', ${quoteText(`${UNBALANCED} ${says} `)} || (SELECT count(*) FROM ${OUT})))`;
}

/** Each rule by its place in the file. */
function rulesOf(model: Model, due: Due): readonly string[] {
  return model.conserve.map(({ sql }, at) => mustBe(`(${filled(sql, model, due)})`, `rule ${at}`));
}

/** The run's row, which must add up, and how far the model has come. */
function bookkeeping(planned: PlannedRun, counts: Counts): readonly string[] {
  const { model, run, started, loads, heads } = planned;
  const marks = markStatements(model, {
    heads,
    run,
    rows: `(SELECT count(*) FROM ${quoteName(model.name)})`,
  });
  const own = `run = ${run} AND model = ${quoteText(model.name)}`;
  const adds = "rows_out = inserted + updated + duplicates + set_aside";
  return [
    `INSERT INTO row_counts (run, model, ${Object.keys(counts).join(", ")}, started, finished, load_from, load_to)
    SELECT ${run}, ${quoteText(model.name)}, ${Object.values(counts).join(", ")},
      ${timestampText(started)}, CAST(current_timestamp() AS TIMESTAMP_NTZ), ${loads.join(", ")}`,
    mustBe(`(SELECT count(*) FROM row_counts WHERE ${own} AND ${adds}) = 1`, "sum"),
    // A model made for the first time over tables without rows has not run: it is only there now.
    `DELETE FROM row_counts WHERE ${own} AND rows_in = 0 AND load_to = 0`,
    ...marks,
  ];
}

interface Mark {
  readonly heads: Heads;
  readonly run: number;
  /** Expression of how many rows the model has now. */
  readonly rows: string;
}

function markStatements(model: Model, { heads, run, rows }: Mark): readonly string[] {
  const row = (key: string, position: string | number): string =>
    `SELECT ${quoteText(model.name)}, ${quoteText(key)}, ${position}, ${quoteText(model.hash)}, ${run}`;
  const marks = model.sources.map((source) =>
    row(sourceKey(source), heads.get(sourceKey(source)) ?? 0),
  );
  return [
    forgetMarks(model),
    `INSERT INTO _model_marks (model, source, position, hash, run) ${[...marks, row("", rows)].join(" UNION ALL ")}`,
  ];
}
