/** The door of the stream stage: open a log, open a reader of it. */

export { openStream, type Stream } from "./stream.ts";
export { openNumbering } from "./kinesis/describe/numbering.ts";
export { openStreamReader, type LogReader } from "./reader.ts";
