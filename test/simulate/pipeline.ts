/** The pipeline that the simulation runs: keys and none, ids of the client's and of the door's, transforms that drop and throw. */

import { z } from "zod";
import { definePipeline, defineStream } from "../../src/index.ts";

const prices = defineStream({
  schema: z.object({
    shop: z.string(),
    item: z.string(),
    price: z.number().min(0).optional(),
    count: z.int().min(0).max(100_000),
  }),
  key: ["shop"],
  shards: 3,
  deliver: { format: "csv", compression: "gzip", prefix: "prices/!{timestamp:yyyy/MM/dd/HH/}" },
  load: { table: "raw_prices" },
});

const orders = defineStream({
  schema: z.object({ order: z.string(), buyer: z.string(), paid: z.boolean().optional() }),
  id: "order",
  key: "buyer",
  shards: 2,
});

const readings = defineStream({
  schema: z.object({ place: z.enum(["roof", "cellar"]), degrees: z.int(), note: z.string() }),
  deliver: {
    format: "ndjson",
    transform: (event) => {
      if (event.degrees % 7 === 3) {
        return undefined;
      }
      if (event.degrees % 11 === 5) {
        throw new RangeError("no reading can be that");
      }
      return { place: event.place, degrees: event.degrees };
    },
    row: z.object({ place: z.string(), degrees: z.int() }),
  },
});

export default definePipeline({ name: "simulated", streams: { prices, orders, readings } });
