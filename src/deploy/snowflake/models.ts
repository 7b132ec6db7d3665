/** The same model files on Snowflake: merged by a task that logs its row counts, or kept as dynamic tables. */

import { quoteBlock } from "../../base/snowflake-text.ts";
import type { Plan } from "../../plan/plan.ts";
import { fillReferences, type Model } from "../../stages/models/reading.ts";
import { identifier, type Names } from "./names.ts";

/** Statements of one model, in their order. */
export function modelStatements(plan: Plan, names: Names, model: Model): string[] {
  if (model.kind === "view") {
    return [`CREATE OR REPLACE VIEW ${names.clean}.${model.name} AS\n${whole(names, model)}`];
  }
  const { models, lag } = plan.deploy.snowflake;
  if (models === "dynamic" || model.kind === "table") {
    return [dynamicTable(names, model, Math.round(lag / 1000))];
  }
  return taskOf(names, model, Math.max(1, Math.round(lag / 60_000)));
}

/** Where a table or model lives: raw tables have a stream behind them. */
function placeOf(names: Names, model: Model, name: string): string {
  const source = model.sources.find((one) => one.name === name);
  const schema = source?.stream === undefined ? names.clean : names.raw;
  return `${schema}.${identifier(name)}`;
}

function whole(names: Names, model: Model): string {
  return fillReferences(model.select, 1, (reference) =>
    reference.kind === "all" || reference.kind === "new"
      ? placeOf(names, model, reference.name)
      : "",
  );
}

/** All of it, the latest row per key: what a merge of every run comes to. */
function dynamicTable(names: Names, model: Model, seconds: number): string {
  const latest =
    model.kind === "table"
      ? whole(names, model)
      : `SELECT * FROM (\n${whole(names, model)}\n) AS run_out\n${latestPerKey(model)}`;
  return [
    `CREATE OR REPLACE DYNAMIC TABLE ${names.clean}.${model.name}`,
    `  TARGET_LAG = '${seconds} seconds'`,
    `  WAREHOUSE = ${names.warehouse}`,
    "  REFRESH_MODE = AUTO",
    "  INITIALIZE = ON_CREATE",
    `AS\n${latest}`,
  ].join("\n");
}

function latestPerKey({ key, order }: Model): string {
  const known = key.map((column) => `${identifier(column)} IS NOT NULL`).join(" AND ");
  const keys = key.map(identifier).join(", ");
  const by = order.map((column) => `${identifier(column)} DESC NULLS LAST`).join(", ");
  return [
    `WHERE ${known}`,
    `QUALIFY ROW_NUMBER() OVER (PARTITION BY ${keys} ORDER BY ${by}) = 1`,
  ].join("\n");
}

/**
 * What is new comes through a stream, whose place moves only when the transaction that read it commits: rows, row
 * counts and that place are one. DDL would commit by itself, so the run's rows stand in a table made before.
 */
function taskOf(names: Names, model: Model, minutes: number): string[] {
  const table = `${names.clean}.${model.name}`;
  const out = `${names.clean}.RUN_${model.name.toUpperCase()}`;
  const fresh = model.sources.filter(({ how }) => how === "new");
  const streams = fresh.map(({ name }) => streamOf(names, model, name));
  const select = fillReferences(model.select, 1, (reference) => {
    if (reference.kind === "new") {
      return streamOf(names, model, reference.name);
    }
    return reference.kind === "all" ? placeOf(names, model, reference.name) : "";
  });
  const empty = `SELECT * FROM (\n${whole(names, model)}\n) AS run_out WHERE FALSE`;
  return [
    `CREATE TABLE IF NOT EXISTS ${table} AS\n${empty}`,
    `CREATE TABLE IF NOT EXISTS ${out} AS\n${empty}`,
    ...fresh.map(
      ({ name }) =>
        `CREATE STREAM IF NOT EXISTS ${streamOf(names, model, name)}\n` +
        `  ON TABLE ${placeOf(names, model, name)} APPEND_ONLY = TRUE SHOW_INITIAL_ROWS = TRUE`,
    ),
    [
      `CREATE OR REPLACE TASK ${names.clean}.REFRESH_${model.name.toUpperCase()}`,
      `  WAREHOUSE = ${names.warehouse}`,
      `  SCHEDULE = '${minutes} MINUTE'`,
      "  ALLOW_OVERLAPPING_EXECUTION = FALSE",
      `  WHEN ${streams.map((name) => `SYSTEM$STREAM_HAS_DATA('${name}')`).join(" OR ")}`,
      `AS\nEXECUTE IMMEDIATE ${quoteBlock(runBlock(names, model, { table, out, select, streams }))}`,
    ].join("\n"),
    `ALTER TASK ${names.clean}.REFRESH_${model.name.toUpperCase()} RESUME`,
  ];
}

function streamOf(names: Names, model: Model, name: string): string {
  return `${names.clean}.NEW_${name.toUpperCase()}_FOR_${model.name.toUpperCase()}`;
}

interface Run {
  readonly table: string;
  readonly out: string;
  readonly select: string;
  readonly streams: readonly string[];
}

function runBlock(names: Names, model: Model, { table, out, select, streams }: Run): string {
  const rowsIn = streams.map((name) => `(SELECT COUNT(*) FROM ${name})`).join(" + ");
  const known = model.key.map((column) => `${identifier(column)} IS NOT NULL`).join(" AND ");
  return `DECLARE
  started TIMESTAMP_NTZ;
  rows_in NUMBER;
  rows_out NUMBER;
  set_aside NUMBER;
  inserted NUMBER;
  updated NUMBER;
  before NUMBER;
BEGIN
  started := CURRENT_TIMESTAMP()::TIMESTAMP_NTZ;
  BEGIN TRANSACTION;
  SELECT ${rowsIn} INTO :rows_in;
  DELETE FROM ${out};
  INSERT INTO ${out}
${select};
  SELECT COUNT(*), COUNT_IF(NOT (${known})) INTO :rows_out, :set_aside FROM ${out};
  SELECT COUNT(*) INTO :before FROM ${table};
${mergeOf(model, table, out)};
  updated := SQLROWCOUNT;
  SELECT COUNT(*) - :before INTO :inserted FROM ${table};
  updated := updated - inserted;
  INSERT INTO ${names.clean}.ROW_COUNTS
    SELECT UUID_STRING(), '${model.name}', :rows_in, :rows_out, :inserted, :updated,
      :rows_out - :inserted - :updated - :set_aside, :set_aside,
      :started, CURRENT_TIMESTAMP()::TIMESTAMP_NTZ;
  COMMIT;
EXCEPTION
  WHEN OTHER THEN
    ROLLBACK;
    RAISE;
END;`;
}

/** The columns are the table's own: MERGE … ALL BY NAME follows them when the model grows. */
export function mergeOf(model: Model, table: string, out: string): string {
  const on = model.key
    .map((column) => `t.${identifier(column)} = s.${identifier(column)}`)
    .join(" AND ");
  return `  MERGE INTO ${table} AS t USING (
    SELECT * FROM ${out}
    ${latestPerKey(model).replace("\n", "\n    ")}
  ) AS s ON ${on}
  WHEN MATCHED AND ${later(model.order)} THEN UPDATE ALL BY NAME
  WHEN NOT MATCHED THEN INSERT ALL BY NAME`;
}

/** Whether the row that comes is later than the one that is there; null comes before everything. */
function later(order: readonly string[]): string {
  const [first, ...rest] = order;
  if (first === undefined) {
    return "FALSE";
  }
  const [s, t] = [`s.${identifier(first)}`, `t.${identifier(first)}`];
  const after = `(COALESCE(${s} > ${t}, FALSE) OR (${t} IS NULL AND ${s} IS NOT NULL))`;
  return `(${after} OR (${s} IS NOT DISTINCT FROM ${t} AND ${later(rest)}))`;
}
