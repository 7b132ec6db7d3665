/** The door of the warehouse. */

export type { AuditedCut } from "./duckdb/load/audit-cut.ts";
export type { Holding } from "./duckdb/load/holdings.ts";
export {
  type Loaded,
  type LocalObjects,
  openWarehouse,
  type Warehouse,
  type WarehouseOptions,
} from "./duckdb/open.ts";
export { type Loader, type LoaderOptions, startLoader } from "./loader.ts";
