/** Logs in to an account and opens the warehouse there. */

import { type Clock, systemClock } from "../../../base/clock.ts";
import { openWarehouse } from "../duckdb/open.ts";
import type { Warehouse } from "../warehouse.ts";
import { Http } from "./client/http.ts";
import { type Login, openCredentials } from "./client/key-pair.ts";
import { openSqlApi, type Session } from "./client/sql-api.ts";
import { ARRIVALS_PIPE } from "./channels/arrivals.ts";
import { Ingest } from "./channels/ingest.ts";
import { channelsWay } from "./channels/way.ts";
import { stageWay } from "./load/way.ts";
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
  /** Whether Snowflake copies the lake's objects, or rows are sent through channels. */
  readonly load: "copy" | "streaming";
  /** How Snowflake comes to the lake's objects, where it copies. */
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
  const reached = { base, account, user: login.user, credentials };
  const http = new Http(reached);
  const transport = openSqlApi(http, { database, schema, warehouse, role });
  const address = `snowflake://${account}/${database}/${schema}`;
  const reader = await openWarehouse({ readable, clock, threads: 1 });
  const pipe = { database, schema, pipe: ARRIVALS_PIPE };
  const way =
    options.load === "copy"
      ? stageWay(place, address)
      : channelsWay({
          ingest: new Ingest({ ...reached, now: () => clock.now() }, pipe),
          texts: (wanted) => reader.texts(wanted),
          owner: owner.id,
        });
  return openTables({ transport, address, owner, way, reader, clock });
}
