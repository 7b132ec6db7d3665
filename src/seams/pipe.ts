/** warehouse → books. What Snowflake says of a pipe of the managed form. */

import type { Instant } from "../base/clock.ts";

/** What SYSTEM$PIPE_STATUS says. */
export interface PipeState {
  /** `RUNNING`, `PAUSED`, `STALLED_…`, `STOPPED_…`. */
  readonly execution: string;
  readonly pending: number;
  /** Refreshes that are not done yet. */
  readonly refreshes: number;
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
