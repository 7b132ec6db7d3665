/** The door of the scanner. */

export { isDate, isDateTime, isUuid } from "./calendar.ts";
export { type Join, openJoin } from "./join.ts";
export { compileScanner, type Scanner } from "./scanner.ts";
