/** People, one JSON object a POST: what is wrong is refused with its reasons, the rest becomes the newest row per Id. */

import { definePipeline, defineStream } from "millrace";
import { personEvent, personRow } from "./schema.ts";

const people = defineStream({
  schema: personEvent,
  key: "Id",
  // An unknown field: the record is set aside. "evolve" would make it a column, "ignore" would drop the field.
  drift: { newField: "quarantine" },
  deliver: {
    format: "ndjson",
    prefix: "data/!{timestamp:yyyy/MM/dd/HH/}",
    buffer: { size: "1MiB", interval: "500ms" },
    // The whole event in one column of JSON; the models give its fields their types.
    transform: (event) => ({ data: event }),
    row: personRow,
  },
  load: { table: "raw_people" },
});

export default definePipeline({
  name: "people",
  streams: { people },
  // One document per bad event, under the hour it came in.
  deadLetters: { prefix: "error/!{timestamp:yyyy/MM/dd/HH/}", documents: true },
  models: "./models",
});
