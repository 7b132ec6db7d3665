/** The door of the scanner. */

export { isDate, isDateTime, isUuid } from "./calendar.ts";
export { IdGatherer } from "./id-gatherer.ts";
export { type Join, openJoin } from "./join.ts";
export { type IdView, openRecordIds, type RecordIds } from "./record-ids.ts";
export { compileScanner, type Scanner } from "./scanner.ts";
