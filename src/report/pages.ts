/** A page of a report → its visuals with their places, and the measures that only they draw with. */

import type { CandlesPage, LinesPage, OverviewPage, ReportPage } from "../define/report/report.ts";
import { defined } from "../base/assert.ts";
import type { MeasurePlan, ReportPlan } from "../plan/report/plan-report.ts";
import type { Choice, ModelMeasure } from "./contents.ts";
import { columnDax, textDax } from "./measure.ts";
import { type Box, body, columnsIn, row } from "./grid.ts";

/** A column or measure of a table. */
export interface FieldOf {
  readonly kind: "column" | "measure";
  readonly table: string;
  readonly name: string;
}

export type Visual = { readonly box: Box } & (
  | {
      readonly kind: "slicer";
      readonly of: FieldOf;
      readonly style: "list" | "between" | "one" | "tiles";
    }
  | { readonly kind: "card"; readonly of: FieldOf }
  | { readonly kind: "table"; readonly of: readonly FieldOf[] }
  | {
      readonly kind: "matrix";
      readonly rows: readonly FieldOf[];
      readonly values: readonly FieldOf[];
    }
  | {
      readonly kind: "lines";
      readonly time: FieldOf;
      readonly value: FieldOf;
      readonly series: FieldOf | undefined;
      readonly title: FieldOf;
    }
  | {
      readonly kind: "candles";
      readonly time: FieldOf;
      readonly of: Candle;
      readonly title: FieldOf;
    }
);

/** Series of a candlestick: `up` and `down` are where its body begins, `close` where it ends. */
export interface Candle {
  readonly high: FieldOf;
  readonly low: FieldOf;
  readonly close: FieldOf;
  readonly up: FieldOf;
  readonly down: FieldOf;
}

export interface Page {
  readonly title: string;
  readonly visuals: readonly Visual[];
}

export interface LaidPage {
  readonly table: string;
  readonly page: Page;
  readonly measures: readonly ModelMeasure[];
  readonly choice: Choice | undefined;
}

export function layPage(report: ReportPlan, page: ReportPage): LaidPage {
  switch (page.kind) {
    case "overview":
      return overview(report, page);
    case "candles":
      return candles(report, page);
    case "lines":
      return lines(report, page);
  }
}

function overview(report: ReportPlan, page: OverviewPage): LaidPage {
  const { rows = [], values = [], cards = [], lists = [] } = page;
  const places = body(cards.length > 0);
  const blocks = columnsIn(places.main, (rows.length > 0 ? 1 : 0) + lists.length);
  const visuals: Visual[] = [
    ...slicers(report, page, []),
    ...cards.map((name, index): Visual => ({
      kind: "card",
      of: measureOf(report, name),
      box: row(places.cards, index, cards.length),
    })),
  ];
  if (rows.length > 0) {
    visuals.push({
      kind: "matrix",
      rows: rows.map((name) => columnOf(report, name)),
      values: values.map((name) => measureOf(report, name)),
      box: defined(blocks[0], "a matrix has a block"),
    });
  }
  for (const [index, list] of lists.entries()) {
    const box = defined(blocks[index + (rows.length > 0 ? 1 : 0)], "a list has a block");
    visuals.push({ kind: "table", of: list.map((name) => columnOf(report, name)), box });
  }
  return {
    table: report.table,
    page: { title: page.title, visuals },
    measures: [],
    choice: undefined,
  };
}

function candles(report: ReportPlan, page: CandlesPage): LaidPage {
  const [open, close] = [page.open, page.close].map((name) => `[${titleOf(report, name)}]`);
  const within = withinOf(report, [page.open, page.high, page.low, page.close]);
  const helpers = {
    title: `Title of ${page.title}`,
    up: `Rising in ${page.title}`,
    down: `Falling in ${page.title}`,
  };
  const own = (name: string): FieldOf => ({ kind: "measure", table: report.table, name });
  const chart: Visual = {
    kind: "candles",
    time: columnOf(report, report.time ?? ""),
    of: {
      high: measureOf(report, page.high),
      low: measureOf(report, page.low),
      close: measureOf(report, page.close),
      up: own(helpers.up),
      down: own(helpers.down),
    },
    title: own(helpers.title),
    box: body(false).main,
  };
  return {
    table: report.table,
    page: { title: page.title, visuals: [...slicers(report, page, within), chart] },
    measures: [
      hidden(helpers.up, `IF(${close} >= ${open}, ${open})`, "Where a candle that rises begins."),
      hidden(helpers.down, `IF(${close} < ${open}, ${open})`, "Where a candle that falls begins."),
      hidden(
        helpers.title,
        chosenTitle(report, textDax(page.title), within),
        "Says what is shown.",
      ),
    ],
    choice: undefined,
  };
}

function lines(report: ReportPlan, page: LinesPage): LaidPage {
  const within = withinOf(report, page.measures).filter((name) => name !== page.series);
  const titles = page.measures.map((name) => titleOf(report, name));
  const several = titles.length > 1;
  const choice = several ? { name: `Choice of ${page.title}`, titles } : undefined;
  const by = [report.time, page.series].filter((name) => name !== undefined).join(" and ");
  const first = defined(titles[0], "a page of lines names a measure");
  const chosen =
    choice === undefined
      ? textDax(`${first} by ${by}`)
      : `SELECTEDVALUE(${columnDax(choice.name, "Measure")}, ${textDax(first)}) & ${textDax(` by ${by}`)}`;
  const value = `Chosen in ${page.title}`;
  const title = `Title of ${page.title}`;
  const own = (name: string): FieldOf => ({ kind: "measure", table: report.table, name });
  const tiles: Visual[] =
    choice === undefined
      ? []
      : [
          {
            kind: "slicer",
            of: { kind: "column", table: choice.name, name: "Measure" },
            style: "tiles",
            box: body(true).cards,
          },
        ];
  const chart: Visual = {
    kind: "lines",
    time: columnOf(report, report.time ?? ""),
    value: several ? own(value) : own(first),
    series: page.series === undefined ? undefined : columnOf(report, page.series),
    title: own(title),
    box: body(several).main,
  };
  return {
    table: report.table,
    page: { title: page.title, visuals: [...slicers(report, page, within), ...tiles, chart] },
    measures: [
      ...(choice === undefined
        ? []
        : [hidden(value, switchOf(choice), "The measure that is chosen.")]),
      hidden(title, chosenTitle(report, chosen, within), "Says what is shown."),
    ],
    choice,
  };
}

function switchOf({ name, titles }: Choice): string {
  const cases = titles.map((title, index) => `${index}, [${title}]`);
  return `SWITCH(SELECTEDVALUE(${columnDax(name, "Order")}, 0), ${cases.join(", ")})`;
}

/** The title, then what is chosen of each column that must have one value; where none is, it says so. */
function chosenTitle(report: ReportPlan, start: string, within: readonly string[]): string {
  const parts = within.map((name) => {
    const none = textDax(`choose one ${name.replaceAll("_", " ")}`);
    return `SELECTEDVALUE(${columnDax(report.table, name)}, ${none})`;
  });
  return [start, ...parts].join(` & " · " & `);
}

function hidden(title: string, dax: string, doc: string): ModelMeasure {
  return { title, dax, doc, format: undefined, hidden: true };
}

function slicers(report: ReportPlan, page: ReportPage, one: readonly string[]): Visual[] {
  const names = page.slicers ?? report.slicers;
  return names.map((name, index) => {
    const style = name === report.time ? "between" : one.includes(name) ? "one" : "list";
    return {
      kind: "slicer",
      of: columnOf(report, name),
      style,
      box: row(SLICERS, index, names.length),
    };
  });
}

const SLICERS: Box = { x: 16, y: 16, width: 1248, height: 72 };

/** Columns that must have one value for any of the measures. */
function withinOf(report: ReportPlan, names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => planOf(report, name).within))];
}

function planOf({ measures }: ReportPlan, name: string): MeasurePlan {
  return defined(
    measures.find((one) => one.name === name),
    "a page names measures that the plan has checked",
  );
}

function titleOf(report: ReportPlan, name: string): string {
  return planOf(report, name).title;
}

function measureOf(report: ReportPlan, name: string): FieldOf {
  return { kind: "measure", table: report.table, name: titleOf(report, name) };
}

function columnOf({ table }: ReportPlan, name: string): FieldOf {
  return { kind: "column", table, name };
}
