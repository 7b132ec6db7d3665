/** The door of the scanner. */

export { ABSENT, compileScanner, NULL, type Scanner } from "./scanner.ts";
