/** A pipeline whose streams the AWS SDK's calls are tried on: one with a key and an id, one with neither. */

import { z } from "zod";
import { definePipeline, defineStream } from "../../../../src/index.ts";

const schema = z.object({ id: z.string(), shop: z.string(), price: z.number() });

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "wire",
  streams: {
    sales: defineStream({ schema, id: "id", key: "shop", shards: 2 }),
    notes: defineStream({ schema: z.object({ text: z.string() }) }),
  },
});
