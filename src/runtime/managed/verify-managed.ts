/** Closes the books of the managed form over Snowflake, and queues what no notification told of. */

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolderNow } from "../../base/make-folder.ts";
import { type Instant, systemClock } from "../../base/clock.ts";
import { type PipeClosed, worstOf } from "../../books/index.ts";
import type { Finding, Verification } from "../../seams/verify.ts";
import type { Pipes } from "../../stages/warehouse/index.ts";
import { lookAtPipe, type ManagedPipe, type ManagedPlace, openManaged, unread } from "./look.ts";

export interface ManagedOptions extends ManagedPlace {
  /** Whether objects of which no notification came are queued again. */
  readonly refresh: boolean;
  /** File that remembers when each pipe was refreshed. */
  readonly marks: string;
}

/** A refresh is for what went wrong once, and takes its time: Snowflake advises against more. */
const REFRESH_PAUSE_MS = 1_800_000;

type Marks = Readonly<Record<string, number>>;

/** What cannot be looked at is UNVERIFIED. Throws WAREHOUSE_LOGIN where there is nothing to log in with. */
export async function verifyManaged(options: ManagedOptions): Promise<Verification> {
  const { pipes, clock = systemClock } = options;
  await using opened = openManaged(options);
  const at = clock.now();
  const findings: Finding[] = [];
  for (const names of pipes) {
    const { closed, finding } = await lookAtPipe(opened, names, clock);
    const wanted = options.refresh && closed !== undefined;
    findings.push(wanted ? await refreshed(opened, { names, closed, options }) : finding);
  }
  return { state: worstOf(findings), at, tookMs: clock.now() - at, findings };
}

/** The pipe's finding with what came of its refresh. */
async function refreshed(pipes: Pipes, refreshing: Refreshing): Promise<Finding> {
  const { finding } = refreshing.closed;
  try {
    return { ...finding, says: `${finding.says}${await refreshOnce(pipes, refreshing)}` };
  } catch (thrown) {
    return unread(refreshing.names, thrown);
  }
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
  makeFolderNow(dirname(path));
  writeFileSync(`${path}.new`, JSON.stringify(marks));
  renameSync(`${path}.new`, path);
}
