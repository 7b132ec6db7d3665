/** Closes the books of the managed form over Snowflake, and queues what no notification told of. */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Clock, type Instant, systemClock } from "../../base/clock.ts";
import { toFault } from "../../base/faults.ts";
import { type SnowflakeAddress, snowflakeBase } from "../../base/warehouse-address.ts";
import { closePipe, type PipeClosed, worstOf } from "../../books/index.ts";
import type { Finding, Verification } from "../../seams/verify.ts";
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

export interface ManagedOptions {
  readonly address: SnowflakeAddress;
  readonly pipes: readonly ManagedPipe[];
  /** Whether objects of which no notification came are queued again. */
  readonly refresh: boolean;
  /** File that remembers when each pipe was refreshed. */
  readonly marks: string;
  readonly clock?: Clock;
}

/** A refresh is for what went wrong once, and takes its time: Snowflake advises against more. */
const REFRESH_PAUSE_MS = 1_800_000;

type Marks = Readonly<Record<string, number>>;

/** What cannot be looked at is UNVERIFIED. Throws WAREHOUSE_LOGIN where there is nothing to log in with. */
export async function verifyManaged(options: ManagedOptions): Promise<Verification> {
  const { address, pipes, clock = systemClock } = options;
  const { snowflake } = readEnvironment();
  await using opened = openPipes({
    base: snowflakeBase(address),
    account: address.account,
    login: { ...snowflake, user: address.user ?? snowflake.user ?? "" },
    session: address,
    clock,
  });
  const at = clock.now();
  const findings: Finding[] = [];
  for (const names of pipes) {
    try {
      const seen = { ...names, ...(await opened.look(names)), now: clock.now() };
      const closed = closePipe(seen);
      const note = options.refresh ? await refreshOnce(opened, { names, closed, options }) : "";
      findings.push({ ...closed.finding, says: `${closed.finding.says}${note}` });
    } catch (thrown) {
      findings.push(unread(names, toFault(thrown, "QUERY_FAILED").message));
    }
  }
  return { state: worstOf(findings), at, tookMs: clock.now() - at, findings };
}

function unread({ stream, table }: ManagedPipe, says: string): Finding {
  const account = `${stream}: bucket ↔ pipe ↔ ${table}`;
  return { state: "UNVERIFIED", account, says, expected: 0, found: 0, ids: [] };
}

interface Refreshing {
  readonly names: ManagedPipe;
  readonly closed: PipeClosed;
  readonly options: ManagedOptions;
}

async function refreshOnce(
  pipes: Pipes,
  { names: { pipe }, closed: { lost }, options }: Refreshing,
): Promise<string> {
  const { marks, clock = systemClock } = options;
  const [oldest] = lost;
  if (oldest === undefined) {
    return "";
  }
  const known = readMarks(marks);
  const waitMs = (known[pipe] ?? 0) + REFRESH_PAUSE_MS - clock.now();
  if (waitMs > 0) {
    return ` It was refreshed a short time ago; the next refresh is due in ${Math.ceil(waitMs / 60_000)} min.`;
  }
  // Remembered before it is asked for: a refresh whose answer is lost was one all the same.
  writeMarks(marks, { ...known, [pipe]: clock.now() });
  const queued = await pipes.refresh(pipe, beforehand(oldest.modifiedAt));
  return ` Refreshed: ${queued} object(s) are queued; look again in some minutes.`;
}

/** LIST tells whole seconds. */
function beforehand(at: Instant): Instant {
  return (at - 1000) as Instant;
}

function readMarks(path: string): Marks {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Marks) : {};
}

function writeMarks(path: string, marks: Marks): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(marks));
  renameSync(`${path}.new`, path);
}
