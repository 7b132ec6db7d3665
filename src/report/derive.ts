/** The report of a pipeline that declares none: a page per table, and one on how the models ran. */

import type { Column } from "../base/record.ts";
import { inWords, type MeasurePlan, type ReportPlan } from "../plan/report/plan-report.ts";
import type { TableShape } from "../plan/report/table-shape.ts";

/** A page with more than these would be no page. */
const SLICERS_MAX = 4;
const AVERAGES_MAX = 6;

/** Counts, averages of what is a number, the newest time, and the rows themselves. */
export function deriveReport({ name, columns, key }: TableShape): ReportPlan {
  const plain = columns.filter((column) => !column.name.startsWith("_"));
  const keys = new Set(key);
  const texts = named(plain, ["text", "boolean"]).filter((one) => !keys.has(one));
  const times = named(plain, ["date", "timestamp"]);
  const time = times.find((one) => keys.has(one)) ?? times[0];
  const numbers = named(plain, ["number", "integer"]).filter((one) => !keys.has(one));
  const words = name.replaceAll("_", " ");
  const measures = [
    measure({ name: "rows", by: "count", columns: [], title: `Rows of ${words}` }),
    ...numbers.slice(0, AVERAGES_MAX).map((column) =>
      measure({
        name: `average_${column}`,
        by: "average",
        columns: [column],
        title: `Average ${column.replaceAll("_", " ")} of ${words}`,
      }),
    ),
    ...(time === undefined
      ? []
      : [measure({ name: "newest", by: "max", columns: [time], title: `Newest of ${words}` })]),
  ];
  const cards = measures.map((one) => one.name);
  return {
    table: name,
    time,
    slicers: [...texts.slice(0, SLICERS_MAX - 1), ...(time === undefined ? [] : [time])],
    measures,
    pages: [
      {
        kind: "overview",
        title: inWords(name),
        cards,
        lists: [plain.map((column) => column.name)],
      },
    ],
  };
}

function named(columns: readonly Column[], types: readonly Column["type"][]): string[] {
  return columns.filter(({ type }) => types.includes(type)).map(({ name }) => name);
}

function measure(given: Pick<MeasurePlan, "name" | "by" | "columns" | "title">): MeasurePlan {
  const formats = { count: "whole", max: "time" } as const;
  const format = given.by === "count" || given.by === "max" ? formats[given.by] : "decimal";
  return { ...given, within: [], format, doc: `${given.title}, over the rows that are chosen.` };
}

/** The log of the models' runs, as Snowflake keeps it. */
export const RUNS: TableShape = {
  name: "row_counts",
  layer: "clean",
  kind: "table",
  title: "What each run of a model took in and what became of it.",
  key: [],
  columns: [
    { name: "model", type: "text", nullable: false },
    ...["rows_in", "rows_out", "inserted", "updated", "duplicates", "set_aside"].map(
      (name): Column => ({ name, type: "integer", nullable: false }),
    ),
    { name: "started", type: "timestamp", nullable: false },
    { name: "finished", type: "timestamp", nullable: false },
  ],
};

/** Whether the numbers on the other pages are fresh, and whether any row was left out. */
export function runsReport(): ReportPlan {
  const sums = RUNS.columns.filter(({ type }) => type === "integer");
  const measures: MeasurePlan[] = [
    ...sums.map(({ name }): MeasurePlan => ({
      name,
      by: "sum",
      columns: [name],
      within: [],
      title: `${inWords(name)} of runs`,
      format: "whole",
      doc: `Sum of ${name} over the runs that are chosen.`,
    })),
    {
      name: "newest",
      by: "max",
      columns: ["finished"],
      within: [],
      title: "Newest run",
      format: "time",
      doc: "When a model last ended a run.",
    },
  ];
  const all = measures.map(({ name }) => name);
  return {
    table: RUNS.name,
    time: "finished",
    slicers: ["model", "finished"],
    measures,
    pages: [
      {
        kind: "overview",
        title: "Runs of the models",
        rows: ["model"],
        values: all.filter((name) => name !== "newest"),
        cards: ["newest", "rows_in", "set_aside"],
      },
    ],
  };
}
