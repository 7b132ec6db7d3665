/** Opens the warehouse of a data folder, whichever it has: its own file, or Snowflake. */

import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { type SnowflakeAddress, snowflakeBase } from "../../base/warehouse-address.ts";
import { lentFolders, type LakePlace } from "../../stages/lake/index.ts";
import { openSnowflake, openWarehouse, type Warehouse } from "../../stages/warehouse/index.ts";
import { readEnvironment } from "../places/environment.ts";

/** Tables in Snowflake, and the data folder that they belong to. */
export interface SnowflakeHouse {
  readonly address: SnowflakeAddress;
  readonly owner: { readonly id: string; readonly path: string };
}

export interface HousePlace {
  readonly lake: LakePlace;
  /** File of the embedded warehouse. */
  readonly warehouse: string;
  readonly house: SnowflakeHouse | undefined;
}

/** Throws WAREHOUSE_DOWN, WAREHOUSE_DAMAGED, WAREHOUSE_LOGIN. */
export async function openHouse({ lake, warehouse, house }: HousePlace): Promise<Warehouse> {
  if (house === undefined) {
    return await openWarehouse({ path: warehouse, readable: lentFolders(lake) });
  }
  const { address, owner } = house;
  const { snowflake } = readEnvironment();
  const { address: place } = lake;
  return await openSnowflake({
    base: snowflakeBase(address),
    account: address.account,
    login: { ...snowflake, user: address.user ?? snowflake.user ?? "" },
    session: address,
    owner,
    clock: systemClock,
    readable: lentFolders(lake),
    load: address.load,
    transport: address.transport,
    place: {
      stage: address.stage,
      integration: address.integration,
      url: place.kind === "s3" ? `s3://${place.bucket}/${place.prefix}` : undefined,
    },
  });
}

/** Throws WAREHOUSE_CANNOT where the tables are not in the data folder. */
export function requireEmbedded({ house }: Pick<HousePlace, "house">, what: string): void {
  if (house !== undefined) {
    const { account, database, schema } = house.address;
    throw new Fault("WAREHOUSE_CANNOT", {
      address: `snowflake://${account}/${database}/${schema}`,
      what,
      cause: "this is made for the warehouse in the data folder",
      way: "Start with --warehouse snowflake://… on a new schema and --readdress: every object of the lake is loaded again there.",
    });
  }
}
