/** A report's definition → its plan: titles filled in, references checked, all problems told. */

import type {
  MeasureDefinition,
  ReportDefinition,
  ReportPage,
} from "../../define/report/report.ts";
import { type Problems, refuseUnknown } from "../settle.ts";

export interface MeasurePlan {
  readonly name: string;
  readonly by: MeasureDefinition["by"];
  /** None for a count of rows, several for distinct only. */
  readonly columns: readonly string[];
  readonly within: readonly string[];
  readonly title: string;
  readonly format: "whole" | "decimal" | "percent" | "date" | "time";
  readonly doc: string;
}

export interface ReportPlan {
  readonly table: string;
  readonly time: string | undefined;
  readonly slicers: readonly string[];
  readonly measures: readonly MeasurePlan[];
  readonly pages: readonly ReportPage[];
}

interface Place {
  readonly path: string;
  readonly problems: Problems;
}

const COLUMN = /^[a-zA-Z_][a-zA-Z0-9_]{0,254}$/;
const TITLE = /^[^[\]\p{Cc}]{1,100}$/u;
const BY = ["count", "distinct", "average", "sum", "min", "max"];
const FORMATS = ["whole", "decimal", "percent", "date", "time"];
const PAGES: Readonly<Record<string, readonly string[]>> = {
  overview: ["kind", "title", "rows", "values", "cards", "lists", "slicers"],
  candles: ["kind", "title", "open", "high", "low", "close", "slicers"],
  lines: ["kind", "title", "measures", "series", "slicers"],
};
const PAGES_MAX = 20;
const MEASURES_MAX = 200;

export function planReport(
  given: ReportDefinition | undefined,
  problems: Problems,
): ReportPlan | undefined {
  if (given === undefined) {
    return undefined;
  }
  const place = { path: "report", problems };
  refuseUnknown(given, ["table", "time", "slicers", "measures", "pages"], place);
  const { table, time, slicers = [] } = given;
  // The definition may come from plain JavaScript, where a member can be missing.
  const measures = (given.measures as ReportDefinition["measures"] | undefined) ?? {};
  const pages = (given.pages as ReportDefinition["pages"] | undefined) ?? [];
  checkColumns([table, ...(time === undefined ? [] : [time])], { path: "report.table", problems });
  checkColumns(slicers, { path: "report.slicers", problems });
  const planned = Object.entries(measures).map(([name, measure]) =>
    planMeasure(name, measure, { path: `report.measures.${name}`, problems }),
  );
  const titles = new Set(planned.map(({ title }) => title.toLowerCase()));
  if (titles.size !== planned.length || planned.length > MEASURES_MAX) {
    const says = `There are two measures of one title, or more than ${MEASURES_MAX}.`;
    problems.add("report.measures", says, "Give each a title of its own.");
  }
  if (pages.length === 0 || pages.length > PAGES_MAX) {
    problems.add("report.pages", `There are ${pages.length} pages.`, `Name 1 to ${PAGES_MAX}.`);
  }
  for (const [index, page] of pages.entries()) {
    checkPage(page, { time, measures }, { path: `report.pages.${index}`, problems });
  }
  return { table, time, slicers, measures: planned, pages };
}

function planMeasure(name: string, given: MeasureDefinition, place: Place): MeasurePlan {
  const { path, problems } = place;
  refuseUnknown(given, ["by", "column", "columns", "within", "title", "format", "doc"], place);
  const { by, within = [] } = given;
  const columns = given.columns ?? (given.column === undefined ? [] : [given.column]);
  checkColumns([...columns, ...within], place);
  if (!BY.includes(by)) {
    problems.add(`${path}.by`, `${by} is no way to measure.`, `Use ${BY.join(", ")}.`);
  }
  if (given.column !== undefined && given.columns !== undefined) {
    problems.add(path, "It has a column and columns.", "Leave one of them out.");
  }
  const fits = by === "count" ? columns.length <= 1 : columns.length === 1 || by === "distinct";
  if (!fits || (by === "distinct" && columns.length === 0)) {
    const says = `${by} of ${columns.length} columns has no meaning.`;
    problems.add(path, says, "Name one column; several for distinct, none or one for count.");
  }
  if (!COLUMN.test(name)) {
    problems.add(
      path,
      `${name} is no name for a measure.`,
      "Use a-z 0-9 _; `title` says the rest.",
    );
  }
  const title = given.title ?? inWords(name);
  if (!TITLE.test(title)) {
    problems.add(`${path}.title`, "It is empty, long or has brackets.", "Use up to 100 letters.");
  }
  const usual = by === "count" || by === "distinct" ? "whole" : "decimal";
  const format = given.format ?? usual;
  if (!FORMATS.includes(format)) {
    problems.add(`${path}.format`, `${format} is no format.`, `Use ${FORMATS.join(", ")}.`);
  }
  if (typeof given.doc !== "string" || given.doc.trim() === "") {
    problems.add(`${path}.doc`, "It says nothing about itself.", "Write a sentence for readers.");
  }
  return { name, by, columns, within, title, format, doc: given.doc };
}

function checkPage(
  page: ReportPage,
  known: { readonly time: string | undefined; readonly measures: object },
  place: Place,
): void {
  const { path, problems } = place;
  const members = PAGES[page.kind];
  if (members === undefined) {
    const kinds = Object.keys(PAGES).join(", ");
    problems.add(`${path}.kind`, `${page.kind} is no kind of page.`, `Use ${kinds}.`);
    return;
  }
  refuseUnknown(page, members, place);
  if (typeof page.title !== "string" || !TITLE.test(page.title)) {
    problems.add(`${path}.title`, "A page needs a title.", "Use up to 100 letters, no brackets.");
  }
  checkColumns([...(page.slicers ?? []), ...columnsOf(page)], place);
  for (const measure of measuresOf(page)) {
    if (!Object.hasOwn(known.measures, measure)) {
      const names = Object.keys(known.measures).join(", ");
      problems.add(path, `There is no measure ${measure}.`, `Known: ${names}.`);
    }
  }
  if (page.kind !== "overview" && known.time === undefined) {
    problems.add("report.time", `The page ${page.title} is over time.`, "Name the column of time.");
  }
  if (page.kind === "lines" && page.measures.length === 0) {
    problems.add(`${path}.measures`, "No measure is named.", "Name one, or some to choose from.");
  }
}

function columnsOf(page: ReportPage): readonly string[] {
  switch (page.kind) {
    case "overview":
      return [...(page.rows ?? []), ...(page.lists ?? []).flat()];
    case "lines":
      return page.series === undefined ? [] : [page.series];
    case "candles":
      return [];
  }
}

/** Measures that a page names. */
function measuresOf(page: ReportPage): readonly string[] {
  switch (page.kind) {
    case "overview":
      return [...(page.values ?? []), ...(page.cards ?? [])];
    case "lines":
      return page.measures;
    case "candles":
      return [page.open, page.high, page.low, page.close];
  }
}

/** `average_open` → `Average open`. */
export function inWords(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

function checkColumns(columns: readonly unknown[], { path, problems }: Place): void {
  for (const column of columns) {
    if (typeof column !== "string" || !COLUMN.test(column)) {
      problems.add(path, `${String(column)} is no name.`, "Name what the models make.");
    }
  }
}
