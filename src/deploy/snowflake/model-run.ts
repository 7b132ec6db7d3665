/** A run of a deployed model: what is new merged, counted and held against its rules, in one transaction. */

import { quoteText } from "../../base/snowflake-text.ts";
import { fillReferences, LINEAGE, type Model } from "../../stages/models/reading.ts";
import { identifier, type Names } from "./names.ts";

/** Where a table or model lives: raw tables have a stream behind them. */
export function placeOf(names: Names, model: Model, name: string): string {
  const source = model.sources.find((one) => one.name === name);
  const schema = source?.stream === undefined ? names.clean : names.raw;
  return `${schema}.${identifier(name)}`;
}

function knownKey({ key }: Model): string {
  return key.map((column) => `${identifier(column)} IS NOT NULL`).join(" AND ");
}

export function latestPerKey(model: Model): string {
  const { key, order } = model;
  const keys = key.map(identifier).join(", ");
  const by = order.map((column) => `${identifier(column)} DESC NULLS LAST`).join(", ");
  return [
    `WHERE ${knownKey(model)}`,
    `QUALIFY ROW_NUMBER() OVER (PARTITION BY ${keys} ORDER BY ${by}) = 1`,
  ].join("\n");
}

/** Names of a run, and what it selects of what is new. */
export function runOf(names: Names, model: Model): Run {
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
  return { table, out, select, streams };
}

export function streamOf(names: Names, model: Model, name: string): string {
  return `${names.clean}.NEW_${name.toUpperCase()}_FOR_${model.name.toUpperCase()}`;
}

export interface Run {
  readonly table: string;
  readonly out: string;
  readonly select: string;
  readonly streams: readonly string[];
}

/** A statement of a run: one that gives values to variables, one that must be true, or one that does something. */
export type RunStep =
  | {
      readonly kind: "into";
      readonly names: readonly string[];
      readonly values: string;
      readonly from?: string;
    }
  | { readonly kind: "must"; readonly rule: string; readonly says: string }
  | { readonly kind: "do"; readonly sql: string };

const NUMBERS = [
  "rows_in",
  "rows_out",
  "set_aside",
  "changed",
  "inserted",
  "updated",
  "duplicates",
  "before",
  "held",
] as const;

function into(name: string, values: string, from?: string): RunStep {
  return { kind: "into", names: [name], values, ...(from !== undefined && { from }) };
}

/** The transaction of a run, in its order; variables stand as `:name`. */
export function runSteps(names: Names, model: Model, run: Run): readonly RunStep[] {
  const { table, out, select, streams } = run;
  const rowsIn = streams.map((name) => `(SELECT COUNT(*) FROM ${name})`).join(" + ");
  return [
    into("started", "CURRENT_TIMESTAMP()::TIMESTAMP_NTZ"),
    into("rows_in", rowsIn),
    { kind: "do", sql: `DELETE FROM ${out}` },
    { kind: "do", sql: `INSERT INTO ${out}\n${select}` },
    {
      kind: "into",
      names: ["rows_out", "set_aside"],
      values: `COUNT(*), COUNT_IF(NOT (${knownKey(model)}))`,
      from: out,
    },
    into("before", "COUNT(*)", table),
    into("changed", "COUNT(*)", `(\n${changedRows(model, table, out)}\n  )`),
    { kind: "do", sql: mergeOf(model, table, out) },
    into("inserted", "COUNT(*) - :before", table),
    into("updated", ":changed - :inserted"),
    into("duplicates", ":rows_out - :inserted - :updated - :set_aside"),
    {
      kind: "must",
      rule: ":duplicates >= 0 AND :updated >= 0",
      says: "rows out = inserted + updated + duplicates + set aside",
    },
    ...model.conserve.map(({ sql }): RunStep => ({
      kind: "must",
      rule: ruleOf(names, model, { sql, out }),
      says: sql,
    })),
    {
      kind: "do",
      sql: `INSERT INTO ${names.clean}.ROW_COUNTS
    SELECT UUID_STRING(), '${model.name}', :rows_in, :rows_out, :inserted, :updated, :duplicates, :set_aside,
      :started, CURRENT_TIMESTAMP()::TIMESTAMP_NTZ`,
    },
  ];
}

/**
 * Latest rows that are new or later, and other than the row that is there: a later one of equal values is a duplicate,
 * though the merge takes its place in the order over. As in the embedded warehouse, lineage is no part of a value.
 */
function changedRows(model: Model, table: string, out: string): string {
  const keys = new Set(model.key.map((name) => name.toLowerCase()));
  const lineage = LINEAGE.filter((name) => !keys.has(name))
    .map(identifier)
    .join(", ");
  const first = identifier(model.key[0] ?? "");
  return `    SELECT s.* EXCLUDE (${lineage}) FROM (
      SELECT * FROM ${out}
      ${latestPerKey(model).replace("\n", "\n      ")}
    ) AS s LEFT JOIN ${table} AS t ON ${sameKey(model)}
    WHERE t.${first} IS NULL OR ${later(model.order)}
    MINUS SELECT * EXCLUDE (${lineage}) FROM ${table}`;
}

/** A rule reads what is new through the streams, whose place has not moved before the transaction commits. */
function ruleOf(
  names: Names,
  model: Model,
  { sql, out }: { readonly sql: string; readonly out: string },
): string {
  return fillReferences(sql, 1, (reference) => {
    switch (reference.kind) {
      case "new":
        return streamOf(names, model, reference.name);
      case "all":
        return placeOf(names, model, reference.name);
      default:
        return out;
    }
  });
}

export function runBlock(names: Names, model: Model, run: Run): string {
  const steps = runSteps(names, model, run);
  const rules = steps.filter((step) => step.kind === "must");
  const declared = [
    "started TIMESTAMP_NTZ",
    ...NUMBERS.map((name) => `${name} NUMBER`),
    ...rules.map(
      ({ says }, at) =>
        `rule_${at} EXCEPTION (${FIRST_CODE - at}, ${quoteText(`${model.name} does not hold: ${says}`.slice(0, SAYS_MAX))})`,
    ),
  ];
  let rule = 0;
  const lines = steps.map((step) => {
    switch (step.kind) {
      case "into": {
        const { values, from } = step;
        const targets = step.names.map((name) => `:${name}`).join(", ");
        return `  SELECT ${values} INTO ${targets}${from === undefined ? "" : ` FROM ${from}`};`;
      }
      case "must":
        return [
          `  SELECT IFF(${step.rule}, 1, 0) INTO :held;`,
          `  IF (held = 0) THEN\n    RAISE rule_${rule++};\n  END IF;`,
        ].join("\n");
      case "do":
        return `  ${step.sql.trimStart()};`;
    }
  });
  const [started = "", ...rest] = lines;
  return `DECLARE
${declared.map((one) => `  ${one};`).join("\n")}
BEGIN
${started}
  BEGIN TRANSACTION;
${rest.join("\n")}
  COMMIT;
EXCEPTION
  WHEN OTHER THEN
    ROLLBACK;
    RAISE;
END;`;
}

/** Numbers that Snowflake leaves to users' exceptions go from here down to -20999. */
const FIRST_CODE = -20_001;
const SAYS_MAX = 400;

/** The columns are the table's own: MERGE … ALL BY NAME follows them when the model grows. */
export function mergeOf(model: Model, table: string, out: string): string {
  return `  MERGE INTO ${table} AS t USING (
    SELECT * FROM ${out}
    ${latestPerKey(model).replace("\n", "\n    ")}
  ) AS s ON ${sameKey(model)}
  WHEN MATCHED AND ${later(model.order)} THEN UPDATE ALL BY NAME
  WHEN NOT MATCHED THEN INSERT ALL BY NAME`;
}

function sameKey({ key }: Model): string {
  return key.map((column) => `t.${identifier(column)} = s.${identifier(column)}`).join(" AND ");
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
