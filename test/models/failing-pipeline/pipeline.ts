/** A pipeline whose one model test fails, to see how that is told. */

import { z } from "zod";
import { definePipeline, defineStream } from "../../../src/index.ts";

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "failing",
  streams: { numbers: defineStream({ schema: z.object({ n: z.int() }) }) },
  models: "./models",
});
