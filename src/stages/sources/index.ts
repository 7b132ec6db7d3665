/** The door of the sources. */

export { openSources, type Sources, type SourcesOptions } from "./open-sources.ts";
