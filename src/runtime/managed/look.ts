/** Looks at the pipes of the managed form, one by one: what Snowflake says of each, and what its books make of that. */

import { type Clock, systemClock } from "../../base/clock.ts";
import { toFault } from "../../base/faults.ts";
import { type SnowflakeAddress, snowflakeBase } from "../../base/warehouse-address.ts";
import { closePipe, type PipeClosed } from "../../books/index.ts";
import type { PipeState } from "../../seams/pipe.ts";
import type { Finding } from "../../seams/verify.ts";
import { openPipes, type Pipes } from "../../stages/warehouse/index.ts";
import { readEnvironment } from "../places/environment.ts";

/** A pipe with its names as they stand in SQL. */
export interface ManagedPipe {
  readonly stream: string;
  readonly table: string;
  readonly pipe: string;
  /** Stage and prefix from which it copies. */
  readonly from: string;
}

export interface ManagedPlace {
  readonly address: SnowflakeAddress;
  readonly pipes: readonly ManagedPipe[];
  readonly clock?: Clock;
}

export interface Looked {
  readonly finding: Finding;
  /** Both undefined where it could not be looked at. */
  readonly state: PipeState | undefined;
  readonly closed: PipeClosed | undefined;
}

/** Throws WAREHOUSE_LOGIN where there is nothing to log in with. */
export function openManaged({ address, clock = systemClock }: ManagedPlace): Pipes {
  const { snowflake } = readEnvironment();
  return openPipes({
    base: snowflakeBase(address),
    account: address.account,
    login: { ...snowflake, user: address.user ?? snowflake.user ?? "" },
    session: address,
    clock,
  });
}

/** Never throws: what cannot be looked at is UNVERIFIED. */
export async function lookAtPipe(pipes: Pipes, names: ManagedPipe, clock: Clock): Promise<Looked> {
  try {
    const look = await pipes.look(names);
    const closed = closePipe({ ...names, ...look, now: clock.now() });
    return { finding: closed.finding, state: look.state, closed };
  } catch (thrown) {
    return { finding: unread(names, thrown), state: undefined, closed: undefined };
  }
}

export function unread({ stream, table }: ManagedPipe, thrown: unknown): Finding {
  const account = `${stream}: bucket ↔ pipe ↔ ${table}`;
  const says = toFault(thrown, "QUERY_FAILED").message;
  return { state: "UNVERIFIED", account, says, expected: 0, found: 0, ids: [] };
}
