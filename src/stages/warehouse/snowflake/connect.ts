/** Logs in to an account and opens the warehouse there. */

import { type Clock, systemClock } from "../../../base/clock.ts";
import { openWarehouse } from "../duckdb/open.ts";
import type { Warehouse } from "../warehouse.ts";
import { Http } from "./client/http.ts";
import { type Login, openCredentials } from "./client/key-pair.ts";
import { openSqlApi, type Session } from "./client/sql-api.ts";
import { openTables } from "./open.ts";
import type { Owner } from "./schema.ts";
import type { StagePlace } from "./stage.ts";

export interface SnowflakeOptions {
  /** Where the account answers: `https://ACCOUNT.snowflakecomputing.com`. */
  readonly base: string;
  readonly account: string;
  readonly login: Login;
  readonly session: Session;
  /** Whose tables these are. */
  readonly owner: Owner;
  /** How Snowflake comes to the lake's objects. */
  readonly place: StagePlace;
  /** Folders whose files may be read on this machine: where the lake's local objects are. */
  readonly readable: readonly string[];
  readonly clock?: Clock;
}

/** Throws WAREHOUSE_LOGIN where there is nothing to log in with; nothing is asked of Snowflake yet. */
export async function openSnowflake(options: SnowflakeOptions): Promise<Warehouse> {
  const { base, account, login, owner, place, readable, clock = systemClock } = options;
  const { database, schema, warehouse, role } = options.session;
  const credentials = openCredentials(login, account, clock);
  const http = new Http({ base, account, user: login.user, credentials });
  const transport = openSqlApi(http, { database, schema, warehouse, role });
  const address = `snowflake://${account}/${database}/${schema}`;
  const reader = await openWarehouse({ readable, clock, threads: 1 });
  return openTables({ transport, address, owner, place, reader, clock });
}
