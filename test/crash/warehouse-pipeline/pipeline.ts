/** A pipeline of two streams and two models, for tests that kill the warehouse's process. */

import { z } from "zod";
import { definePipeline, defineStream } from "../../../src/index.ts";

const schema = z.object({ shop: z.string(), price: z.number() });

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "crash-test",
  streams: { sales: defineStream({ schema }), returns: defineStream({ schema }) },
  models: "./models",
});
