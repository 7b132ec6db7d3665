/** Monthly food prices, arriving as wide rows, cleaned into one row per country, market, month and item. */

import { definePipeline, defineStream } from "millrace";
import { SNIPPETS } from "./long-form.ts";
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
});
