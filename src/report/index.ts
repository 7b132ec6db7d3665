/** The door of the report: the Power BI project of a pipeline. */

export { powerBiProject, type ProjectOptions } from "./project.ts";
export type { SnowflakePlace } from "./tmdl/model.ts";
export type { StorageMode } from "./tmdl/table.ts";
