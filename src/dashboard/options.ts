/** What the dashboard needs from the runtime: only things to read. */

import type { DashboardDefinition } from "../define/pipeline.ts";
import type { TailEvent } from "../seams/feed.ts";
import type { Query } from "../seams/query.ts";
import type { PipelineStatus } from "../seams/status.ts";

/** The part of the Plan that the page shows. */
interface DashboardPlan {
  readonly name: string;
  readonly dashboard: DashboardDefinition;
  readonly streams: readonly {
    readonly name: string;
    readonly schema: { readonly [key: string]: unknown };
  }[];
}

/** Dead letters as rows of their table, newest first; members beyond the known ones are left aside. */
export interface DeadLetterRows {
  readonly total: number;
  readonly letters: readonly Readonly<Record<string, unknown>>[];
}

export interface DashboardOptions {
  readonly plan: DashboardPlan;
  readonly query: Query;
  /** Folder that scripts/build-web.ts filled. */
  readonly webFolder: string;
  readonly status: () => PipelineStatus;
  /** Asked at most once a second, only while somebody looks and only when there are new letters. */
  readonly newestDeadLetters: () => Promise<DeadLetterRows>;
  /** At most `max` events accepted since the last call; asked once a second while somebody looks. */
  readonly tail?: (max: number) => Promise<readonly TailEvent[]>;
}

/** One route of the dashboard; `path` may hold `:name` parts, and `handle` throws Faults. */
export interface DashboardRoute {
  readonly method: "GET";
  readonly path: string;
  readonly handle: (request: Request) => Promise<Response> | Response;
}
