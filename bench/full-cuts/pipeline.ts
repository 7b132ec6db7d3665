/** The same pipeline with cuts by their size: 32,768 records each, as at full speed, also on a slow machine. */

import { definePipeline, defineStream } from "millrace";
import { orderSchema } from "../pipeline/pipeline.ts";

export default definePipeline({
  name: "bench",
  streams: {
    orders: defineStream({
      schema: orderSchema,
      key: "customer",
      shards: 4,
      deliver: { format: "csv", buffer: { interval: "2s", size: "32MiB", records: 32_768 } },
      load: { table: "raw_orders" },
    }),
  },
});
