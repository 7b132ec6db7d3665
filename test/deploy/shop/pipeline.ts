/** A small pipeline for the deploy's tests: CSV through a transform, and Parquet as it came. */

import { definePipeline, defineStream } from "../../../src/index.ts";
import { z } from "zod";

export default definePipeline({
  name: "shop",
  streams: {
    orders: defineStream({
      schema: z.object({
        order_id: z.string().min(1),
        customer: z.string(),
        amount: z.number().gt(0),
        note: z.string().nullable().optional(),
      }),
      id: "order_id",
      key: "customer",
      shards: 2,
      retention: "7d",
      deliver: {
        format: "csv",
        compression: "gzip",
        prefix: "orders/!{timestamp:yyyy/MM/dd/HH/}",
        buffer: { size: "5MiB", interval: "60s" },
        transform: (event) =>
          event.note === "drop" ? undefined : { ...event, cents: event.amount * 100 },
        row: z.object({
          order_id: z.string(),
          customer: z.string(),
          amount: z.number(),
          note: z.string().nullable().optional(),
          cents: z.number(),
        }),
      },
      load: { table: "raw_orders" },
    }),
    visits: defineStream({
      schema: z.object({ page: z.string(), at: z.iso.datetime() }),
      deliver: { format: "parquet", compression: "snappy" },
    }),
  },
  deploy: { aws: { reading: "ecs-express", capacity: "provisioned" } },
});
