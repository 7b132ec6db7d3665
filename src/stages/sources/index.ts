/** The door of the sources. */

export { openSources, type Sources } from "./open-sources.ts";
