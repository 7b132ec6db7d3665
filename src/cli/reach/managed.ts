/** What of a deployed pipeline is on Snowflake: its definition's pipes, in the database that an address names. */

import { toWarehouseAddress } from "../../base/warehouse-address.ts";
import type { SnowflakeAddress } from "../../base/warehouse-address.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import type { ManagedDoor } from "../doors.ts";

export const MANAGED_OPTION = [
  "--managed <address>",
  "of what was deployed: snowflake://ACCOUNT/DATABASE",
] as const;

/** Throws ADDRESS_INVALID, PLAN_INVALID. */
export async function toManaged(
  door: ManagedDoor,
  address: string,
  pipeline = ".",
): Promise<{ address: SnowflakeAddress; pipes: ReturnType<ManagedDoor["pipesOf"]> }> {
  const plan = await loadPlan(pipeline);
  const place = toWarehouseAddress(address);
  return { address: { ...place, schema: "RAW" }, pipes: door.pipesOf(plan, place.database) };
}
