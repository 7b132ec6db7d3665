/** A pipeline whose read APIs read objects of the lake themselves: one of each format and compression. */

import { z } from "zod";
import { defineEndpoint, definePipeline, defineStream } from "../../../src/index.ts";

const event = z.object({
  n: z.int(),
  who: z.string().nullable(),
  price: z.number().nullish(),
  day: z.iso.date().nullish(),
  open: z.boolean().nullish(),
  tags: z.array(z.string()).nullish(),
});

const buffer = { interval: "900s" } as const;
const lake = { compaction: "off" } as const;

const parameters = {
  n: { type: "integer", many: true },
  from: { column: "n", type: "integer", match: "from" },
  who: { match: "loose" },
  day: { type: "date" },
  since: { column: "_accepted_at", type: "timestamp", match: "from" },
  until: { column: "_accepted_at", type: "timestamp", match: "to" },
  object: { column: "_object" },
} as const;

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "lake-reads",
  streams: {
    zipped: defineStream({
      schema: event,
      lake,
      deliver: { format: "csv", compression: "gzip", buffer },
    }),
    lines: defineStream({
      schema: event,
      lake,
      deliver: { format: "ndjson", compression: "zstd", buffer },
    }),
    columns: defineStream({
      schema: event,
      lake,
      deliver: { format: "parquet", compression: "snappy", buffer },
    }),
    packed: defineStream({
      schema: event,
      lake: { after: "0s" },
      deliver: { format: "csv", compression: "none", buffer },
    }),
  },
  endpoints: {
    zipped: defineEndpoint({ doc: "Gzipped CSV.", lake: "zipped", parameters }),
    lines: defineEndpoint({ doc: "Lines of zstd.", lake: "lines", parameters }),
    columns: defineEndpoint({ doc: "Parquet.", lake: "columns", parameters }),
    packed: defineEndpoint({ doc: "CSV in packs.", lake: "packed", parameters }),
    narrow: defineEndpoint({
      doc: "May read little at once.",
      lake: "packed",
      parameters,
      scan: "64KiB",
      columns: ["n", "_line", "_object"],
    }),
    none: defineEndpoint({ doc: "404.", lake: "lines", parameters, whenNothing: "404" }),
  },
});
