/** A pipeline that holds events back for a minute unless it is drained: its tests see them wait. */

import { z } from "zod";
import { definePipeline, defineStream } from "../../../src/index.ts";

const schema = z.object({ id: z.string(), shop: z.string(), price: z.number() });

const sales = defineStream({
  schema,
  id: "id",
  key: "shop",
  shards: 2,
  deliver: {
    format: "ndjson",
    buffer: { interval: "60s" },
    transform: (sale) => {
      if (sale.shop === "broken") {
        throw new TypeError("this shop is broken");
      }
      return sale.shop === "closed" ? undefined : sale;
    },
  },
});

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "held",
  streams: { sales, returns: defineStream({ schema, id: "id" }) },
  models: "./models",
});
