/** The door of the check. */

export { openChecker } from "./checker.ts";
