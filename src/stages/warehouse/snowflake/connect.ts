/** Logs in to an account and opens the warehouse there. */

import { type Clock, systemClock } from "../../../base/clock.ts";
import { openWarehouse } from "../duckdb/open.ts";
import type { Warehouse } from "../warehouse.ts";
import { Http } from "./client/http.ts";
import { type Login, openCredentials } from "./client/key-pair.ts";
import { openSqlApi, type Session } from "./client/sql-api.ts";
import { ARRIVALS_PIPE } from "./channels/arrivals.ts";
import { Ingest } from "./channels/ingest.ts";
import { type ChannelsOptions, channelsWay } from "./channels/way.ts";
import { openDriver } from "./client/driver.ts";
import type { Transport } from "./client/transport.ts";
import { putWay } from "./load/put-way.ts";
import { stageWay, type Way } from "./load/way.ts";
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
  readonly transport: "api" | "driver";
  /** Whether Snowflake copies the lake's objects, or rows are sent through channels. */
  readonly load: "copy" | "streaming";
  /** How Snowflake comes to the lake's objects, where it copies. */
  readonly place: StagePlace;
  /** Folders whose files may be read on this machine: where the lake's local objects are. */
  readonly readable: readonly string[];
  readonly clock?: Clock;
}

/** Throws WAREHOUSE_LOGIN where there is nothing to log in with, DRIVER_MISSING; nothing is asked of Snowflake yet. */
export async function openSnowflake(options: SnowflakeOptions): Promise<Warehouse> {
  const { account, owner, readable, clock = systemClock } = options;
  const { database, schema } = options.session;
  const transport = await openTransport(options, clock);
  const address = `snowflake://${account}/${database}/${schema}`;
  const reader = await openWarehouse({ readable, clock, threads: 1 });
  const way = openWay({ ...options, clock }, address, (wanted) => reader.texts(wanted));
  return openTables({ transport, address, owner, way, reader, clock });
}

async function openTransport(options: SnowflakeOptions, clock: Clock): Promise<Transport> {
  const { base, account, login } = options;
  const { database, schema, warehouse, role } = options.session;
  const session = { database, schema, warehouse, role };
  if (options.transport === "driver") {
    return await openDriver({ base, account, login, session });
  }
  const credentials = openCredentials(login, account, clock);
  return openSqlApi(new Http({ base, account, user: login.user, credentials }), session);
}

/** Channels where that is said; a stage where one is named; else the driver uploads, and the SQL API says it cannot. */
function openWay(
  options: SnowflakeOptions & { readonly clock: Clock },
  address: string,
  texts: ChannelsOptions["texts"],
): Way {
  const { base, account, login, owner, place, clock } = options;
  if (options.load === "streaming") {
    const { database, schema } = options.session;
    const credentials = openCredentials(login, account, clock);
    const reached = { base, account, user: login.user, credentials, now: () => clock.now() };
    const ingest = new Ingest(reached, { database, schema, pipe: ARRIVALS_PIPE });
    return channelsWay({ ingest, texts, owner: owner.id });
  }
  const staged = (place.stage ?? place.integration) !== undefined;
  return staged || options.transport === "api" ? stageWay(place, address) : putWay();
}
