/** The same model files on Snowflake: merged by a task that logs its row counts, or kept as dynamic tables. */

import { quoteBlock } from "../../base/snowflake-text.ts";
import type { Plan } from "../../plan/plan.ts";
import { fillReferences, type Model } from "../../stages/models/reading.ts";
import { latestPerKey, placeOf, runBlock, runOf, streamOf } from "./model-run.ts";
import type { Names } from "./names.ts";

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

/**
 * What is new comes through a stream, whose place moves only when the transaction that read it commits: rows, row
 * counts and that place are one. DDL would commit by itself, so the run's rows stand in a table made before.
 */
function taskOf(names: Names, model: Model, minutes: number): string[] {
  const run = runOf(names, model);
  const { table, out, streams } = run;
  const fresh = model.sources.filter(({ how }) => how === "new");
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
      `AS\nEXECUTE IMMEDIATE ${quoteBlock(runBlock(names, model, run))}`,
    ].join("\n"),
    `ALTER TASK ${names.clean}.REFRESH_${model.name.toUpperCase()} RESUME`,
  ];
}
