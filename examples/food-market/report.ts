/** The report on the prices: three pages that never average two currencies or two goods, and one to compare countries. */

import type { MeasureDefinition, ReportDefinition } from "millrace";

/** A price is in local money: of one country and one good, or there is none. */
function price(column: string, words: string): MeasureDefinition {
  return {
    by: "average",
    column,
    within: ["country", "item"],
    title: `Average ${column}`,
    doc: `Average of the price ${words}, in local money, over the markets chosen; of one country and one item only.`,
  };
}

export const report: ReportDefinition = {
  table: "prices",
  time: "date",
  slicers: ["country", "market", "item"],
  measures: {
    // Markets of two countries may share a name: the pair counts.
    markets: {
      by: "distinct",
      columns: ["country", "market"],
      title: "Number of markets",
      doc: "Markets, each within its country.",
    },
    items: { by: "distinct", column: "item", title: "Number of items", doc: "Goods with a price." },
    months: { by: "count", title: "Rows", doc: "Months of an item in a market." },
    flagged: {
      by: "count",
      column: "quality",
      title: "Rows flagged",
      doc: "Rows in which something looks wrong; `quality` says what.",
    },
    newest: {
      by: "max",
      column: "date",
      title: "Newest month",
      format: "date",
      doc: "The newest month with a price.",
    },
    open: price("open", "at the start of the month"),
    close: price("close", "at the end of the month"),
    low: price("low", "at its lowest"),
    high: price("high", "at its highest"),
    inflation: {
      by: "average",
      column: "inflation",
      within: ["item"],
      title: "Average inflation",
      format: "percent",
      doc: "Average of the year-on-year change over the markets chosen, of one item only.",
    },
    trust: {
      by: "average",
      column: "trust",
      title: "Average trust",
      doc: "Average of how far the price is to be trusted, 1 to 10.",
    },
  },
  pages: [
    {
      kind: "overview",
      title: "Food market info",
      rows: ["country", "item"],
      values: ["markets", "items"],
      cards: ["markets", "items", "months", "flagged", "newest"],
      lists: [
        ["country", "market"],
        ["country", "item", "item_group"],
      ],
    },
    {
      kind: "candles",
      title: "High-low chart",
      open: "open",
      high: "high",
      low: "low",
      close: "close",
      slicers: ["date", "country", "market", "item"],
    },
    {
      kind: "lines",
      title: "Average price by markets",
      measures: ["close", "open", "low", "high", "inflation", "trust"],
      series: "country",
      slicers: ["date", "country", "market", "item"],
    },
    {
      kind: "lines",
      title: "Inflation and trust by country",
      measures: ["inflation", "trust"],
      series: "country",
      slicers: ["date", "country", "item"],
    },
  ],
};
