/** What every statement of one load knows, and the values that lineage columns get. */

import type { DuckDBConnection } from "@duckdb/node-api";
import type { Instant } from "../../../../base/clock.ts";
import { LOADED_COLUMNS } from "../../../../base/record.ts";
import type { StreamPlan } from "../../../../plan/plan.ts";
import { timestampText } from "../ledger.ts";
import { quoteName, quoteText } from "../quote.ts";
import type { ReadObject } from "./read-object.ts";

/** One object on its way into one table, inside one transaction. */
export interface Target {
  readonly connection: DuckDBConnection;
  readonly stream: StreamPlan;
  readonly object: ReadObject;
  readonly table: string;
  /** Where what the load sets aside goes. */
  readonly letters: string;
  readonly load: number;
  readonly loadedAt: Instant;
}

/** Values of LOADED_COLUMNS in their order; `line` is an expression. */
export function lineageValues(target: Target, line: string): string {
  const values: Readonly<Record<string, string | number>> = {
    _object: quoteText(target.object.part.name),
    _line: line,
    _load: target.load,
    _loaded_at: timestampText(target.loadedAt),
  };
  return LOADED_COLUMNS.map(({ name }) => values[name]).join(", ");
}

export function nameList(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => quoteName(name)).join(", ");
}
