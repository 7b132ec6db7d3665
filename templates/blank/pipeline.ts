/** The whole pipeline: what an event is, how it becomes rows, and the models that make tables of them. */

import { definePipeline, defineStream } from "millrace";
import { z } from "zod";

const events = defineStream({
  schema: z
    .object({
      id: z.string().min(1).max(100),
      kind: z.enum(["visit", "order", "refund"]),
      amount: z.number().min(0).nullish(),
      happened_at: z.iso.datetime().nullish(),
    })
    .meta({ examples: [{ id: "1", kind: "order", amount: 12.5 }] }),
  // A repeat with the same id counts once; events of one kind keep their order.
  id: "id",
  key: "kind",
  // A field that the schema does not know becomes a column; "quarantine" sets its record aside instead.
  drift: { newField: "evolve" },
  deliver: { format: "ndjson", compression: "gzip", buffer: { size: "5MiB", interval: "1s" } },
  load: { table: "raw_events" },
});

export default definePipeline({
  name: "blank",
  streams: { events },
  models: "./models",
});
