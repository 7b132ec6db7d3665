/** What the report holds, before it is anybody's format: tables with measures, choices, pages of visuals. */

import { Fault } from "../base/faults.ts";
import type { MeasurePlan, ReportPlan } from "../plan/report/plan-report.ts";
import type { TableShape } from "../plan/report/table-shape.ts";
import { deriveReport, RUNS, runsReport } from "./derive.ts";
import { daxOf, FORMATS } from "./measure.ts";
import { type Page, layPage } from "./pages.ts";

/** A measure as the semantic model has it. */
export interface ModelMeasure {
  readonly title: string;
  readonly dax: string;
  readonly format: string | undefined;
  readonly doc: string;
  /** Drawn with, but no number that a reader should pick. */
  readonly hidden: boolean;
}

/** A table of measures' titles, of which a reader chooses one. */
export interface Choice {
  readonly name: string;
  readonly titles: readonly string[];
}

export interface ModelTable {
  readonly shape: TableShape;
  readonly measures: readonly ModelMeasure[];
}

export interface Contents {
  readonly tables: readonly ModelTable[];
  readonly choices: readonly Choice[];
  readonly pages: readonly Page[];
}

/** Throws REPORT_INVALID when the report names a table or a column that the models do not make. */
export function contentsOf(
  report: ReportPlan | undefined,
  shapes: readonly TableShape[],
): Contents {
  const clean = shapes.filter(({ layer }) => layer === "clean");
  const told = clean.length > 0 ? clean : shapes;
  const all = clean.length > 0 ? [...told, RUNS] : told;
  const reports = [
    ...(report === undefined ? told.map(deriveReport) : [report]),
    ...(clean.length > 0 ? [runsReport()] : []),
  ];
  for (const one of reports) {
    checkNames(one, all);
  }
  const laid = reports.flatMap((one) => one.pages.map((page) => layPage(one, page)));
  const tables = all.map((shape): ModelTable => {
    const own = reports.filter(({ table }) => table === shape.name);
    const measures = own.flatMap((one) => one.measures.map((given) => toModel(given, one.table)));
    const drawn = laid.filter(({ table }) => table === shape.name).flatMap((one) => one.measures);
    return { shape, measures: [...measures, ...drawn] };
  });
  return {
    tables,
    choices: laid.flatMap(({ choice }) => (choice === undefined ? [] : [choice])),
    pages: laid.map(({ page }) => page),
  };
}

function toModel(measure: MeasurePlan, table: string): ModelMeasure {
  return {
    title: measure.title,
    dax: daxOf(measure, table),
    format: FORMATS[measure.format],
    doc: measure.doc,
    hidden: false,
  };
}

function checkNames(report: ReportPlan, shapes: readonly TableShape[]): void {
  const shape = shapes.find(({ name }) => name === report.table);
  if (shape === undefined) {
    const known = shapes.map(({ name }) => name).join(", ");
    const cause = `report.table: there is no table ${report.table}; there are ${known}`;
    throw new Fault("REPORT_INVALID", { cause });
  }
  const has = new Set(shape.columns.map(({ name }) => name));
  const named = [
    ...(report.time === undefined ? [] : [report.time]),
    ...report.slicers,
    ...report.measures.flatMap(({ columns, within }) => [...columns, ...within]),
    ...report.pages.flatMap((page) => [
      ...(page.slicers ?? []),
      ...(page.kind === "overview" ? [...(page.rows ?? []), ...(page.lists ?? []).flat()] : []),
      ...(page.kind === "lines" && page.series !== undefined ? [page.series] : []),
    ]),
  ];
  const missing = [...new Set(named)].filter((name) => !has.has(name));
  if (missing.length > 0) {
    const cause = `${report.table} has no column ${missing.join(", ")}; it has ${[...has].join(", ")}`;
    throw new Fault("REPORT_INVALID", { cause });
  }
}
