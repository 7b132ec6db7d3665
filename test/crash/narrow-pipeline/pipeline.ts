/** A pipeline that lets little be on its way: its tests stop what is behind the door. */

import { z } from "zod";
import { definePipeline, defineStream } from "../../../src/index.ts";

const schema = z.object({ id: z.string(), text: z.string() });

const notes = defineStream({
  schema,
  id: "id",
  backlog: { max: "4MiB", freeDisk: "1MiB" },
  deliver: { buffer: { interval: "100ms" } },
});

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "narrow",
  streams: { notes, others: defineStream({ schema, id: "id", backlog: { freeDisk: "1MiB" } }) },
});
