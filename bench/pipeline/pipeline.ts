/** The pipeline that is measured: events of about 400 bytes, twelve fields, four shards, CSV objects. */

import { definePipeline, defineStream } from "millrace";
import { z } from "zod";

export const orderSchema = z.object({
  event_id: z.string().min(1).max(64),
  occurred_at: z.iso.datetime(),
  customer: z.string().max(64),
  session: z.string().max(64),
  channel: z.enum(["web", "app", "store", "partner"]),
  country: z.string().max(40),
  product: z.string().max(80),
  quantity: z.int().min(1).max(10_000),
  price: z.number().min(0),
  discount: z.number().min(0).max(1).nullish(),
  gift: z.boolean(),
  note: z.string().max(400).nullish(),
});

/** The pipeline, with cuts after so long; whatever that is, a cut has 32,768 records at the most. */
export function benchPipeline(interval: "200ms" | "2s") {
  return definePipeline({
    name: "bench",
    streams: {
      orders: defineStream({
        schema: orderSchema,
        key: "customer",
        shards: 4,
        deliver: { format: "csv", buffer: { interval, size: "32MiB", records: 32_768 } },
        load: { table: "raw_orders" },
      }),
    },
  });
}

export default benchPipeline("200ms");
