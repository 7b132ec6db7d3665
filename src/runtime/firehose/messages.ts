/** What the main thread and the thread that works delivery streams say to each other. */

import type { FaultCode, Facts } from "../../base/faults.ts";
import type { RunPlan, RunProgress } from "../../stages/delivery/firehose/index.ts";
import type { LakePlace } from "../../stages/lake/index.ts";

/** What the thread is given when it starts. */
export interface FirehoseAssignment {
  readonly lake: LakePlace;
  /** File of the journal of cuts. */
  readonly journal: string;
}

/** A delivery stream to work, and the log it reads. */
export interface ServedStream {
  readonly plan: RunPlan;
  readonly log: {
    readonly stream: string;
    readonly folder: string;
    readonly shared: SharedArrayBuffer;
  };
}

/** What is to be worked from now on. */
export interface Serving {
  /** These and no others. */
  readonly streams: readonly ServedStream[];
  /** Ids of delivery streams that are being deleted: nothing of them is kept. */
  readonly gone: readonly string[];
}

export type ToFirehose =
  | ({ readonly kind: "serve"; readonly id: number } & Serving)
  | { readonly kind: "stop" };

export type FromFirehose =
  | { readonly kind: "ready" }
  | { readonly kind: "refused"; readonly code: FaultCode; readonly facts: Facts }
  | { readonly kind: "served"; readonly id: number }
  | {
      readonly kind: "progress";
      readonly streams: readonly { readonly id: string; readonly progress: RunProgress }[];
    };
