/** The door of the stream stage: open a log, open a reader of it. */

export { openStream, type Stream, type StreamOptions, type TrimOptions } from "./stream.ts";
export {
  openStreamReader,
  type FoundRecord,
  type LogReader,
  type ReaderOptions,
  type RecordPlace,
} from "./reader.ts";
