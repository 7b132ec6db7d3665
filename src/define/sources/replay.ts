/** What a user writes for a source that plays history again at the pace it had, or a faster one. */

import type { GivenOf } from "../fields.ts";
import type { FileSourceOptions } from "./files.ts";
import type { replayFields } from "./fields.ts";

export interface ReplaySourceOptions extends FileSourceOptions, GivenOf<typeof replayFields> {
  /** The field that says when a record happened: an ISO date or time, M/D/YYYY, or seconds or milliseconds since 1970. */
  readonly time: string;
  /** How many times as fast as history; `"max"` does not wait. */
  readonly speed: number | "max";
}

export interface ReplaySourceDefinition extends ReplaySourceOptions {
  readonly kind: "replay";
}

/** Records of files, each when its time has come: history at 1x, 1000x or as fast as it can be taken. */
export function replaySource(options: ReplaySourceOptions): ReplaySourceDefinition {
  return { ...options, kind: "replay" };
}
