/** What the CLI asks of the runtime. It is imported only when it is needed, so that other commands start fast. */

import type { Rebuilt, RebuildOptions } from "../runtime/rebuild/rebuild.ts";
import type { Replayed, ReplayOptions } from "../runtime/rebuild/replay.ts";
import type { StartOptions, Started } from "../runtime/start.ts";
import type { RowFormat } from "../seams/query.ts";
import type { Verification } from "../seams/verify.ts";

interface StartDoor {
  readonly startPipeline: (options: StartOptions) => Promise<Started>;
}

interface OfflineDoor {
  readonly queryOffline: (dataDir: string, sql: string, format: RowFormat) => AsyncIterable<string>;
  readonly verifyOffline: (
    dataDir: string,
    options: { readonly pipeline: string | undefined; readonly deep: boolean },
  ) => Promise<Verification>;
}

interface RebuildDoor {
  readonly rebuildWarehouse: (options: RebuildOptions) => Promise<Rebuilt>;
}

interface ReplayDoor {
  readonly replayStream: (options: ReplayOptions) => Promise<Replayed>;
}

/** How the runtime is reached; a test may hand in its own. */
export interface Doors {
  start(): Promise<StartDoor>;
  offline(): Promise<OfflineDoor>;
  rebuild(): Promise<RebuildDoor>;
  replay(): Promise<ReplayDoor>;
}

export const runtimeDoors: Doors = {
  start: async () => await import("../runtime/start.ts"),
  offline: async () => await import("../runtime/offline.ts"),
  rebuild: async () => await import("../runtime/rebuild/rebuild.ts"),
  replay: async () => await import("../runtime/rebuild/replay.ts"),
};
