/** Monthly food prices, arriving as wide rows, cleaned into one row per country, market, month and item. */

import { defineEndpoint, definePipeline, defineStream } from "millrace";
import { SNIPPETS } from "./long-form.ts";
import { report } from "./report.ts";
import { replay } from "./replay.ts";
import { priceRow } from "./schema.ts";

const prices = defineStream({
  schema: priceRow,
  key: ["country", "mkt_name"],
  shards: 4,
  retention: "7d",
  drift: { newField: "evolve", typeChange: "quarantine" },
  deliver: {
    format: "csv",
    compression: "gzip",
    prefix: "prices/!{timestamp:yyyy/MM/dd/HH/}",
    buffer: { size: "16MiB", interval: "500ms" },
  },
  load: { table: "raw_prices" },
});

export default definePipeline({
  name: "food-market",
  streams: { prices },
  sources: {
    // 144 markets make a month every 4 s, and 28,368 rows in all: the history ends after some 10 minutes.
    replay: replay({
      stream: "prices",
      markets: 144,
      burstMonths: 60,
      burstPerSecond: 600,
      perSecond: 40,
    }),
  },
  endpoints: {
    fetch_data: defineEndpoint({
      doc: "The rows as they came: a market's month with all items side by side.",
      table: "raw_prices",
      parameters: {
        year: { type: "integer", min: 1900, max: 2100, doc: "Year of the month." },
        country: { match: "loose", doc: "Country, in any case." },
        market: { column: "mkt_name", match: "loose", doc: "Market, in any case." },
      },
    }),
    countries: defineEndpoint({
      doc: "The countries, with how many markets and items each has.",
      select: `select country, count(distinct market) as markets, count(distinct item) as items,
        min(date) as first_date, max(date) as last_date from prices group by country`,
      order: ["country"],
    }),
    markets: defineEndpoint({
      doc: "The markets, by country.",
      select: `select country, market, count(distinct item) as items, min(date) as first_date,
        max(date) as last_date from prices group by country, market`,
      order: ["country", "market"],
      parameters: { country: { match: "loose", doc: "Country, in any case." } },
    }),
    items: defineEndpoint({
      doc: "The items with their groups.",
      select: `select item, item_group, count(distinct country) as countries from prices
        group by item, item_group`,
      order: ["item", "item_group"],
      parameters: { group: { column: "item_group", values: "data", doc: "Group of items." } },
    }),
  },
  models: { folder: "./models", snippets: SNIPPETS },
  dashboard: {
    charts: [
      {
        kind: "candlestick",
        title: "Prices by month, in local money",
        table: "prices",
        time: "date",
        open: "open",
        high: "high",
        low: "low",
        close: "close",
        slicers: ["country", "market", "item"],
      },
    ],
  },
  report,
});
