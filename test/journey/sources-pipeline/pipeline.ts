/** Files as the world publishes them: one feed in several layouts, and vintages of one index. */

import { definePipeline, defineStream, fileSource } from "millrace";
import { z } from "zod";

const text = z.string().nullable();
const number = z.number().nullable();

/** Market prices; later layouts have columns more, which the table grows by. */
const market = defineStream({
  schema: z.object({
    date: z.string(),
    admin1: text,
    admin2: text,
    market: z.string(),
    latitude: number,
    longitude: number,
    category: text,
    commodity: z.string(),
    unit: z.string(),
    priceflag: text,
    pricetype: z.string(),
    currency: z.string(),
    price: number,
    usdprice: number,
  }),
  drift: { newField: "evolve", typeChange: "quarantine" },
  deliver: { format: "csv", buffer: { size: "16MiB", interval: "200ms" } },
  load: { table: "raw_market" },
});

/** An index by country and month: a later vintage revises what an earlier one said. */
const index = defineStream({
  schema: z.object({
    Open: number,
    High: number,
    Low: number,
    Close: number,
    Inflation: number,
    country: z.string(),
    ISO3: z.string(),
    date: z.string(),
  }),
  id: ["ISO3", "date"],
  deliver: { format: "csv", buffer: { size: "16MiB", interval: "200ms" } },
  load: { table: "raw_index" },
});

const folder = process.env["TEST_FILES"] ?? "nowhere";

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "published-files",
  streams: { market, index },
  sources: {
    market: fileSource({ stream: "market", from: `${folder}/wfp_*.csv.gz` }),
    index: fileSource({ stream: "index", from: `${folder}/WLD_*.csv` }),
  },
  models: "./models",
});
