/** One row as it arrives: a market's month, 473 columns wide, made by a loop over the items. */

import { z } from "zod";
import { METRIC_COLUMNS, type MetricColumn } from "./items.ts";

/** Unknown is null or left out; any number is taken, since the model flags what looks wrong. */
const metric = z.number().nullish();

const metrics = Object.fromEntries(METRIC_COLUMNS.map((column) => [column, metric])) as Record<
  MetricColumn,
  typeof metric
>;

export const priceRow = z
  .object({
    country: z.string().min(1).max(100),
    mkt_name: z.string().min(1).max(200),
    /** M/D/YYYY without padding, always the first of a month: 1/1/2009. */
    DATES: z.string().min(8).max(10),
    year: z.int().min(1900).max(2100),
    month: z.int().min(1).max(12),
    ...metrics,
  })
  .meta({
    examples: [
      {
        country: "Kenya",
        mkt_name: "Nairobi",
        DATES: "6/1/2023",
        year: 2023,
        month: 6,
        o_maize: 61.2,
        h_maize: 63.05,
        l_maize: 60.4,
        c_maize: 62.75,
        inflation_maize: 8.4,
        trust_maize: 9.6,
      },
    ],
  });

export type PriceRow = z.infer<typeof priceRow>;

export const COLUMNS: readonly string[] = Object.keys(priceRow.shape);
