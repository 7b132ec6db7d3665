/** The door of the warehouse. */

export { openWarehouse, type WarehouseOptions } from "./duckdb/open.ts";
export { openPipes, type Pipes } from "./snowflake/pipes/open.ts";
export { openSnowflake, type SnowflakeOptions } from "./snowflake/connect.ts";
export {
  type CutOfStream,
  type DeadlyCut,
  type Loader,
  type LoaderOptions,
  startLoader,
} from "./loader.ts";
export type { AuditedCut, Holding, Loaded, LocalObjects, Warehouse } from "./warehouse.ts";
