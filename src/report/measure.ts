/** A measure's two forms: SQL for whoever asks the warehouse, DAX for Power BI. They must always say the same. */

import type { MeasurePlan } from "../plan/report/plan-report.ts";

/**
 * An aggregate over the rows that are asked for. Null where there is nothing to tell: no row, nothing known, or several
 * values of a column of `within`.
 */
export function sqlOf(measure: MeasurePlan): string {
  const core = SQL[measure.by](measure.columns.map(quoteSql));
  if (measure.within.length === 0) {
    return core;
  }
  // Unknown is one value of its own, as it is in DAX.
  const guards = measure.within.map(
    (column) =>
      `count(DISTINCT ${quoteSql(column)}) + max(CASE WHEN ${quoteSql(column)} IS NULL THEN 1 ELSE 0 END) = 1`,
  );
  return `CASE WHEN ${guards.join(" AND ")} THEN ${core} END`;
}

type Form = (columns: readonly string[]) => string;

const SQL: Readonly<Record<MeasurePlan["by"], Form>> = {
  // Power BI shows nothing where nothing is; a zero in every empty cell of a matrix would hide what is there.
  count: ([column = "*"]) => `nullif(count(${column}), 0)`,
  distinct: (columns) => `nullif(count(DISTINCT ${together(columns)}), 0)`,
  average: ([column]) => `avg(${column})`,
  sum: ([column]) => `sum(${column})`,
  min: ([column]) => `min(${column})`,
  max: ([column]) => `max(${column})`,
};

/** A row counts when all of the columns are known; the unit separator stands in no name. */
function together(columns: readonly string[]): string {
  return columns.length === 1
    ? String(columns[0])
    : columns.map((column) => `CAST(${column} AS VARCHAR)`).join(" || chr(31) || ");
}

/** Plain names stand without quotes: warehouses disagree on their case, and each finds its own. */
function quoteSql(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The same as an expression of DAX over `table`. */
export function daxOf(measure: MeasurePlan, table: string): string {
  const whole = quoteTable(table);
  const columns = measure.columns.map((column) => columnDax(table, column));
  const core = DAX[measure.by](columns, whole);
  if (measure.within.length === 0) {
    return core;
  }
  const guards = measure.within.map((column) => `HASONEVALUE(${columnDax(table, column)})`);
  return `IF(${guards.join(" && ")}, ${core})`;
}

type DaxForm = (columns: readonly string[], table: string) => string;

const DAX: Readonly<Record<MeasurePlan["by"], DaxForm>> = {
  count: ([column], table) => (column === undefined ? `COUNTROWS(${table})` : `COUNTA(${column})`),
  distinct: (columns, table) =>
    columns.length === 1
      ? `DISTINCTCOUNTNOBLANK(${columns[0]})`
      : `COUNTROWS(FILTER(SUMMARIZE(${table}, ${columns.join(", ")}), ${columns
          .map((column) => `NOT ISBLANK(${column})`)
          .join(" && ")}))`,
  average: ([column]) => `AVERAGE(${column})`,
  sum: ([column]) => `SUM(${column})`,
  min: ([column]) => `MIN(${column})`,
  max: ([column]) => `MAX(${column})`,
};

export function quoteTable(name: string): string {
  return `'${name.replaceAll("'", "''")}'`;
}

export function columnDax(table: string, column: string): string {
  return `${quoteTable(table)}[${column.replaceAll("]", "]]")}]`;
}

export function textDax(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** How Power BI writes the values down. */
export const FORMATS: Readonly<Record<MeasurePlan["format"], string>> = {
  whole: "#,0",
  decimal: "#,0.00",
  // The numbers are percents already: 8.4 is 8.4 %.
  percent: '#,0.0 "%"',
  date: "yyyy-mm-dd",
  time: "yyyy-mm-dd hh:nn:ss",
};
