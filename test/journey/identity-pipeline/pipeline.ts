/** A pipeline whose clients send things again: orders with ids of their own, and visits that have none. */

import { z } from "zod";
import { definePipeline, defineStream } from "../../../src/index.ts";

const orders = defineStream({
  schema: z.object({ order: z.string(), line: z.int(), amount: z.number().nullish() }),
  id: ["order", "line"],
  key: "order",
  shards: 2,
  deliver: {
    buffer: { interval: "100ms" },
    transform: (order) => {
      if (order.order === "cursed") {
        throw new TypeError("nobody can deliver this");
      }
      return order;
    },
  },
});

const visits = defineStream({
  schema: z.object({ page: z.string() }),
  deliver: { buffer: { interval: "100ms" } },
});

/** Its ids come from a function, so they are kept beside the records. */
const notes = defineStream({
  schema: z.object({ about: z.string(), text: z.string() }),
  id: (note) => note.about.toUpperCase(),
  deliver: { buffer: { interval: "100ms" } },
});

const hints = defineStream({
  schema: z.object({ text: z.string() }),
  dedupe: { window: "0s" },
  deliver: { buffer: { interval: "100ms" } },
});

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "identity",
  streams: { orders, visits, notes, hints },
  models: "./models",
});
