/** A pipeline whose records fail at the check and in the transform: its tests mend them, drop them and kill it meanwhile. */

import { z } from "zod";
import { definePipeline, defineStream } from "../../../src/index.ts";

const schema = z.object({ item: z.string(), amount: z.int() });

const orders = defineStream({
  schema,
  key: "item",
  shards: 2,
  deliver: {
    buffer: { interval: "100ms" },
    transform: (order) => {
      if (order.item === "cursed") {
        throw new TypeError("nobody can deliver this");
      }
      return order;
    },
  },
});

const visits = defineStream({
  schema: z.object({ id: z.string(), page: z.string() }),
  id: "id",
  deliver: { buffer: { interval: "100ms" } },
});

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({ name: "letters", streams: { orders, visits } });
