/** One stream with a transform, one without, and two Lambda functions: what delivery streams are tested on. */

import { definePipeline, defineStream, lambdaHandler } from "../../../../src/index.ts";
import { z } from "zod";

export default definePipeline({
  name: "hoses",
  streams: {
    people: defineStream({
      schema: z.object({ Id: z.string().min(1), Name: z.string(), Age: z.int().nullish() }),
      id: "Id",
      deliver: { prefix: "our people/", buffer: { interval: "100ms" } },
    }),
    // In every way like `people`, but its rows are what the well-known Lambda makes of its events.
    prices: defineStream({
      schema: z.object({ country: z.string(), year: z.int(), price: z.string() }),
      deliver: {
        format: "csv",
        buffer: { interval: "100ms" },
        transform: lambdaHandler("./json-to-csv.mjs", { answers: "csv" }),
        row: z.object({ country: z.string(), year: z.int(), price: z.number() }),
      },
    }),
  },
  functions: {
    "json-to-csv": lambdaHandler("./json-to-csv.mjs"),
    "where-from": lambdaHandler("./where-from.mjs"),
    "by-first-letter": lambdaHandler("./by-first-letter.mjs", { timeout: "1s", retries: 1 }),
  },
});
