/** What a user may say about the report on a clean table: what is measured, and which pages show it. */

/** One number of a report. It has one meaning, which Power BI gets as DAX and every warehouse as SQL. */
export interface MeasureDefinition {
  /**
   * `count` of rows, or of rows in which `column` is known; `distinct` values of `columns`, together; `average`, `sum`,
   * `min` or `max` of `column`.
   */
  readonly by: "count" | "distinct" | "average" | "sum" | "min" | "max";
  readonly column?: string;
  readonly columns?: readonly string[];
  /**
   * Columns that must have one value each, else there is no number: an average over two currencies or two goods says
   * nothing.
   */
  readonly within?: readonly string[];
  /** What readers see; the name in words when left out. */
  readonly title?: string;
  readonly format?: "whole" | "decimal" | "percent" | "date" | "time";
  /** A sentence for readers. */
  readonly doc: string;
}

/** A matrix, lists and single numbers. */
export interface OverviewPage {
  readonly kind: "overview";
  readonly title: string;
  /** Columns of the matrix, from coarse to fine. */
  readonly rows?: readonly string[];
  /** Measures of the matrix; its rows are sorted by the first. */
  readonly values?: readonly string[];
  /** Measures shown as single numbers. */
  readonly cards?: readonly string[];
  /** Each is a table of these columns. */
  readonly lists?: readonly (readonly string[])[];
  readonly slicers?: readonly string[];
}

/** Open, high, low and close over time, each a measure. */
export interface CandlesPage {
  readonly kind: "candles";
  readonly title: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly slicers?: readonly string[];
}

/** A measure over time, one line per value of `series`; of several measures, the reader chooses one. */
export interface LinesPage {
  readonly kind: "lines";
  readonly title: string;
  readonly measures: readonly string[];
  readonly series?: string;
  readonly slicers?: readonly string[];
}

export type ReportPage = OverviewPage | CandlesPage | LinesPage;

export interface ReportDefinition {
  /** A model of the pipeline. */
  readonly table: string;
  /** Column of dates or times; needed for pages over time. */
  readonly time?: string;
  /** Columns that readers choose values of, on every page that names none of its own. */
  readonly slicers?: readonly string[];
  readonly measures: Readonly<Record<string, MeasureDefinition>>;
  readonly pages: readonly ReportPage[];
}
