/** warehouse → books, CLI. What Snowflake says of a pipe of the managed form. */

import type { Instant } from "../base/clock.ts";
import type { Finding } from "./verify.ts";

/** What SYSTEM$PIPE_STATUS says. */
export interface PipeState {
  /** `RUNNING`, `PAUSED`, `STALLED_…`, `STOPPED_…`. */
  readonly execution: string;
  readonly pending: number;
  /** Refreshes that are not done yet. */
  readonly refreshes: number;
  /** When the newest object was loaded; undefined before the first. */
  readonly lastLoadAt: Instant | undefined;
  readonly error: string | undefined;
}

/** One row of COPY_HISTORY. */
export interface CopiedFile {
  /** From the stage's root on. */
  readonly file: string;
  /** `Loaded`, `Partially loaded`, `Load failed`, `Load in progress`, `Load skipped`. */
  readonly status: string;
  readonly rows: number;
  readonly parsed: number;
  readonly errors: number;
  readonly firstError: string | undefined;
}

/** One object under the pipe's prefix. */
export interface ListedFile {
  readonly file: string;
  readonly modifiedAt: Instant;
}

/** A pipe in one line, for whoever looks after it. */
export interface PipeStatus {
  readonly pipe: string;
  /** What its books say; of one that could not be looked at, why. */
  readonly finding: Finding;
  /** undefined where it could not be looked at. */
  readonly seen: PipeLine | undefined;
}

export interface PipeLine extends PipeState {
  /** Rows that the table has. */
  readonly rows: number;
  /** Objects that lie there and of which neither history nor table has a trace. */
  readonly waiting: number;
  readonly oldestWaiting: ListedFile | undefined;
}

export interface ManagedStatus {
  readonly at: Instant;
  readonly pipes: readonly PipeStatus[];
}
