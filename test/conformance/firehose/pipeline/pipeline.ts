/** One stream with a transform, one without, and two Lambda functions: what delivery streams are tested on. */

import { definePipeline, defineStream, lambdaHandler } from "../../../../src/index.ts";
import { z } from "zod";

export default definePipeline({
  name: "hoses",
  streams: {
    people: defineStream({
      schema: z.object({ Id: z.string().min(1), Name: z.string(), Age: z.int().nullish() }),
      id: "Id",
      deliver: { buffer: { interval: "100ms" } },
    }),
  },
  functions: {
    "json-to-csv": lambdaHandler("./json-to-csv.mjs"),
    "by-first-letter": lambdaHandler("./by-first-letter.mjs", { timeout: "1s", retries: 1 }),
  },
});
