/** What the CLI asks of the runtime. It is imported only when it is needed, so that other commands start fast. */

import type { PipelineStatus } from "../seams/status.ts";
import type { RowFormat } from "../seams/query.ts";
import type { Verification } from "../seams/verify.ts";

export interface StartOptions {
  /** The pipeline's folder or file. */
  readonly pipeline: string;
  readonly data: string;
  readonly port: number;
  readonly host: string;
  /** Whether the pipeline's own sources run. */
  readonly sources: boolean;
  readonly insecureHost: boolean;
  /** Takes one line about what is happening. */
  readonly log: (line: string) => void;
}

export interface Started {
  readonly url: string;
  /** A command that posts one valid event. */
  readonly exampleCurl: string;
  status(): PipelineStatus;
  /** Settles when the pipeline has stopped, by itself or by `stop`; rejects when it failed. */
  readonly closed: Promise<void>;
  /** Finishes what was accepted, as far as it can, and stops. */
  stop(): Promise<void>;
}

export interface StartDoor {
  readonly startPipeline: (options: StartOptions) => Promise<Started>;
}

export interface OfflineDoor {
  readonly queryOffline: (dataDir: string, sql: string, format: RowFormat) => AsyncIterable<string>;
  readonly verifyOffline: (
    dataDir: string,
    options: { readonly pipeline: string | undefined; readonly deep: boolean },
  ) => Promise<Verification>;
}

/** How the runtime is reached; a test may hand in its own. */
export interface Doors {
  start(): Promise<StartDoor>;
  offline(): Promise<OfflineDoor>;
}

// The paths are values, not literals, until the modules exist.
const START: string = "../runtime/start.ts";
const OFFLINE: string = "../runtime/offline.ts";

export const runtimeDoors: Doors = {
  start: async () => (await import(START)) as StartDoor,
  offline: async () => (await import(OFFLINE)) as OfflineDoor,
};
