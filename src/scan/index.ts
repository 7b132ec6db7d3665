/** The door of the scanner. */

export { isDate, isDateTime, isUuid } from "./calendar.ts";
export { type Join, openJoin } from "./join.ts";
export { ABSENT, compileScanner, NULL, type Scanner } from "./scanner.ts";
