/** The door of the lake. */

export { type Lake, openLake } from "./open-lake.ts";
